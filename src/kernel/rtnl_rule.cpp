// SPDX-License-Identifier: MIT
// Reads and builds rule messages.
#include "kernel/rtnl_rule.hpp"

#include "kernel/rtnl.hpp"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

namespace tapctl {
namespace {

constexpr uint32_t no_suppression = 0xffffffff;
/// Not a selector of any kernel's: it holds the header's flags that no field has.
constexpr uint16_t header_flags = FRA_UNSPEC;
/// The kernel derives these, and refuses or ignores them when they are given.
constexpr uint32_t derived_flags =
    FIB_RULE_PERMANENT | FIB_RULE_UNRESOLVED | FIB_RULE_IIF_DETACHED | FIB_RULE_OIF_DETACHED;

constexpr std::array<uint16_t, 11> known = {FRA_UNSPEC,   FRA_DST,      FRA_SRC,    FRA_IIFNAME,
                                            FRA_PRIORITY, FRA_FWMARK,   FRA_FWMASK, FRA_TABLE,
                                            FRA_OIFNAME,  FRA_PROTOCOL, FRA_PAD};

std::optional<IfName> read_name(const nl::Attrs& attrs, uint16_t type) {
  const auto text = attrs.string(type);
  return text ? std::optional(IfName::from_kernel(*text)) : std::nullopt;
}

std::optional<Prefix> read_prefix(const nl::Attrs& attrs, uint16_t type, Family family,
                                  uint8_t length) {
  if (length == 0)
    return std::nullopt;
  return Prefix{read_ip(attrs, type, family).value_or(IpAddress{family, {}}), length};
}

RawAttributes read_extra(const nl::Attrs& attrs, uint32_t flags) {
  RawAttributes extra = unknown_attributes(attrs, known);
  // Every dump has it, also where nothing is suppressed.
  if (attrs.get<uint32_t>(FRA_SUPPRESS_PREFIXLEN) == no_suppression)
    std::erase_if(extra, [](const RawAttribute& a) { return a.type == FRA_SUPPRESS_PREFIXLEN; });
  if (const uint32_t rest = flags & ~(derived_flags | FIB_RULE_INVERT); rest != 0) {
    const auto bytes = nl::as_bytes(rest);
    extra.push_back({header_flags, {bytes.begin(), bytes.end()}});
  }
  return extra;
}

uint32_t flags_of(const Rule& rule) {
  uint32_t flags = rule.invert ? FIB_RULE_INVERT : 0;
  for (const RawAttribute& attribute : rule.extra)
    if (uint32_t more = 0;
        attribute.type == header_flags && attribute.payload.size() == sizeof more) {
      std::memcpy(&more, attribute.payload.data(), sizeof more);
      flags |= more;
    }
  return flags;
}

nl::Message rule_message(uint16_t type, unsigned flags, const Rule& rule) {
  fib_rule_hdr header{};
  header.family = socket_family(rule.family);
  header.dst_len = rule.to ? rule.to->length : uint8_t{0};
  header.src_len = rule.from ? rule.from->length : uint8_t{0};
  header.tos = rule.tos;
  header.table =
      rule.table <= RT_TABLE_LOCAL ? static_cast<uint8_t>(rule.table) : uint8_t{RT_TABLE_UNSPEC};
  header.action = rule.action;
  header.flags = flags_of(rule);
  nl::Message message(type, flags, header);
  message.put(FRA_PRIORITY, rule.priority);
  if (rule.table != 0)
    message.put(FRA_TABLE, rule.table);
  if (rule.from)
    message.put(FRA_SRC, rule.from->address.span());
  if (rule.to)
    message.put(FRA_DST, rule.to->address.span());
  if (rule.iif)
    message.put_string(FRA_IIFNAME, rule.iif->str());
  if (rule.oif)
    message.put_string(FRA_OIFNAME, rule.oif->str());
  put_if_set(message, FRA_FWMARK, rule.fwmark);
  put_if_set(message, FRA_FWMASK, rule.fwmask);
  put_if_set(message, FRA_PROTOCOL, rule.protocol);
  for (const RawAttribute& attribute : rule.extra)
    if (attribute.type != header_flags)
      message.put(attribute.type, nl::Bytes(attribute.payload));
  return message;
}

}  // namespace

nl::Message dump_rules_request(Family family) {
  fib_rule_hdr header{};
  header.family = socket_family(family);
  return {RTM_GETRULE, 0, header};
}

std::optional<Rule> decode_rule(nl::Bytes payload) {
  const auto message = nl::parse<fib_rule_hdr>(payload);
  if (!message)
    return std::nullopt;
  const auto& [header, attrs] = *message;
  const auto family = family_of(header.family);
  if (!family)
    return std::nullopt;

  Rule rule;
  rule.family = *family;
  rule.priority = attrs.get<uint32_t>(FRA_PRIORITY).value_or(0);
  rule.iif = read_name(attrs, FRA_IIFNAME);
  rule.oif = read_name(attrs, FRA_OIFNAME);
  rule.from = read_prefix(attrs, FRA_SRC, *family, header.src_len);
  rule.to = read_prefix(attrs, FRA_DST, *family, header.dst_len);
  rule.tos = header.tos;
  rule.action = header.action;
  rule.invert = (header.flags & FIB_RULE_INVERT) != 0;
  rule.table = attrs.get<uint32_t>(FRA_TABLE).value_or(header.table);
  rule.fwmark = attrs.get<uint32_t>(FRA_FWMARK);
  rule.fwmask = attrs.get<uint32_t>(FRA_FWMASK);
  rule.protocol = attrs.get<uint8_t>(FRA_PROTOCOL);
  rule.extra = read_extra(attrs, header.flags);
  return rule;
}

std::vector<nl::Message> encode(const AddRule& op) {
  return list_of(rule_message(RTM_NEWRULE, NLM_F_CREATE, op.rule));
}

std::vector<nl::Message> encode(const DeleteRule& op) {
  return list_of(rule_message(RTM_DELRULE, 0, op.rule));
}

}  // namespace tapctl

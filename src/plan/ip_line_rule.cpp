// SPDX-License-Identifier: MIT
// The `ip` lines of rules.
#include "plan/command_line.hpp"
#include "plan/ip_line_network.hpp"
#include "plan/ip_names.hpp"

#include <cstring>
#include <string_view>

namespace tapctl {
namespace {

/// FRA_* of linux/fib_rules.h: the selectors that are in Rule::extra.
namespace rule_attribute {
constexpr uint16_t go_to = 4;
constexpr uint16_t suppress_ifgroup = 13;
constexpr uint16_t suppress_prefixlen = 14;
constexpr uint16_t l3mdev = 19;
constexpr uint16_t uid_range = 20;
constexpr uint16_t ip_proto = 22;
constexpr uint16_t sport_range = 23;
constexpr uint16_t dport_range = 24;
}  // namespace rule_attribute

/// The number at `index` of a payload that is an array of them; 0 where it is too short.
template <class Number>
Number number_at(const RawAttribute& attribute, size_t index) {
  Number value = 0;
  if (attribute.payload.size() >= (index + 1) * sizeof value)
    std::memcpy(&value, attribute.payload.data() + index * sizeof value, sizeof value);
  return value;
}

template <class Number>
std::string range_text(const RawAttribute& attribute) {
  return std::to_string(number_at<Number>(attribute, 0)) + "-" +
         std::to_string(number_at<Number>(attribute, 1));
}

void add_extra(CommandLine& line, const RawAttribute& attribute) {
  switch (attribute.type) {
    case rule_attribute::suppress_ifgroup:
      line.add("suppress_ifgroup", number_at<uint32_t>(attribute, 0));
      break;
    case rule_attribute::suppress_prefixlen:
      line.add("suppress_prefixlength", number_at<uint32_t>(attribute, 0));
      break;
    case rule_attribute::uid_range:
      line.add("uidrange", range_text<uint32_t>(attribute));
      break;
    case rule_attribute::ip_proto:
      line.add("ipproto", number_at<uint8_t>(attribute, 0));
      break;
    case rule_attribute::sport_range:
      line.add("sport", range_text<uint16_t>(attribute));
      break;
    case rule_attribute::dport_range:
      line.add("dport", range_text<uint16_t>(attribute));
      break;
    default:
      break;
  }
}

const RawAttribute* find_extra(const Rule& rule, uint16_t type) {
  for (const RawAttribute& attribute : rule.extra)
    if (attribute.type == type)
      return &attribute;
  return nullptr;
}

void add_action(CommandLine& line, const Rule& rule) {
  const RawAttribute* target = find_extra(rule, rule_attribute::go_to);
  const RawAttribute* l3mdev = find_extra(rule, rule_attribute::l3mdev);
  if (rule.action == rule_action::go_to && target != nullptr)
    line.add("goto", number_at<uint32_t>(*target, 0));
  else if (rule.action == rule_action::blackhole || rule.action == rule_action::unreachable ||
           rule.action == rule_action::prohibit)
    line.add(rule_action_name(rule.action));
  else if (rule.action != rule_action::table)
    line.add("type", rule.action);
  else if (l3mdev != nullptr && number_at<uint8_t>(*l3mdev, 0) != 0)
    line.add("l3mdev");
  else
    line.add("lookup", table_name(rule.table));
}

void add_selectors(CommandLine& line, const Rule& rule) {
  if (rule.invert)
    line.add("not");
  line.add("from", rule.from ? rule.from->str() : "all");
  if (rule.to)
    line.add("to", rule.to->str());
  if (rule.iif)
    line.add("iif", *rule.iif);
  if (rule.oif)
    line.add("oif", *rule.oif);
  if (rule.tos != 0)
    line.add("tos", hex_number(rule.tos));
  if (rule.fwmark || rule.fwmask)
    line.add("fwmark", hex_number(rule.fwmark.value_or(0)) + "/" +
                           hex_number(rule.fwmask.value_or(UINT32_MAX)));
}

}  // namespace

std::string rule_line(const Rule& rule, const char* verb) {
  CommandLine line(ip_command(rule.family) + " rule " + verb);
  add_selectors(line, rule);
  line.add("priority", rule.priority);
  if (rule.protocol && *rule.protocol != route_protocol::boot)
    line.add("protocol", protocol_name(*rule.protocol));
  for (const RawAttribute& attribute : rule.extra)
    add_extra(line, attribute);
  add_action(line, rule);
  return line.str();
}

}  // namespace tapctl

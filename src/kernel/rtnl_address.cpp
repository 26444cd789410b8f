// SPDX-License-Identifier: MIT
// Reads and builds address messages.
#include "kernel/rtnl_address.hpp"

#include "kernel/rtnl.hpp"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

namespace tapctl {
namespace {

constexpr uint32_t for_ever = 0xffffffff;

constexpr std::array<uint16_t, 9> known = {IFA_ADDRESS,   IFA_LOCAL,       IFA_LABEL,
                                           IFA_BROADCAST, IFA_CACHEINFO,   IFA_MULTICAST,
                                           IFA_FLAGS,     IFA_RT_PRIORITY, IFA_PROTO};

std::optional<uint32_t> lifetime(uint32_t seconds) {
  return seconds == for_ever ? std::nullopt : std::optional(seconds);
}

void put_lifetimes(nl::Message& message, const Address& address) {
  if (!address.valid_lft && !address.preferred_lft)
    return;
  ifa_cacheinfo lifetimes{};
  lifetimes.ifa_valid = address.valid_lft.value_or(for_ever);
  lifetimes.ifa_prefered = address.preferred_lft.value_or(for_ever);
  message.put(IFA_CACHEINFO, nl::as_bytes(lifetimes));
}

ifaddrmsg header_for(const Address& address, NameLookup& names) {
  ifaddrmsg header{};
  header.ifa_family = socket_family(address.local.family);
  header.ifa_prefixlen = address.prefixlen;
  header.ifa_scope = address.scope;
  header.ifa_index = static_cast<uint32_t>(names.index_of(address.link));
  return header;
}

/// What tells one address of a link from another.
nl::Message keyed(uint16_t type, unsigned flags, const Address& address, NameLookup& names) {
  nl::Message message(type, flags, header_for(address, names));
  message.put(IFA_LOCAL, address.local.span());
  put_ip(message, IFA_ADDRESS, address.peer.value_or(address.local));
  if (!address.label.empty())
    message.put_string(IFA_LABEL, address.label);
  return message;
}

nl::Message add_request(const Address& address, unsigned how, uint32_t flags, NameLookup& names) {
  nl::Message message = keyed(RTM_NEWADDR, NLM_F_CREATE | how, address, names);
  put_ip(message, IFA_BROADCAST, address.broadcast);
  message.put(IFA_FLAGS, flags);
  put_lifetimes(message, address);
  put_if_set(message, IFA_RT_PRIORITY, address.metric);
  put_if_set(message, IFA_PROTO, address.protocol);
  put_raw(message, address.extra);
  return message;
}

}  // namespace

nl::Message dump_addresses_request(int ifindex) {
  ifaddrmsg header{};
  header.ifa_index = static_cast<uint32_t>(ifindex);
  return {RTM_GETADDR, 0, header};
}

nl::Message get_address_request(const Address& address, NameLookup& names) {
  ifaddrmsg header{};
  header.ifa_family = socket_family(address.local.family);
  header.ifa_index = static_cast<uint32_t>(names.index_of(address.link));
  nl::Message message(RTM_GETADDR, 0, header);
  message.put(IFA_ADDRESS, address.local.span());
  return message;
}

std::optional<Address> decode_address(nl::Bytes payload, NameLookup& names) {
  const auto message = nl::parse<ifaddrmsg>(payload);
  if (!message)
    return std::nullopt;
  const auto& [header, attrs] = *message;
  const auto family = family_of(header.ifa_family);
  if (!family)
    return std::nullopt;
  const auto far = read_ip(attrs, IFA_ADDRESS, *family);
  const auto local = read_ip(attrs, IFA_LOCAL, *family);

  Address address;
  address.link = names.name_of(static_cast<int>(header.ifa_index));
  if ((!far && !local) || address.link.empty())
    return std::nullopt;
  address.local = local ? *local : *far;
  address.prefixlen = header.ifa_prefixlen;
  if (local && far && *far != *local)
    address.peer = far;
  address.broadcast = read_ip(attrs, IFA_BROADCAST, *family);
  address.scope = header.ifa_scope;
  address.flags = attrs.get<uint32_t>(IFA_FLAGS).value_or(header.ifa_flags);
  address.label = attrs.string(IFA_LABEL).value_or("");
  if (const auto lifetimes = attrs.get<ifa_cacheinfo>(IFA_CACHEINFO)) {
    address.valid_lft = lifetime(lifetimes->ifa_valid);
    address.preferred_lft = lifetime(lifetimes->ifa_prefered);
  }
  // Of an IPv4 address that is valid for ever the kernel says so of its preference too, whatever
  // that is (net/ipv4/devinet.c, inet_fill_ifaddr).
  if ((address.flags & address_flag::deprecated) != 0)
    address.preferred_lft = 0;
  address.metric = attrs.get<uint32_t>(IFA_RT_PRIORITY);
  address.protocol = attrs.get<uint8_t>(IFA_PROTO);
  address.extra = unknown_attributes(attrs, known);
  return address;
}

std::vector<nl::Message> encode(const AddAddress& op, NameLookup& names) {
  const uint32_t flags = op.address.flags & address_flag::settable;
  const bool has_dad = op.dad == Dad::perform || op.address.local.family == Family::ipv4;
  if (has_dad || (flags & address_flag::nodad) != 0)
    return list_of(add_request(op.address, NLM_F_EXCL, flags, names));
  auto messages = list_of(add_request(op.address, NLM_F_EXCL, flags | address_flag::nodad, names));
  if (op.dad == Dad::skip)
    messages.push_back(add_request(op.address, NLM_F_REPLACE, flags, names));
  return messages;
}

std::vector<nl::Message> encode(const UpdateAddress& op, NameLookup& names) {
  return list_of(
      add_request(op.address, NLM_F_REPLACE, op.address.flags & address_flag::settable, names));
}

std::vector<nl::Message> encode(const DeleteAddress& op, NameLookup& names) {
  return list_of(keyed(RTM_DELADDR, 0, op.address, names));
}

}  // namespace tapctl

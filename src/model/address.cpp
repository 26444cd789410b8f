// SPDX-License-Identifier: MIT
// Addresses: how new ones are made, and when two are the same.
#include "model/address.hpp"

namespace tapctl {
namespace {

constexpr uint8_t scope_link = 253;  // RT_SCOPE_LINK

}  // namespace

bool Address::is_temporary() const {
  return local.family == Family::ipv6 && (flags & address_flag::temporary) != 0;
}

Address plain_address(const IfName& link, const Prefix& prefix) {
  Address address;
  address.link = link;
  address.local = prefix.address;
  address.prefixlen = prefix.length;
  if (prefix.address.family == Family::ipv4)
    address.label = link.str();
  if (prefix.address.is_link_local())
    address.scope = scope_link;
  return address;
}

Address eui64_address(const IfName& link, const Mac& mac) {
  constexpr uint8_t kernel_link_local = 3;  // IFAPROT_KERNEL_LL
  constexpr uint8_t universal_bit = 0x02;
  const auto& m = mac.bytes;
  IpAddress local;
  local.family = Family::ipv6;
  local.bytes = {
      0xfe, 0x80, 0,    0,    0,    0,    0,   0, static_cast<uint8_t>(m[0] ^ universal_bit),
      m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]};
  Address address = plain_address(link, {local, 64});
  address.protocol = kernel_link_local;
  return address;
}

bool same_place(const Address& a, const Address& b) {
  return a.link == b.link && a.local == b.local && a.prefixlen == b.prefixlen && a.peer == b.peer;
}

bool same_address(const Address& a, const Address& b) {
  const auto lasting = [](Address address) {
    address.flags &= address_flag::settable;
    if (address.valid_lft)
      address.valid_lft = 0;
    if (address.preferred_lft)
      address.preferred_lft = 0;
    return address;
  };
  return lasting(a) == lasting(b);
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// An IP address on a link (RTM_NEWADDR).
#pragma once

#include "model/ifname.hpp"
#include "model/ip.hpp"
#include "model/mac.hpp"
#include "model/raw.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tapctl {

/// IFA_F_* of linux/if_addr.h that matter here.
namespace address_flag {
inline constexpr uint32_t secondary = 0x01;  ///< of IPv4 addresses
inline constexpr uint32_t temporary = 0x01;  ///< of IPv6 addresses: RFC 8981, made by the kernel
inline constexpr uint32_t nodad = 0x02;
inline constexpr uint32_t optimistic = 0x04;
inline constexpr uint32_t dadfailed = 0x08;  ///< somebody else has it: not usable
inline constexpr uint32_t home = 0x10;
inline constexpr uint32_t deprecated = 0x20;
inline constexpr uint32_t tentative = 0x40;
inline constexpr uint32_t permanent = 0x80;
inline constexpr uint32_t managetempaddr = 0x100;
inline constexpr uint32_t noprefixroute = 0x200;
inline constexpr uint32_t mcautojoin = 0x400;
inline constexpr uint32_t stable_privacy = 0x800;
/// Those that a user may give; the kernel derives the others.
inline constexpr uint32_t settable = nodad | home | managetempaddr | noprefixroute | mcautojoin;
}  // namespace address_flag

struct Address {
  IfName link;
  IpAddress local;
  uint8_t prefixlen = 0;
  std::optional<IpAddress> peer;  ///< the far end of a point-to-point address
  std::optional<IpAddress> broadcast;
  uint8_t scope = 0;                      ///< RT_SCOPE_*: 0 global, 253 link, 254 host
  uint32_t flags = 0;                     ///< address_flag::*
  std::string label;                      ///< IPv4; "" for IPv6
  std::optional<uint32_t> valid_lft;      ///< seconds left; absent is for ever
  std::optional<uint32_t> preferred_lft;  ///< seconds left; absent is for ever, 0 deprecated
  std::optional<uint32_t> metric;         ///< IFA_RT_PRIORITY of its prefix route
  std::optional<uint8_t> protocol;        ///< IFA_PROTO: who made it (kernel 5.18 on)
  RawAttributes extra;

  /// True for an IPv6 privacy address, which the kernel makes for another one and nobody can add.
  [[nodiscard]] bool is_temporary() const;
  [[nodiscard]] Prefix prefix() const { return {local, prefixlen}; }
  /// The network that the kernel makes a route for: the peer's where there is one.
  [[nodiscard]] Prefix on_link() const { return Prefix{peer.value_or(local), prefixlen}.network(); }
  bool operator==(const Address&) const = default;
};

/// An address as ip(8) adds one: without broadcast, for ever, with the link's name as label.
Address plain_address(const IfName& link, const Prefix& prefix);

/// The IPv6 link-local address that the kernel makes of a MAC (RFC 4291, appendix A).
Address eui64_address(const IfName& link, const Mac& mac);

/// The same address of a link, whatever its other attributes.
bool same_place(const Address& a, const Address& b);

/// Equal but for what changes by itself (remaining lifetimes) and what the kernel derives (flags
/// other than the settable ones).
bool same_address(const Address& a, const Address& b);

}  // namespace tapctl

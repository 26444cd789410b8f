// SPDX-License-Identifier: MIT
// Routes, policy rules and neighbours (RTM_NEWROUTE, RTM_NEWRULE, RTM_NEWNEIGH).
#pragma once

#include "model/ifname.hpp"
#include "model/ip.hpp"
#include "model/raw.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace tapctl {

namespace route_protocol {  // RTPROT_* of linux/rtnetlink.h
inline constexpr uint8_t kernel = 2;
inline constexpr uint8_t boot = 3;
inline constexpr uint8_t statically = 4;
inline constexpr uint8_t ra = 9;
inline constexpr uint8_t dhcp = 16;
}  // namespace route_protocol

namespace route_type {  // RTN_* of linux/rtnetlink.h
inline constexpr uint8_t unicast = 1;
inline constexpr uint8_t local = 2;
inline constexpr uint8_t broadcast = 3;
inline constexpr uint8_t anycast = 4;
inline constexpr uint8_t multicast = 5;
inline constexpr uint8_t nat = 10;
}  // namespace route_type

namespace route_table {
inline constexpr uint32_t main = 254;
inline constexpr uint32_t local = 255;
}  // namespace route_table

/// One way to a destination.
struct NextHop {
  IfName link;                       ///< empty for a route without device
  std::optional<IpAddress> gateway;  ///< of either family (RTA_GATEWAY or RTA_VIA)
  bool onlink = false;
  uint8_t weight = 0;   ///< rtnh_hops: weight - 1; multipath only
  RawAttributes extra;  ///< multipath only, such as an encapsulation
  bool operator==(const NextHop&) const = default;
};

struct Route {
  Family family = Family::ipv4;
  Prefix destination;            ///< length 0 is the default route
  std::optional<Prefix> source;  ///< IPv6 source-specific
  uint8_t tos = 0;
  uint32_t table = route_table::main;
  uint8_t type = route_type::unicast;
  uint8_t scope = 0;
  uint8_t protocol = 0;
  std::optional<uint32_t> metric;  ///< RTA_PRIORITY
  std::optional<IpAddress> prefsrc;
  std::optional<uint8_t> preference;   ///< RTA_PREF (RFC 4191): 0 medium, 1 high, 3 low
  std::optional<uint32_t> expires;     ///< seconds left
  std::optional<uint32_t> nexthop_id;  ///< RTA_NH_ID: it uses a nexthop object
  std::vector<std::pair<uint16_t, uint32_t>> metrics;  ///< RTAX_* and value: mtu, advmss, ...
  std::string congestion_control;                      ///< RTAX_CC_ALGO
  std::vector<NextHop> nexthops;  ///< one, or several of a multipath route; none: no device
  RawAttributes extra;

  [[nodiscard]] bool uses(const IfName& link) const;
  /// True for a route to a router that an advertisement made, or that was made after one.
  [[nodiscard]] bool is_advertised() const;
  bool operator==(const Route&) const = default;
};

/// Equal but for the seconds left.
bool same_route(const Route& a, const Route& b);

/// What decides whether two routes are alternatives, of which the first one counts.
inline auto route_key(const Route& route) {
  return std::tuple(route.family, route.table, route.destination, route.source, route.tos,
                    route.metric.value_or(0));
}
using RouteKey = decltype(route_key(Route{}));

/// True for two that say the same after what one router advertised. Their metric and what else the
/// router says differ where one of them was moved, see plan/advertised_routes.
bool same_advertisement(const Route& a, const Route& b);

/// A policy routing rule. Header bytes and selectors that no accessor knows are in `extra`.
struct Rule {
  Family family = Family::ipv4;
  uint32_t priority = 0;
  std::optional<IfName> iif;
  std::optional<IfName> oif;
  std::optional<Prefix> from;
  std::optional<Prefix> to;
  uint8_t tos = 0;
  uint8_t action = 1;  ///< FR_ACT_*: 1 look up the table
  bool invert = false;
  uint32_t table = 0;
  std::optional<uint32_t> fwmark;
  std::optional<uint32_t> fwmask;
  std::optional<uint8_t> protocol;
  RawAttributes extra;

  [[nodiscard]] bool names(const IfName& link) const;
  bool operator==(const Rule&) const = default;
};

namespace neighbour_state {  // NUD_*
inline constexpr uint16_t incomplete = 0x01;
inline constexpr uint16_t reachable = 0x02;
inline constexpr uint16_t stale = 0x04;
inline constexpr uint16_t delay = 0x08;
inline constexpr uint16_t probe = 0x10;
inline constexpr uint16_t failed = 0x20;
inline constexpr uint16_t noarp = 0x40;
inline constexpr uint16_t permanent = 0x80;
}  // namespace neighbour_state

struct Neighbour {
  IfName link;
  IpAddress address;
  std::vector<uint8_t> lladdr;  ///< empty for a proxy entry
  uint16_t state = 0;           ///< neighbour_state::*
  bool proxy = false;           ///< NTF_PROXY: answered for, not looked up
  bool router = false;          ///< NTF_ROUTER
  bool extern_learned = false;  ///< NTF_EXT_LEARNED: put there by a control plane, not to expire
  bool managed = false;         ///< NTF_EXT_MANAGED: the kernel keeps it resolved
  std::optional<uint8_t> protocol;

  /// Somebody made it, as opposed to learnt ones, which come and go.
  [[nodiscard]] bool is_lasting() const;
  bool operator==(const Neighbour&) const = default;
};

/// The same entry of a neighbour table, whatever it says.
bool same_entry(const Neighbour& a, const Neighbour& b);

/// Equal but for what changes by itself: state and link-layer address of an entry that the kernel
/// resolves.
bool same_neighbour(const Neighbour& a, const Neighbour& b);

}  // namespace tapctl

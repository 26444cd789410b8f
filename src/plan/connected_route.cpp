// SPDX-License-Identifier: MIT
// Routes without a gateway: those that the kernel makes for an address, and what they reach.
#include "plan/connected_route.hpp"

#include <algorithm>

namespace tapctl {
namespace {

constexpr uint32_t ipv6_prefix_metric = 256;  // IP6_RT_PRIO_ADDRCONF

/// True when the kernel makes this route by itself for `address`.
bool is_prefix_route_of(const Route& route, const Address& address) {
  if ((address.flags & address_flag::noprefixroute) != 0 || address.local.family != route.family)
    return false;
  const bool ipv6 = route.family == Family::ipv6;
  const uint32_t metric = address.metric.value_or(ipv6 ? ipv6_prefix_metric : 0);
  if (route.metric.value_or(0) != metric)
    return false;
  if (route.destination == address.on_link())
    return ipv6 || route.prefsrc == address.local;
  // A point-to-point IPv6 address also has a host route for its own end.
  return ipv6 && address.peer &&
         route.destination == Prefix{address.local, address_bits(Family::ipv6)};
}

}  // namespace

bool has_gateway(const Route& route) {
  return std::ranges::any_of(route.nexthops,
                             [](const NextHop& hop) { return hop.gateway.has_value(); });
}

bool made_by_kernel(const Route& route, const std::vector<Address>& addresses) {
  if (route.protocol != route_protocol::kernel || route.nexthops.size() != 1 ||
      route.nexthops.front().gateway)
    return false;
  return route.type != route_type::unicast ||
         std::ranges::any_of(
             addresses, [&](const Address& address) { return is_prefix_route_of(route, address); });
}

/// The route that the kernel makes for an IPv6 address.
Route prefix_route(const Address& address) {
  Route route;
  route.family = Family::ipv6;
  route.destination = address.on_link();
  route.protocol = route_protocol::kernel;
  route.metric = address.metric.value_or(ipv6_prefix_metric);
  route.nexthops.push_back({.link = address.link});
  return route;
}

bool is_on_link(const IpAddress& gateway, const IfName& link, const std::vector<Route>& routes,
                const std::vector<Address>& addresses) {
  const auto by_route = [&](const Route& route) {
    return route.uses(link) && route.type == route_type::unicast && !has_gateway(route) &&
           route.destination.address.family == gateway.family &&
           route.destination.contains(gateway);
  };
  const auto by_address = [&](const Address& address) {
    return address.link == link && (address.flags & address_flag::noprefixroute) == 0 &&
           address.on_link().contains(gateway);
  };
  return gateway.is_link_local() || std::ranges::any_of(routes, by_route) ||
         std::ranges::any_of(addresses, by_address);
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Comparisons of routes, rules and neighbours.
#include "model/route.hpp"

#include <algorithm>

namespace tapctl {

bool Route::uses(const IfName& link) const {
  return std::ranges::any_of(nexthops, [&](const NextHop& hop) { return hop.link == link; });
}

bool Route::is_advertised() const {
  return family == Family::ipv6 && protocol == route_protocol::ra && expires.has_value() &&
         nexthops.size() == 1 && nexthops.front().gateway.has_value();
}

bool same_advertisement(const Route& a, const Route& b) {
  return a.is_advertised() && b.is_advertised() && a.table == b.table &&
         a.destination == b.destination && a.nexthops == b.nexthops;
}

bool same_route(const Route& a, const Route& b) {
  const auto lasting = [](Route route) {
    if (route.expires)
      route.expires = 0;
    return route;
  };
  return lasting(a) == lasting(b);
}

bool Rule::names(const IfName& link) const {
  return iif == link || oif == link;
}

bool Neighbour::is_lasting() const {
  return proxy || extern_learned || managed || state == neighbour_state::permanent;
}

bool same_entry(const Neighbour& a, const Neighbour& b) {
  return a.link == b.link && a.address == b.address && a.proxy == b.proxy;
}

bool same_neighbour(const Neighbour& a, const Neighbour& b) {
  const auto lasting = [](Neighbour entry) {
    const bool is_resolved = entry.managed && entry.state != neighbour_state::permanent;
    if (is_resolved)
      entry.lladdr.clear();
    if (is_resolved || (entry.extern_learned && entry.state != neighbour_state::permanent))
      entry.state = 0;
    return entry;
  };
  return lasting(a) == lasting(b);
}

}  // namespace tapctl

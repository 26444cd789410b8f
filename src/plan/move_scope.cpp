// SPDX-License-Identifier: MIT
// What of a snapshot a move takes along, and what it leaves.
#include "plan/move_scope.hpp"

#include "plan/connected_route.hpp"

#include <algorithm>
#include <iterator>

namespace tapctl {
namespace {

std::set<const Route*> kernel_routes_of(const Snapshot& current, const IfName& link) {
  const std::vector<Address> addresses = current.addresses_of(link);
  std::set<const Route*> routes;
  for (const Route& route : current.routes) {
    if (route.uses(link) && made_by_kernel(route, addresses))
      routes.insert(&route);
  }
  return routes;
}

}  // namespace

MoveScope::MoveScope(const Snapshot& current, const IfName& from, const IfName& to,
                     const std::set<std::string>& stay)
    : current_(current),
      from_(from),
      to_(to),
      stay_(stay),
      kernel_routes_(kernel_routes_of(current, from)) {}

bool MoveScope::affected(const Address& address) const {
  return address.link == from_ && !stays(address);
}

bool MoveScope::affected(const Route& route) const {
  return route.uses(from_) && !kernel_routes_.contains(&route) && !route.is_advertised() &&
         !stays(route);
}

bool MoveScope::advertised(const Route& route) const {
  return route.uses(from_) && route.is_advertised() && !stays(route);
}

bool MoveScope::affected(const Rule& rule) const {
  return rule.names(from_) && !stays(rule);
}

bool MoveScope::affected(const Neighbour& neighbour) const {
  return neighbour.link == from_ && !stays(neighbour);
}

bool MoveScope::follows_its_address(const Route& route) const {
  return kernel_routes_.contains(&route) && !stays(route);
}

std::vector<Address> MoveScope::addresses() const {
  std::vector<Address> ordered;
  std::ranges::copy_if(current_.addresses, std::back_inserter(ordered),
                       [&](const Address& address) { return affected(address); });
  const auto ipv6 = std::stable_partition(
      ordered.begin(), ordered.end(),
      [](const Address& address) { return address.local.family == Family::ipv4; });
  std::reverse(ipv6, ordered.end());
  return ordered;
}

}  // namespace tapctl

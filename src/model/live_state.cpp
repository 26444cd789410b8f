// SPDX-License-Identifier: MIT
// The links, addresses and default routes of a namespace as they change, and what each change is.
//
// Links and addresses are kept by ifindex, since names can be swapped between two readings.
#include "model/live_state.hpp"

#include "model/missing.hpp"

#include <algorithm>

namespace tapctl {
namespace {

void append(StateChanges& changes, StateChanges more) {
  std::ranges::move(more, std::back_inserter(changes));
}

template <class T>
StateChange added(const T& value) {
  return Changed<T>{.before = std::nullopt, .after = value};
}

template <class T>
StateChange removed(const T& value) {
  return Changed<T>{.before = value, .after = std::nullopt};
}

/// The kernel renames the labels of a link that it renames (net/ipv4/devinet.c,
/// inetdev_changename).
void relabel(Address& address, const IfName& from) {
  const std::string& old = from.str();
  if (address.label == old || address.label.starts_with(old + ":"))
    address.label.replace(0, old.size(), address.link.str());
}

void add_names(std::vector<IfName>& names, const std::optional<Link>& link) {
  if (link)
    names.push_back(link->name);
}

void add_names(std::vector<IfName>& names, const std::optional<Address>& address) {
  if (address)
    names.push_back(address->link);
}

void add_names(std::vector<IfName>& names, const std::optional<Route>& route) {
  if (!route)
    return;
  for (const NextHop& nexthop : route->nexthops)
    names.push_back(nexthop.link);
}

bool has_way(const Route& route, const NextHop& way) {
  return std::ranges::any_of(route.nexthops, [&](const NextHop& other) {
    return other.link == way.link && other.gateway == way.gateway;
  });
}

bool has_ways(const Route& route, const std::vector<NextHop>& ways) {
  return std::ranges::all_of(ways, [&](const NextHop& way) { return has_way(route, way); });
}

/// The kernel is not faithful to the order of the ways.
bool is_same(const Route& a, const Route& b) {
  Route without = a;
  without.nexthops = b.nexthops;
  return same_route(without, b) && a.nexthops.size() == b.nexthops.size() &&
         has_ways(a, b.nexthops);
}

}  // namespace

std::vector<IfName> links_of(const StateChange& change) {
  std::vector<IfName> names;
  std::visit(
      [&](const auto& changed) {
        add_names(names, changed.before);
        add_names(names, changed.after);
      },
      change);
  return names;
}

LiveState::LiveState(const Snapshot& snapshot) : routes_(snapshot.routes) {
  for (const Link& link : snapshot.links) {
    links_.emplace(link.ifindex, link);
    indexes_[link.name] = link.ifindex;
  }
  for (const Address& address : snapshot.addresses) {
    if (auto* addresses = addresses_on(address.link))
      addresses->push_back(address);
  }
}

IfName LiveState::name_of(int ifindex) const {
  const auto found = links_.find(ifindex);
  return found == links_.end() ? IfName() : found->second.name;
}

bool LiveState::routes_through(const IfName& link) const {
  return std::ranges::any_of(routes_, [&](const Route& route) { return route.uses(link); });
}

std::vector<Address>* LiveState::addresses_on(const IfName& link) {
  const auto index = indexes_.find(link);
  return index == indexes_.end() ? nullptr : &addresses_[index->second];
}

/// All at once, since two links may swap their names.
void LiveState::rename(const Renames& renames) {
  const auto apply = [&](IfName& name) {
    if (const auto found = renames.find(name); found != renames.end())
      name = found->second;
  };
  for (auto& [ifindex, link] : links_) {
    if (link.settings.master)
      apply(*link.settings.master);
  }
  for (auto& [ifindex, addresses] : addresses_) {
    for (Address& address : addresses) {
      const IfName from = address.link;
      apply(address.link);
      relabel(address, from);
    }
  }
  for (Route& route : routes_) {
    for (NextHop& nexthop : route.nexthops)
      apply(nexthop.link);
  }
}

StateChanges LiveState::put(const Link& link) {
  const auto known = links_.find(link.ifindex);
  if (known == links_.end()) {
    links_.emplace(link.ifindex, link);
    indexes_[link.name] = link.ifindex;
    return {added(link)};
  }
  if (known->second == link)
    return {};
  const Link before = known->second;
  if (before.name != link.name) {
    rename({{before.name, link.name}});
    if (const auto index = indexes_.find(before.name);
        index != indexes_.end() && index->second == link.ifindex)
      indexes_.erase(index);
    indexes_[link.name] = link.ifindex;
  }
  known->second = link;
  return {Changed<Link>{.before = before, .after = link}};
}

StateChanges LiveState::remove_link(int ifindex) {
  const auto known = links_.find(ifindex);
  if (known == links_.end())
    return {};
  StateChanges changes;
  for (const Address& address : addresses_[ifindex])
    changes.push_back(removed(address));
  changes.push_back(removed(known->second));
  addresses_.erase(ifindex);
  if (const auto index = indexes_.find(known->second.name);
      index != indexes_.end() && index->second == ifindex)
    indexes_.erase(index);
  links_.erase(known);
  return changes;
}

StateChanges LiveState::put(const Address& address) {
  auto* addresses = addresses_on(address.link);
  if (addresses == nullptr)
    return {};
  const auto known = std::ranges::find_if(
      *addresses, [&](const Address& other) { return same_place(address, other); });
  if (known == addresses->end()) {
    addresses->push_back(address);
    return {added(address)};
  }
  if (*known == address)
    return {};
  const Address before = std::exchange(*known, address);
  return {Changed<Address>{.before = before, .after = address}};
}

StateChanges LiveState::remove(const Address& address) {
  auto* addresses = addresses_on(address.link);
  if (addresses == nullptr)
    return {};
  const auto known = std::ranges::find_if(
      *addresses, [&](const Address& other) { return same_place(address, other); });
  if (known == addresses->end())
    return {};
  const Address before = *known;
  addresses->erase(known);
  return {removed(before)};
}

StateChanges LiveState::put(const Route& route, RoutePlace place) {
  const auto is_heir_of = [&](const Route& known) {
    if (route_key(known) != route_key(route))
      return false;
    const bool gets_ways = route.family == Family::ipv6 && has_ways(route, known.nexthops);
    return place == RoutePlace::replaces || gets_ways;
  };
  const auto same =
      std::ranges::find_if(routes_, [&](const Route& known) { return is_same(known, route); });
  if (same != routes_.end())
    return {};
  const auto heir = std::ranges::find_if(routes_, is_heir_of);
  if (heir == routes_.end()) {
    routes_.push_back(route);
    return {added(route)};
  }
  const Route before = std::exchange(*heir, route);
  return {Changed<Route>{.before = before, .after = route}};
}

StateChanges LiveState::remove(const Route& route) {
  const auto same =
      std::ranges::find_if(routes_, [&](const Route& known) { return is_same(known, route); });
  if (same != routes_.end()) {
    const Route before = *same;
    routes_.erase(same);
    return {removed(before)};
  }
  const auto wider = std::ranges::find_if(routes_, [&](const Route& known) {
    return route_key(known) == route_key(route) && known.nexthops.size() > route.nexthops.size() &&
           has_ways(known, route.nexthops);
  });
  if (wider == routes_.end())
    return {};
  const Route before = *wider;
  std::erase_if(wider->nexthops, [&](const NextHop& way) { return has_way(route, way); });
  return {Changed<Route>{.before = before, .after = *wider}};
}

StateChanges LiveState::replace_routes(const std::vector<Route>& routes) {
  StateChanges changes;
  auto fresh = missing<Route>(routes, routes_, is_same);
  for (const Route* gone : missing<Route>(routes_, routes, is_same)) {
    const auto heir = std::ranges::find_if(
        fresh, [&](const Route* route) { return route_key(*route) == route_key(*gone); });
    if (heir == fresh.end()) {
      changes.push_back(removed(*gone));
      continue;
    }
    changes.push_back(Changed<Route>{.before = *gone, .after = **heir});
    fresh.erase(heir);
  }
  for (const Route* route : fresh)
    changes.push_back(added(*route));
  routes_ = routes;
  return changes;
}

StateChanges LiveState::become(const LiveState& next) {
  StateChanges changes;
  std::vector<int> gone;
  Renames renames;
  for (const auto& [ifindex, link] : links_) {
    if (!next.has_link(ifindex))
      gone.push_back(ifindex);
    else if (const IfName name = next.name_of(ifindex); name != link.name)
      renames[link.name] = name;
  }
  for (const int ifindex : gone)
    append(changes, remove_link(ifindex));
  rename(renames);
  for (const auto& [ifindex, link] : next.links_) {
    if (const auto known = links_.find(ifindex); known == links_.end())
      changes.push_back(added(link));
    else if (known->second != link)
      changes.push_back(Changed<Link>{.before = known->second, .after = link});
  }
  links_ = next.links_;
  indexes_ = next.indexes_;
  for (const auto& [ifindex, link] : links_) {
    const auto found = next.addresses_.find(ifindex);
    const std::vector<Address> fresh =
        found == next.addresses_.end() ? std::vector<Address>() : found->second;
    const std::vector<Address> before = addresses_[ifindex];
    for (const Address* address : missing<Address>(before, fresh, same_place))
      append(changes, remove(*address));
    for (const Address& address : fresh)
      append(changes, put(address));
  }
  append(changes, replace_routes(next.routes_));
  return changes;
}

}  // namespace tapctl

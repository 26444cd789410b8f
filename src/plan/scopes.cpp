// SPDX-License-Identifier: MIT
// What devices need to be read, and several scopes as one.
#include "plan/scopes.hpp"

#include <algorithm>

namespace tapctl {
namespace {

/// A link that goes down, or whose MTU is too low for IPv6, loses addresses and routes; the undo
/// gives them back.
bool loses_configuration(const DeviceWish& wish) {
  return wish.link.up == false || (wish.link.mtu && *wish.link.mtu < min_ipv6_mtu);
}

bool numbers_names(const AddRequest& request) {
  return request.count ||
         std::ranges::any_of(request.names, [](const auto& name) { return name.has_number(); });
}

void add_names(std::vector<IfName>& names, const std::vector<IfName>& more) {
  for (const IfName& name : more) {
    if (std::ranges::find(names, name) == names.end())
      names.push_back(name);
  }
}

}  // namespace

void widen_for(Scope& scope, const DeviceWish& wish) {
  if (wish.link.master && !wish.link.master->empty()) {
    scope.links.push_back(*wish.link.master);
    scope.ports_of.push_back(*wish.link.master);
    scope.neighbours_of.push_back(*wish.link.master);
  }
  if (!wish.addresses.empty() || wish.link.master)
    scope.addresses_of = scope.links;
  if (loses_configuration(wish))
    scope.configuration_of = scope.links;
  scope.holders = true;
}

Scope device_scope(const AddRequest& request) {
  Scope scope;
  for (const NameTemplate& name : request.names) {
    if (!name.has_number())
      scope.links.push_back(name.expand(0));
  }
  widen_for(scope, request.wish);
  // Which names are free shows only when all are known, and which one it will be only afterwards.
  scope.all_links = numbers_names(request);
  scope.all_addresses = scope.all_links && !request.wish.addresses.empty();
  return scope;
}

void widen(Scope& scope, const Scope& more) {
  add_names(scope.links, more.links);
  add_names(scope.ports_of, more.ports_of);
  add_names(scope.addresses_of, more.addresses_of);
  add_names(scope.neighbours_of, more.neighbours_of);
  add_names(scope.configuration_of, more.configuration_of);
  add_names(scope.clients_of, more.clients_of);
  for (const auto flag : {&Scope::all_links, &Scope::all_addresses, &Scope::default_routes,
                          &Scope::bridging, &Scope::bridge_nf, &Scope::all_bridges,
                          &Scope::tun_flags, &Scope::spanning_tree, &Scope::holders})
    scope.*flag = scope.*flag || more.*flag;
  if (more.applied)
    scope.applied = more.applied;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Which links `status` shows, and where: the same for text and JSON.
#include "report/selection.hpp"

#include "util/text.hpp"

#include <algorithm>
#include <set>

namespace tapctl {
namespace {

bool is_default(const Route& route) {
  return route.destination.length == 0 && route.table == route_table::main;
}

bool has_addresses(const Snapshot& snapshot, const IfName& link) {
  return std::ranges::any_of(snapshot.addresses, [&](const Address& address) {
    return address.link == link && !address.local.is_link_local();
  });
}

}  // namespace

Selection select_links(const Snapshot& snapshot, const std::vector<IfName>& names) {
  const auto is_named = [&](const Link& link) {
    return std::ranges::find(names, link.name) != names.end();
  };
  std::set<IfName> shown_bridges;
  for (const Link& link : snapshot.links) {
    if (link.bridge && (names.empty() || is_named(link)))
      shown_bridges.insert(link.name);
  }
  Selection selection;
  for (const Link& link : snapshot.links) {
    if (!names.empty() && !is_named(link))
      continue;
    if (link.bridge)
      selection.bridges.push_back(&link);
    else if (shown_bridges.contains(link.master()))
      continue;
    else if (link.tun)
      selection.devices.push_back(&link);
    else if (!names.empty() ||
             (link.type != LinkType::loopback && has_addresses(snapshot, link.name)))
      selection.links.push_back(&link);
  }
  for (const Route& route : snapshot.routes) {
    const bool shown = names.empty() || std::ranges::any_of(names, [&](const IfName& name) {
                         return route.uses(name);
                       });
    if (shown && is_default(route))
      selection.default_routes.push_back(&route);
  }
  return selection;
}

std::vector<const Route*> default_routes_of(const Snapshot& snapshot, const IfName& link) {
  std::vector<const Route*> routes;
  for (const Route& route : snapshot.routes) {
    if (is_default(route) && route.uses(link))
      routes.push_back(&route);
  }
  return routes;
}

std::string default_route_text(const Route& route) {
  std::string text = "default";
  for (const NextHop& nexthop : route.nexthops) {
    if (nexthop.gateway)
      text += " via " + nexthop.gateway->str();
    if (!nexthop.link.empty())
      text += " dev " + printable(nexthop.link.str());
  }
  if (route.metric && *route.metric != 0)
    text += " metric " + std::to_string(*route.metric);
  return text;
}

const Link* uplink_of(const Snapshot& snapshot, const Link& bridge) {
  const auto memory = snapshot.memory.find(bridge.name);
  const Link* uplink =
      memory == snapshot.memory.end() ? nullptr : snapshot.find(memory->second.uplink);
  return uplink != nullptr && uplink->master() == bridge.name ? uplink : nullptr;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The questions that several checks have.
#include "doctor/checks.hpp"

#include <algorithm>

namespace tapctl {

bool Examined::has_default_route(const IfName& link) const {
  return std::ranges::any_of(snapshot.routes, [&](const Route& route) {
    return route.table == route_table::main && route.destination.length == 0 && route.uses(link);
  });
}

const Link* Examined::bridge_of(const Link& link) const {
  const Link* master = snapshot.find(link.master());
  return master != nullptr && master->bridge ? master : nullptr;
}

bool Examined::is_uplink(const Link& link) const {
  if (link.bridge || link.tun || link.type != LinkType::ethernet)
    return false;
  const Link* bridge = bridge_of(link);
  if (bridge == nullptr)
    return has_default_route(link.name);
  const auto memory = snapshot.memory.find(bridge->name);
  return link.kind != "veth" || has_default_route(link.name) ||
         (memory != snapshot.memory.end() && memory->second.uplink == link.name);
}

std::vector<const Link*> Examined::bridges() const {
  std::vector<const Link*> result;
  for (const Link& link : snapshot.links) {
    if (link.bridge)
      result.push_back(&link);
  }
  return result;
}

bool is_plain(const IfName& name) {
  return std::ranges::all_of(name.str(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

}  // namespace tapctl

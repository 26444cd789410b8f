// SPDX-License-Identifier: MIT
// Look-ups in a snapshot.
#include "model/snapshot.hpp"

#include <algorithm>
#include <iterator>

namespace tapctl {
namespace {

bool is_carried(const Address& address, const IfName& link) {
  return address.link == link;
}

bool is_carried(const Route& route, const IfName& link) {
  return route.uses(link);
}

bool is_carried(const Rule& rule, const IfName& link) {
  return rule.names(link);
}

bool is_carried(const Neighbour& entry, const IfName& link) {
  return entry.link == link;
}

}  // namespace

const Link* Snapshot::find(const IfName& name) const {
  const auto found = std::ranges::find(links, name, &Link::name);
  return found == links.end() ? nullptr : &*found;
}

const Link* Snapshot::find(int ifindex) const {
  const auto found = std::ranges::find(links, ifindex, &Link::ifindex);
  return found == links.end() ? nullptr : &*found;
}

std::vector<const Link*> Snapshot::find_all(const std::vector<IfName>& names) const {
  std::map<IfName, const Link*> by_name;
  for (const Link& link : links)
    by_name.emplace(link.name, &link);
  std::vector<const Link*> found;
  for (const IfName& name : names) {
    if (const auto entry = by_name.find(name); entry != by_name.end())
      found.push_back(entry->second);
  }
  return found;
}

std::vector<Address> Snapshot::addresses_of(const IfName& link) const {
  std::vector<Address> result;
  std::ranges::copy_if(addresses, std::back_inserter(result),
                       [&](const Address& address) { return address.link == link; });
  return result;
}

std::vector<const Link*> Snapshot::ports_of(const IfName& bridge) const {
  std::vector<const Link*> result;
  for (const Link& link : links) {
    if (!bridge.empty() && link.master() == bridge)
      result.push_back(&link);
  }
  return result;
}

Snapshot carried_by(const Snapshot& snapshot, const IfName& link) {
  Snapshot result;
  const auto copy = [&](const auto& from, auto& to) {
    std::ranges::copy_if(from, std::back_inserter(to),
                         [&](const auto& object) { return is_carried(object, link); });
  };
  copy(snapshot.addresses, result.addresses);
  copy(snapshot.routes, result.routes);
  copy(snapshot.rules, result.rules);
  copy(snapshot.neighbours, result.neighbours);
  return result;
}

Snapshot without_carried_by(Snapshot snapshot, const IfName& link) {
  const auto is_of_link = [&](const auto& object) { return is_carried(object, link); };
  std::erase_if(snapshot.addresses, is_of_link);
  std::erase_if(snapshot.routes, is_of_link);
  std::erase_if(snapshot.rules, is_of_link);
  std::erase_if(snapshot.neighbours, is_of_link);
  return snapshot;
}

}  // namespace tapctl

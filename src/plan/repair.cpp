// SPDX-License-Identifier: MIT
// What would make one snapshot of the other.
#include "plan/repair.hpp"

#include "model/missing.hpp"
#include "model/settings.hpp"
#include "plan/builder.hpp"

#include <functional>
#include <utility>

namespace tapctl {
namespace {

class Repair {
 public:
  Repair(const Snapshot& wanted, const Snapshot& found) : wanted_(wanted), found_(found) {}

  std::vector<Op> build() {
    links();
    objects<AddAddress, DeleteAddress>(lasting_addresses(wanted_), lasting_addresses(found_),
                                       same_address, [](const Address&) { return true; });
    objects<AddNeighbour, DeleteNeighbour>(
        wanted_.neighbours, found_.neighbours, same_neighbour,
        [](const Neighbour& entry) { return entry.is_lasting(); });
    objects<AddRoute, DeleteRoute>(
        wanted_.routes, found_.routes,
        [](const Route& a, const Route& b) { return same_route(a, b) || same_advertisement(a, b); },
        [](const Route& route) {
          return route.table != route_table::local || route.protocol != route_protocol::kernel;
        });
    objects<AddRule, DeleteRule>(wanted_.rules, found_.rules, std::equal_to<>(),
                                 [](const Rule&) { return true; });
    for (const auto& [path, value] : wanted_.sysctls) {
      const auto now = found_.sysctls.find(path);
      if (now != found_.sysctls.end() && now->second != value)
        ops_.emplace_back(SetSysctl{path, value});
    }
    for (const DhcpClient* client :
         missing<DhcpClient>(wanted_.clients, found_.clients, same_client))
      ops_.emplace_back(StartClient{.client = *client, .successor_of = std::nullopt});
    return std::move(ops_);
  }

 private:
  void links() {
    for (const Link& link : found_.links) {
      if (wanted_.find(link.name) == nullptr)
        ops_.emplace_back(DeleteLinks{{link.name}});
    }
    for (const Link& link : wanted_.links) {
      const Link* now = found_.find(link.name);
      if (now == nullptr && link.tun)
        ops_.emplace_back(CreateTun{link.name, *link.tun});
      settings(now == nullptr ? Link{.name = link.name} : *now, link);
    }
  }

  void settings(const Link& now, const Link& link) {
    if (const LinkSettings set = difference(now.settings, link.settings); !is_empty(set))
      append(ops_, set_link_ops(link.name, now.settings, set));
    if (link.bridge) {
      const Bridge set = difference(now.bridge.value_or(Bridge{}), *link.bridge);
      if (!is_empty(set))
        ops_.emplace_back(SetBridge{link.name, set});
    }
    if (link.port) {
      const Port set = difference(now.port.value_or(Port{}), *link.port);
      if (!is_empty(set))
        ops_.emplace_back(SetPort{link.name, set});
    }
  }

  /// First what is too much: it can stand in the way of what is missing.
  template <class Add, class Delete, class T, class Same, class Counts>
  void objects(const std::vector<T>& wanted, const std::vector<T>& found, Same same,
               Counts counts) {
    for (const T* object : missing<T>(found, wanted, same)) {
      if (counts(*object))
        ops_.emplace_back(Delete{*object});
    }
    for (const T* object : missing<T>(wanted, found, same)) {
      if (counts(*object))
        ops_.emplace_back(Add{*object});
    }
  }

  const Snapshot& wanted_;
  const Snapshot& found_;
  std::vector<Op> ops_;
};

}  // namespace

std::vector<Op> repairs(const Snapshot& wanted, const Snapshot& found) {
  return Repair(wanted, found).build();
}

}  // namespace tapctl

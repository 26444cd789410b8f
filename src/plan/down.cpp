// SPDX-License-Identifier: MIT
// Planner of `down`: takes away what `apply` of a file made, and nothing else.
//
// What that is was kept by `apply`, so the file may have changed meanwhile, or be gone. Links are
// known by their ifindex: what was renamed is still found, and what other hands deleted and made
// anew is theirs.
#include "plan/apply.hpp"
#include "plan/builder.hpp"
#include "plan/composer.hpp"
#include "plan/scopes.hpp"
#include "plan/uplink.hpp"
#include "util/text.hpp"

#include <algorithm>

namespace tapctl {
namespace {

std::vector<IfName> devices_of(const Snapshot& current) {
  std::vector<IfName> names;
  for (const auto& [name, ifindex] : current.applied.devices) {
    const Link* link = current.find(ifindex);
    if (link != nullptr && link->tun)
      names.push_back(link->name);
  }
  return names;
}

/// One that was recorded without its ifindex is known by name.
const Link* find(const Snapshot& current, int ifindex, const IfName& name) {
  return ifindex == 0 ? current.find(name) : current.find(ifindex);
}

/// The bridges that were made and are still there, whole; of other bridges the ports that were
/// attached.
std::vector<UnbridgeRequest> bridges_of(const Snapshot& current) {
  const std::vector<IfName> doomed = devices_of(current);
  std::vector<UnbridgeRequest> requests;
  for (const auto& [name, ifindex] : current.applied.bridges) {
    const Link* link = current.find(ifindex);
    if (link != nullptr && link->bridge)
      requests.push_back({.bridge = link->name, .doomed = doomed});
  }
  std::map<IfName, std::set<IfName>> attached;
  for (const auto& [name, port] : current.applied.ports) {
    const Link* link = find(current, port.ifindex, name);
    const Link* bridge = find(current, port.bridge_ifindex, port.bridge);
    if (link != nullptr && bridge != nullptr && bridge->bridge && link->master() == bridge->name)
      attached[bridge->name].insert(link->name);
  }
  for (const auto& [bridge, ports] : attached)
    requests.push_back(
        {.bridge = bridge, .ports = {ports.begin(), ports.end()}, .keep_bridge = true});
  return requests;
}

}  // namespace

/// What was made is known only when it was read, so everything that it could be is read at once.
Scope down_scope(const DownRequest& request) {
  Scope scope;
  scope.applied = request.file;
  scope.all_links = true;
  scope.all_addresses = true;
  scope.all_bridges = true;
  scope.bridge_nf = true;
  scope.holders = true;
  return scope;
}

std::optional<Scope> wider_down_scope(const DownRequest& request, const Snapshot& first) {
  std::optional<Scope> wider;
  for (const UnbridgeRequest& bridge : bridges_of(first)) {
    const auto scope = wider_unbridge_scope(bridge, first);
    if (scope && !wider)
      wider = down_scope(request);
    if (scope)
      widen(*wider, *scope);
  }
  return wider;
}

Plan plan_down(const Snapshot& current, const DownRequest& request) {
  if (current.applied == Applied{}) {
    Plan plan;
    plan.hints.push_back("nothing to take down: " + quote(request.file) +
                         " was not applied, or is taken down already");
    return plan;
  }
  Composer composer(current);
  for (const UnbridgeRequest& bridge : bridges_of(current))
    composer.add(plan_unbridge(composer.state(), bridge));
  const DelRequest devices{.names = devices_of(current), .force = request.force};
  if (!devices.names.empty())
    composer.add(plan_del(composer.state(), devices));
  return composer.take({{.ops = {KeepApplied{.file = request.file, .applied = {}}},
                         .undo = {KeepApplied{.file = request.file, .applied = current.applied}}}});
}

}  // namespace tapctl

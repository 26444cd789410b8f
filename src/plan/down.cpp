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

DelRequest devices_of(const Snapshot& current, bool force) {
  DelRequest request{.force = force};
  for (const auto& [name, ifindex] : current.applied.devices) {
    const Link* link = current.find(ifindex);
    if (link != nullptr && link->tun)
      request.names.push_back(link->name);
  }
  return request;
}

/// The bridges that were made and are still there, whole; of other bridges the ports that were
/// attached.
std::vector<UnbridgeRequest> bridges_of(const Snapshot& current) {
  const std::vector<IfName> doomed = devices_of(current, false).names;
  std::vector<UnbridgeRequest> requests;
  for (const auto& [name, ifindex] : current.applied.bridges) {
    const Link* link = current.find(ifindex);
    if (link != nullptr && link->bridge)
      requests.push_back({.bridge = link->name, .doomed = doomed});
  }
  std::map<IfName, std::vector<IfName>> attached;
  for (const auto& [port, bridge] : current.applied.ports) {
    const Link* link = current.find(port);
    const Link* master = current.find(bridge);
    if (link != nullptr && link->master() == bridge && master != nullptr && master->bridge)
      attached[bridge].push_back(port);
  }
  for (auto& [bridge, ports] : attached)
    requests.push_back({.bridge = bridge, .ports = std::move(ports), .keep_bridge = true});
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
  if (const DelRequest devices = devices_of(current, request.force); !devices.names.empty())
    composer.add(plan_del(composer.state(), devices));
  return composer.take({{.ops = {KeepApplied{.file = request.file, .applied = {}}},
                         .undo = {KeepApplied{.file = request.file, .applied = current.applied}}}});
}

}  // namespace tapctl

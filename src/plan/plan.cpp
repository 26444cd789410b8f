// SPDX-License-Identifier: MIT
// From a request to what has to be read for it, and to its planner.
#include "plan/plan.hpp"

#include "plan/apply.hpp"
#include "plan/builder.hpp"
#include "plan/scopes.hpp"
#include "plan/uplink.hpp"

#include <algorithm>

namespace tapctl {
namespace {

Scope scope_for(const AddRequest& request) {
  return device_scope(request);
}

Scope scope_for(const SetRequest& request) {
  Scope scope;
  scope.links = request.names;
  if (request.wish.link.name)  // read back under the new name
    scope.links.push_back(*request.wish.link.name);
  widen_for(scope, request.wish);
  return scope;
}

Scope scope_for(const DelRequest& request) {
  Scope scope;
  scope.links = request.names;
  scope.all_links = request.all || !request.match.empty();
  scope.holders = true;
  return scope;
}

Scope scope_for(const PortRequest& request) {
  Scope scope;
  scope.links = {request.port};
  return scope;
}

Scope scope_for(const BareBridgeRequest& request) {
  Scope scope;
  scope.links = request.ports;
  scope.links.push_back(request.bridge);
  scope.bridging = true;
  if (request.action != BareBridgeRequest::Action::create)
    scope.ports_of = {request.bridge};
  return scope;
}

Scope scope_for(const BridgeSettingsRequest& request) {
  Scope scope;
  scope.links = {request.bridge};
  return scope;
}

Scope scope_for(const ApplyRequest& request) {
  return apply_scope(request);
}

Scope scope_for(const DownRequest& request) {
  return down_scope(request);
}

Scope scope_for(const NfRequest& request) {
  Scope scope;
  if (request.bridge)
    scope.links = {*request.bridge};
  scope.all_bridges = true;
  scope.bridge_nf = true;
  return scope;
}

Scope scope_for(const BridgeRequest& request) {
  return bridge_scope(request);
}

Scope scope_for(const UnbridgeRequest& request) {
  return unbridge_scope(request);
}

/// Everything, where a link that has to be there is not: to say which one may have been meant.
std::optional<Scope> scope_for_suggestion(Scope scope, const std::vector<IfName>& needed,
                                          const Snapshot& first) {
  const bool complete =
      std::ranges::all_of(needed, [&](const IfName& name) { return first.find(name) != nullptr; });
  if (complete || scope.all_links)
    return std::nullopt;
  scope.all_links = true;
  return scope;
}

std::vector<IfName> master_of(const DeviceWish& wish) {
  const IfName master = wish.link.master.value_or(IfName{});
  return master.empty() ? std::vector<IfName>{} : std::vector{master};
}

std::optional<Scope> wider(const AddRequest& request, const Snapshot& first) {
  return scope_for_suggestion(scope_for(request), master_of(request.wish), first);
}

std::optional<Scope> wider(const SetRequest& request, const Snapshot& first) {
  std::vector<IfName> needed = master_of(request.wish);
  needed.insert(needed.end(), request.names.begin(), request.names.end());
  return scope_for_suggestion(scope_for(request), needed, first);
}

std::optional<Scope> wider(const DelRequest& request, const Snapshot& first) {
  if (request.if_exists)
    return std::nullopt;
  return scope_for_suggestion(scope_for(request), request.names, first);
}

std::optional<Scope> wider(const PortRequest& request, const Snapshot& first) {
  return scope_for_suggestion(scope_for(request), {request.port}, first);
}

std::optional<Scope> wider(const NfRequest& request, const Snapshot& first) {
  const Scope scope = scope_for(request);
  return scope_for_suggestion(scope, scope.links, first);
}

std::optional<Scope> wider(const BridgeRequest& request, const Snapshot& first) {
  return wider_bridge_scope(request, first);
}

std::optional<Scope> wider(const BareBridgeRequest& request, const Snapshot& first) {
  std::vector<IfName> needed = request.ports;
  if (request.action != BareBridgeRequest::Action::create)
    needed.push_back(request.bridge);
  return scope_for_suggestion(scope_for(request), needed, first);
}

std::optional<Scope> wider(const BridgeSettingsRequest& request, const Snapshot& first) {
  return scope_for_suggestion(scope_for(request), {request.bridge}, first);
}

std::optional<Scope> wider(const ApplyRequest& request, const Snapshot& first) {
  return wider_apply_scope(request, first);
}

std::optional<Scope> wider(const DownRequest& request, const Snapshot& first) {
  return wider_down_scope(request, first);
}

std::optional<Scope> wider(const UnbridgeRequest& request, const Snapshot& first) {
  return wider_unbridge_scope(request, first);
}

}  // namespace

const DeleteLinks* Plan::final_deletion() const {
  return steps.empty() ? nullptr : std::get_if<DeleteLinks>(&steps.back().ops.back());
}

Scope scope_of(const Request& request) {
  return std::visit([](const auto& wanted) { return scope_for(wanted); }, request);
}

std::optional<Scope> wider_scope(const Request& request, const Snapshot& first) {
  return std::visit([&](const auto& wanted) { return wider(wanted, first); }, request);
}

Plan make_plan(const Snapshot& current, const Request& request) {
  return std::visit(
      Overloaded{
          [&](const AddRequest& wanted) { return plan_add(current, wanted); },
          [&](const SetRequest& wanted) { return plan_set(current, wanted); },
          [&](const DelRequest& wanted) { return plan_del(current, wanted); },
          [&](const BridgeRequest& wanted) { return plan_bridge(current, wanted); },
          [&](const UnbridgeRequest& wanted) { return plan_unbridge(current, wanted); },
          [&](const PortRequest& wanted) { return plan_port(current, wanted); },
          [&](const NfRequest& wanted) { return plan_nf(current, wanted); },
          [&](const ApplyRequest& wanted) { return plan_apply(current, wanted); },
          [&](const DownRequest& wanted) { return plan_down(current, wanted); },
          [&](const BareBridgeRequest& wanted) { return plan_bare_bridge(current, wanted); },
          [&](const BridgeSettingsRequest& wanted) {
            return plan_bridge_settings(current, wanted);
          },
      },
      request);
}

}  // namespace tapctl

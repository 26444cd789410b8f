// SPDX-License-Identifier: MIT
// Planners of what brctl(8) does to a bridge: one thing at a time, as the kernel does it. Nothing
// is moved, and nothing remembered.
#include "plan/bridge_ports.hpp"
#include "plan/builder.hpp"
#include "plan/device_checks.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <algorithm>
#include <cerrno>

namespace tapctl {
namespace {

Plan create(const Snapshot& current, const BareBridgeRequest& request) {
  if (current.find(request.bridge) != nullptr)
    throw Error::from_errno("bridge " + request.bridge.quoted(), EEXIST);
  Plan plan;
  add_step(plan, CreateBridge{.name = request.bridge, .link = {}, .bridge = {}},
           {DeleteLinks{{request.bridge}}});
  plan.changes.push_back(
      {.subject = request.bridge.str(), .attribute = "created", .before = {}, .after = "bridge"});
  return plan;
}

/// Its ports are released by the kernel.
Plan remove(const Snapshot& current, const BareBridgeRequest& request) {
  const Link& bridge = require_bridge(current, request.bridge);
  if (bridge.settings.up.value_or(false))
    throw Error("bridge " + request.bridge.quoted() + ": is up")
        .with_hint("ip link set dev " + printable(request.bridge.str()) +
                   " down, or tapctl unbridge " + printable(request.bridge.str()) +
                   " to give an uplink its addresses back");
  Plan plan;
  if (const auto memory = current.memory.find(bridge.name); memory != current.memory.end())
    add_step(plan, Forget{bridge.name}, {Remember{bridge.name, memory->second}});
  plan.changes.push_back(
      {.subject = request.bridge.str(), .attribute = "deleted", .before = "bridge", .after = {}});
  add_step(plan, DeleteLinks{{bridge.name}}, {});
  return plan;
}

const Link& require_port_link(const Snapshot& current, const IfName& name) {
  const Link* link = current.find(name);
  if (link == nullptr)
    throw missing_link(current, "port", name);
  return *link;
}

void require_named_once(const std::vector<IfName>& ports, const IfName& port) {
  if (std::ranges::count(ports, port) > 1)
    throw usage_error("port " + port.quoted() + ": is named twice");
}

/// A bridge whose MAC nobody set has zeros for one when its last port leaves, and not the one from
/// before the first came (br_stp_recalculate_bridge_id). The undo that comes last sets that.
void keep_mac_on_the_way_back(Plan& plan, const Snapshot& current, const Link& bridge) {
  const bool has_ports = std::ranges::any_of(
      current.links, [&](const Link& link) { return link.master() == bridge.name; });
  if (has_ports || !bridge.settings.mac || plan.steps.empty())
    return;
  LinkSettings set;
  set.mac = bridge.settings.mac;
  plan.steps.front().undo.emplace_back(SetLink{.link = bridge.name, .set = set});
}

Plan attach(const Snapshot& current, const BareBridgeRequest& request) {
  const Link& bridge = require_bridge(current, request.bridge);
  Plan plan;
  for (const IfName& name : request.ports) {
    const Link& port = require_port_link(current, name);
    require_named_once(request.ports, name);
    if (!port.master().empty())
      throw Error::from_errno("port " + name.quoted() + ": is in " + port.master().quoted(), EBUSY);
    require_bridgeable(current, port, bridge.name, std::nullopt);
    LinkSettings set;
    set.master = bridge.name;
    set_link(plan, port, set);
  }
  require_room(current, bridge.name, request.ports.size());
  keep_mac_on_the_way_back(plan, current, bridge);
  return plan;
}

Plan detach(const Snapshot& current, const BareBridgeRequest& request) {
  const Link& bridge = require_bridge(current, request.bridge);
  Plan plan;
  for (const IfName& name : request.ports) {
    const Link& port = require_port_link(current, name);
    require_named_once(request.ports, name);
    if (port.master() != bridge.name)
      throw Error("port " + name.quoted() + ": is not a port of " + bridge.name.quoted());
    LinkSettings set;
    set.master = IfName{};
    set_link(plan, port, set);
  }
  return plan;
}

void require_in_range(const IfName& bridge, const char* what, std::optional<uint32_t> value,
                      uint32_t low, uint32_t high) {
  if (value && (*value < low || *value > high))
    throw Error::from_errno("bridge " + bridge.quoted() + ": " + what, ERANGE)
        .with_hint(std::to_string(low / 100) + " s to " + std::to_string(high / 100) + " s");
}

}  // namespace

Plan plan_bare_bridge(const Snapshot& current, const BareBridgeRequest& request) {
  switch (request.action) {
    case BareBridgeRequest::Action::create:
      return create(current, request);
    case BareBridgeRequest::Action::remove:
      return remove(current, request);
    case BareBridgeRequest::Action::attach:
      return attach(current, request);
    case BareBridgeRequest::Action::detach:
      break;
  }
  return detach(current, request);
}

/// The limits are those of net/bridge/br_private.h (BR_MIN_HELLO_TIME, ...).
Plan plan_bridge_settings(const Snapshot& current, const BridgeSettingsRequest& request) {
  const Link& bridge = require_bridge(current, request.bridge);
  const Bridge& wish = request.settings;
  require_in_range(bridge.name, "hello time", wish.hello_time, 100, 1000);
  require_in_range(bridge.name, "max message age", wish.max_age, 600, 4000);
  if (wish.stp.value_or(bridge.bridge->stp.value_or(false)))
    require_in_range(bridge.name, "forward delay with STP", wish.forward_delay, 200, 3000);
  Plan plan;
  set_bridge(plan, bridge, wish);
  return plan;
}

}  // namespace tapctl

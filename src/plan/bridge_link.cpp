// SPDX-License-Identifier: MIT
// A new bridge has MAC and MTU of its uplink, or of the first card among its ports. One that is
// there keeps its own, but for the MAC of an uplink, or of the first card where it has no port, and
// for the MTU of an uplink that is lower: the host sends what its card can.
#include "plan/bridge_link.hpp"

#include "plan/builder.hpp"
#include "plan/link_loss.hpp"

#include <algorithm>

namespace tapctl {
namespace {

constexpr uint32_t standard_mtu = 1500;

}  // namespace

Mac mac_as_port(const Link& port) {
  Mac mac = port.settings.mac.value_or(Mac{});
  if (port.tun)
    mac.bytes[0] = high_mac;
  return mac;
}

BridgeLink::BridgeLink(const Snapshot& current, const BridgeRequest& request, const Link* uplink,
                       const Link* moving)
    : current_(&current),
      request_(&request),
      bridge_(current.find(request.bridge)),
      goal_{.mac = request.mac, .mtu = request.mtu} {
  const Link* model = uplink != nullptr ? uplink : first_card();
  const bool is_new = bridge_ == nullptr;
  const bool gives_mac = is_new || moving != nullptr || current.ports_of(request.bridge).empty();
  if (!goal_.mac && model != nullptr && gives_mac)
    goal_.mac = model->settings.mac;
  if (!goal_.mac && is_new)
    goal_.mac = request.random_mac;
  if (!goal_.mtu && is_new)
    goal_.mtu = model != nullptr ? model->settings.mtu : standard_mtu;
  else if (!goal_.mtu && moving != nullptr && moving->settings.mtu < bridge_->settings.mtu)
    goal_.mtu = moving->settings.mtu;
  require_ipv6_kept(moving);
}

uint32_t BridgeLink::mtu() const {
  return goal_.mtu ? *goal_.mtu : bridge_->settings.mtu.value_or(standard_mtu);
}

void BridgeLink::append_to(Plan& plan) const {
  if (bridge_ == nullptr) {
    create(plan);
    return;
  }
  std::vector<Mac> joining;
  for (const Link* port : ports()) {
    if (joins(*port) && port->settings.mac)
      joining.push_back(mac_as_port(*port));
  }
  if (!goal_.mac)
    pin_mac(plan, *current_, *bridge_, joining);
  set_mac(plan, *bridge_, goal_.mac, current_->neighbours);
  set_mtu(plan);
  set_bridge(plan, *bridge_, request_->settings);
}

void BridgeLink::create(Plan& plan) const {
  Bridge settings = request_->settings;
  settings.stp = settings.stp.value_or(false);
  add_step(plan, CreateBridge{request_->bridge, goal_, settings},
           {DeleteLinks{{request_->bridge}}});
  plan.changes.push_back({request_->bridge.str(), "created", "",
                          "bridge, MAC " + goal_.mac->str() + ", MTU " +
                              std::to_string(*goal_.mtu) + ", STP " +
                              (*settings.stp ? "on" : "off")});
}

/// A bridge without an MTU of its own has the lowest of its ports, and the standard one once the
/// last has left; setting it, to another value first, makes it its own (net/bridge/br_if.c,
/// br_mtu_auto_adjust).
void BridgeLink::set_mtu(Plan& plan) const {
  set_link_keeping(plan, *current_, *bridge_, {.mtu = goal_.mtu});
  const bool may_lose_all = current_->ports_of(request_->bridge).empty() && mtu() != standard_mtu;
  const std::vector<const Link*> all = ports();
  const bool would_change = std::ranges::any_of(all, [&](const Link* port) {
    const bool is_lower = !port->tun && port->settings.mtu < mtu();
    return joins(*port) && (is_lower || may_lose_all);
  });
  if (goal_.mtu || !would_change)
    return;
  const SetLink pin{.link = request_->bridge, .set = {.mtu = mtu()}};
  SetLink other = pin;
  other.set.mtu = other_bridge_mtu(mtu());
  plan.steps.push_back({.ops = {other, pin}, .undo = {pin}});
}

/// Of what gets the bridge's MTU.
void BridgeLink::require_ipv6_kept(const Link* moving) const {
  if (bridge_ != nullptr)
    require_no_ipv6_loss(*current_, *bridge_, mtu());
  for (const Link* port : ports()) {
    if (port == moving || (port->tun && joins(*port)))
      require_no_ipv6_loss(*current_, *port, mtu());
  }
}

std::vector<const Link*> BridgeLink::ports() const {
  std::vector<const Link*> links;
  for (const IfName& name : request_->ports)
    links.push_back(current_->find(name));
  return links;
}

const Link* BridgeLink::first_card() const {
  const std::vector<const Link*> links = ports();
  const auto found =
      std::ranges::find_if(links, [](const Link* port) { return !port->tun.has_value(); });
  return found == links.end() ? nullptr : *found;
}

}  // namespace tapctl

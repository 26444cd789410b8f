// SPDX-License-Identifier: MIT
// Which links can be ports, and the switch of an uplink onto a bridge and back.
//
// The switch and its inverse are not mirror images. Onto the bridge the port is enslaved first, so
// that the bridge has a carrier when it comes up, in the same batch: brought up before, it drops
// what it sends for some milliseconds until the kernel notices the carrier. On the way back the
// port is released last: releasing it waits for a grace period (30 to 58 ms), and everything has to
// be in place before.
//
// The undo of the move begins by deleting what is left of the addresses at the place they come back
// to. The kernel goes on in a batch after a failed message, so nearly all of them are gone already;
// one that is still there would come first and turn a primary address into a secondary one.
#include "plan/bridge_ports.hpp"

#include "plan/builder.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <algorithm>

namespace tapctl {
namespace {

const Link* stacked_on(const Snapshot& current, const Link& lower) {
  const auto found = std::ranges::find_if(current.links, [&](const Link& link) {
    return link.is_upper() && link.lower_ifindex == lower.ifindex;
  });
  return found == current.links.end() ? nullptr : &*found;
}

}  // namespace

void require_bridgeable(const Snapshot& current, const Link& port, const IfName& bridge,
                        const std::optional<IfName>& move_from) {
  const auto refuse = [&](const std::string& why, const std::string& hint = {}) {
    throw Error("link " + port.name.quoted() + ": " + why).with_hint(hint);
  };
  if (port.type == LinkType::loopback)
    refuse("is the loopback device and cannot be a port");
  if (port.bridge)
    refuse("is a bridge and cannot be a port of one");
  if (port.type != LinkType::ethernet)
    refuse(port.tun ? "is a tun and cannot be a port: a bridge carries Ethernet frames"
                    : "does not carry Ethernet frames and cannot be a port",
           port.tun ? "make a tap: tapctl add NAME --mode tap" : "");
  if (port.wireless)
    refuse("is a Wi-Fi client interface and cannot be a port",
           "an access point accepts frames of its client's MAC only; route instead of bridging");
  if (const Link* upper = stacked_on(current, port))
    refuse("carries the " + upper->kind + " " + upper->name.quoted() + " and cannot be a port",
           "delete it first: ip link del " + printable(upper->name.str()));
  const IfName& master = port.master();
  if (master.empty() || master == bridge)
    return;
  const Link* owner = current.find(master);
  if (owner != nullptr && !owner->bridge)
    refuse("is enslaved by " + master.quoted() + ", which is not a bridge");
  if (master != move_from)
    refuse("is a port of " + master.quoted(),
           "--move-from " + printable(master.str()) + " takes it from there");
}

Step switch_to_bridge(const Snapshot& current, const Link& uplink, const IfName& bridge,
                      const std::optional<LinkSettings>& bridge_before, const Move& move) {
  const auto mode = uplink.settings.addr_gen_mode;

  LinkSettings enslave;
  if (uplink.master() != bridge)
    enslave.master = bridge;
  if (uplink.settings.up != true)
    enslave.up = true;
  if (mode)
    enslave.addr_gen_mode = addr_gen_mode::none;

  Step step;
  if (enslave != LinkSettings{})
    step.ops.emplace_back(SetLink{uplink.name, enslave});
  if (!bridge_before || bridge_before->up != true)
    step.ops.emplace_back(SetLink{bridge, {.up = true}});
  append(step.ops, move.add);
  append(step.ops, move.remove);
  if (mode)
    step.ops.emplace_back(SetLink{bridge, {.addr_gen_mode = mode}});

  step.undo = undo_move(current, uplink.name, bridge, move);
  if (mode)
    step.undo.emplace_back(SetLink{uplink.name, {.addr_gen_mode = mode}});
  if (enslave.master)
    step.undo.emplace_back(SetLink{uplink.name, {.master = uplink.master()}});
  if (enslave.master && uplink.port)
    step.undo.emplace_back(SetPort{uplink.name, *uplink.port});
  if (enslave.up)
    step.undo.emplace_back(SetLink{uplink.name, {.up = false}});
  if (bridge_before && bridge_before->addr_gen_mode && mode)
    step.undo.emplace_back(SetLink{bridge, {.addr_gen_mode = bridge_before->addr_gen_mode}});
  if (bridge_before && bridge_before->up == false)
    step.undo.emplace_back(SetLink{bridge, {.up = false}});
  return step;
}

void prepare_move(Plan& plan, const Move& move) {
  if (!move.prepare.empty())
    plan.steps.push_back({.ops = move.prepare, .undo = undo_prepare(move)});
}

Step switch_to_uplink(const Snapshot& current, const Link& bridge, const Link& uplink,
                      std::optional<uint8_t> mode, const Move& move,
                      const std::set<std::string>& stay) {
  LinkSettings old;
  Step step;
  append(step.ops, move.add);
  append(step.ops, move.remove);
  if (mode && uplink.settings.addr_gen_mode && mode != uplink.settings.addr_gen_mode) {
    step.ops.emplace_back(SetLink{uplink.name, {.addr_gen_mode = mode}});
    old.addr_gen_mode = uplink.settings.addr_gen_mode;
  }
  if (uplink.master() == bridge.name) {
    step.ops.emplace_back(SetLink{uplink.name, {.master = IfName()}});
    old.master = bridge.name;
  }

  if (old != LinkSettings{})
    step.undo.emplace_back(SetLink{uplink.name, old});
  if (old.master && uplink.port)
    step.undo.emplace_back(SetPort{uplink.name, *uplink.port});
  append(step.undo, undo_move(current, bridge.name, uplink.name, move, stay));
  return step;
}

}  // namespace tapctl

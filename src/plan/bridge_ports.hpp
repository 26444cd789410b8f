// SPDX-License-Identifier: MIT
// Which links can be ports, and the switch of an uplink onto a bridge and back.
#pragma once

#include "plan/move.hpp"
#include "plan/plan.hpp"

namespace tapctl {

/// Throws Error when `port` cannot become a port of `bridge`: loopback, not Ethernet, a bridge,
/// Wi-Fi, the lower device of a macvlan, a port of another bridge than `move_from`.
void require_bridgeable(const Snapshot& current, const Link& port, const IfName& bridge,
                        const std::optional<IfName>& move_from);

/// Enslaves the uplink and carries out `move`, which goes to the bridge: one batch, one sendmsg.
/// `bridge_before` is what the bridge has, absent when this plan creates it.
Step switch_to_bridge(const Snapshot& current, const Link& uplink, const IfName& bridge,
                      const std::optional<LinkSettings>& bridge_before, const Move& move);

/// Appends the step with what a move can do long before its switch, where there is any.
void prepare_move(Plan& plan, const Move& move);

/// The way back: carries out `move`, which leaves `stay` on the bridge, and releases the uplink
/// where it is a port, one batch again. `mode` is the addr_gen_mode that the uplink gets.
Step switch_to_uplink(const Snapshot& current, const Link& bridge, const Link& uplink,
                      std::optional<uint8_t> mode, const Move& move,
                      const std::set<std::string>& stay);

}  // namespace tapctl

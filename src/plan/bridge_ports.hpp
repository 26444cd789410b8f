// SPDX-License-Identifier: MIT
// What both ways of the uplink share: which port is the uplink, and the switch itself.
#pragma once

#include "plan/move.hpp"
#include "plan/plan.hpp"

namespace tapctl {

inline constexpr uint8_t addr_gen_mode_none = 1;  // IN6_ADDR_GEN_MODE_NONE, linux/if_link.h

/// True when a link has an address that is more than an IPv6 link-local one.
bool has_own_addresses(const Snapshot& current, const IfName& link);

/// Throws Error when `port` cannot become a port of `bridge`: loopback, not Ethernet, a bridge,
/// Wi-Fi, the lower device of a macvlan, a port of another bridge than `move_from`.
void require_bridgeable(const Snapshot& current, const Link& port, const IfName& bridge,
                        const std::optional<IfName>& move_from);

/// Enslaves the uplink and moves everything to the bridge: one batch, one sendmsg. `bridge_up` and
/// `bridge_mode` are what the bridge has before (it may be one that this plan creates).
Step switch_to_bridge(const Snapshot& current, const Link& uplink, const IfName& bridge,
                      const std::optional<LinkSettings>& bridge_before);

/// Appends the step with what a move can do long before its switch, where there is any.
void prepare_move(Plan& plan, const Move& move);

/// The way back: moves everything to the uplink and releases it, one batch again. `mode` is the
/// addr_gen_mode that the uplink gets.
Step switch_to_uplink(const Snapshot& current, const Link& bridge, const Link& uplink,
                      std::optional<uint8_t> mode, const MoveExceptions& stay);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Which link is the uplink of a bridge, and what has to be read to move what it carries.
#pragma once

#include "plan/plan.hpp"

#include <optional>

namespace tapctl {

/// True when a link has an address that is more than an IPv6 link-local one.
bool has_own_addresses(const Snapshot& current, const IfName& link);

/// The one port of a bridge to be that has addresses, or the one named; null when there is none.
/// Throws where two could be meant.
const Link* find_uplink(const Snapshot& current, const BridgeRequest& request);

/// The link that gets the configuration of the bridge back: the one that it was taken from, even
/// when it is no port any more, else the only port that could be meant; null when there is none.
/// Throws where several could be meant, and where what belongs to an uplink would be lost because
/// that is gone or has another master.
const Link* find_uplink(const Snapshot& current, const UnbridgeRequest& request);

/// True when the configuration of `uplink` moves.
bool moves(const BridgeRequest& request, const Link* uplink, const Snapshot& current);

/// The ports that `request` releases.
std::vector<const Link*> released_ports(const Snapshot& current, const UnbridgeRequest& request);

/// True when no port remains.
bool takes_apart(const Snapshot& current, const UnbridgeRequest& request);

/// What to read for a bridge; see scope_of and wider_scope.
Scope bridge_scope(const BridgeRequest& request);
std::optional<Scope> wider_bridge_scope(const BridgeRequest& request, const Snapshot& first);
Scope unbridge_scope(const UnbridgeRequest& request);
std::optional<Scope> wider_unbridge_scope(const UnbridgeRequest& request, const Snapshot& first);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Spanning tree and forwarding table of a bridge in rtnetlink messages.
#pragma once

#include "kernel/names.hpp"
#include "kernel/nl.hpp"
#include "model/bridge_state.hpp"

#include <optional>

namespace tapctl {

/// Of a link message; nothing where the link is no bridge.
std::optional<BridgeTree> decode_bridge_tree(nl::Bytes payload);
/// Of a link message; nothing where the link is no port of a bridge.
std::optional<PortTree> decode_port_tree(nl::Bytes payload);

/// The forwarding table of the bridge with that ifindex.
nl::Message dump_forwarding_request(int bridge);
/// Nothing for what is not an entry of `bridge` for one of its ports.
std::optional<ForwardingEntry> decode_forwarding(nl::Bytes payload, int bridge, NameLookup& names);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Who listens on a link past the IP layer, as DHCP clients do.
#pragma once

#include "model/host_facts.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace tapctl {

/// Those of the current network namespace that get IPv4 frames of one link, where `is_wanted` takes
/// its ifindex, with their processes as far as those may be looked into. Nothing, and errno, where
/// /proc/net/packet cannot be read.
std::optional<std::vector<PacketSocket>> find_packet_sockets(
    const std::function<bool(int ifindex)>& is_wanted);

}  // namespace tapctl

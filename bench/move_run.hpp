// SPDX-License-Identifier: MIT
// One move and the way back, under traffic, in namespaces of its own.
#pragma once

#include "move_contenders.hpp"
#include "support/traffic.hpp"

#include <optional>

namespace tapctl::bench {

/// What a command cost, from its start until a second after its end, or until traffic flows again.
struct MoveCost {
  bool succeeded = false;
  double command_ms = 0;
  test::PacketCount out;  ///< host to lan
  test::PacketCount in;   ///< lan to host
  size_t retransmissions = 0;
  double longest_pause_ms = 0;  ///< of the two TCP connections
};

struct RoundTrip {
  test::PacketCount idle;  ///< both ways, before the move: what the machine itself loses
  MoveCost to_bridge;
  std::optional<MoveCost> back;  ///< absent where the move failed
};

/// Builds the host and the lan anew, as a side effect in the process's own namespaces, starts
/// traffic, and carries out both commands.
RoundTrip measure_round_trip(const Contender& contender, const Network& network, int rp_filter);

}  // namespace tapctl::bench

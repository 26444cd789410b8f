// SPDX-License-Identifier: MIT
// Whether the TCP connections over an address still get their data acknowledged after a move.
#pragma once

#include "kernel/kernel.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <vector>

namespace tapctl {

/// A gateway that answers proves the first hop; an acknowledged byte proves the whole way, both
/// directions of it, and the firewalls on it.
class TcpProgress {
 public:
  /// Before the move. `login` is the connection through which the user is logged in, where he is.
  /// A connection whose peer answers nothing already proves nothing later. Throws Error.
  TcpProgress(Kernel& kernel, std::vector<IpAddress> addresses,
              const std::optional<TcpEnds>& login);

  /// After the move: where connections have data in flight, the login has to advance, and of the
  /// others one for each address, since single peers may go away at any time. Throws Error naming
  /// what stands still at the end of `limit`.
  void check(std::chrono::milliseconds limit) const;

 private:
  /// Those of `connections` that have data in flight, the login first.
  [[nodiscard]] std::vector<TcpConnection> in_flight(std::vector<TcpConnection> connections) const;
  [[nodiscard]] bool is_login(const TcpConnection& connection) const;

  Kernel& kernel_;
  std::vector<IpAddress> addresses_;
  std::optional<TcpEnds> login_;
  std::set<uint64_t> stalled_;  ///< cookies of those that stood still before
};

}  // namespace tapctl

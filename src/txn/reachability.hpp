// SPDX-License-Identifier: MIT
// Whether the host still reaches what it reached before a move.
#pragma once

#include "kernel/kernel.hpp"
#include "plan/plan.hpp"
#include "txn/tcp_progress.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace tapctl {

/// What `--check` and `--timeout` ask for.
struct CheckWish {
  enum class What { gateway, none, address };
  What what = What::gateway;
  IpAddress address;  ///< What::address
  std::chrono::milliseconds timeout{5000};
  std::optional<TcpEnds> login;  ///< the connection through which the user is logged in
};

/// An address that looks reachable may not be: for about 7 s after a move that was half done, what
/// the neighbour tables still have makes all look well. So each has to answer anew.
class Reachability {
 public:
  /// Before the move: finds out which default gateways of table main answer where it starts. Those
  /// that do not are not asked for afterwards. An address that was named has to answer in any case:
  /// throws Error where it is on none of the networks that are moved, since then it never could.
  Reachability(Kernel& kernel, const Snapshot& before, const Plan& plan, const CheckWish& wish);

  /// After the move. Throws Error naming what does not answer where the move ended, or the TCP
  /// connection that stands still.
  void check() const;

  /// How long check() takes at most.
  [[nodiscard]] std::chrono::milliseconds limit() const {
    return timeout_ * static_cast<int64_t>(wanted_.size() + 1);
  }

  /// The address that was named, where nothing is moved and so nobody is asked.
  [[nodiscard]] std::optional<IpAddress> unasked() const { return unasked_; }

  /// Gateways that did not answer before.
  [[nodiscard]] const std::vector<IpAddress>& silent() const { return silent_; }

 private:
  /// Who has to answer, and where.
  struct Wanted {
    IfName link;
    IpAddress address;
  };

  Kernel& kernel_;
  std::chrono::milliseconds timeout_;
  std::vector<Wanted> wanted_;
  std::vector<IpAddress> silent_;
  std::optional<IpAddress> unasked_;
  TcpProgress connections_;
};

}  // namespace tapctl

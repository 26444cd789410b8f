// SPDX-License-Identifier: MIT
// The one seam to the operating system: read a namespace, carry out operations in it.
#pragma once

#include "model/snapshot.hpp"
#include "model/tcp_connection.hpp"
#include "plan/plan.hpp"
#include "util/error.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <vector>

namespace tapctl {

class Kernel {
 public:
  Kernel() = default;
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
  Kernel(Kernel&&) = delete;
  Kernel& operator=(Kernel&&) = delete;
  virtual ~Kernel() = default;

  /// Reads what `scope` names. Throws Error; a link that does not exist is simply not in it.
  virtual Snapshot snapshot(const Scope& scope) = 0;

  /// False without CAP_NET_ADMIN in the user namespace that owns this network namespace. Then only
  /// devices that this user owns can be attached to and deleted.
  virtual bool is_privileged() = 0;

  /// Throws for what is known to fail whatever the operations' values are: no CAP_NET_ADMIN in the
  /// user namespace that owns this network namespace, no clone device for a tun operation.
  virtual void preflight(std::span<const Step> steps) = 0;

  /// Carries out the operations in order and returns one result for each: an Error where it failed,
  /// nothing where it is done. Neighbouring rtnetlink operations travel in one sendmsg, which the
  /// kernel finishes even when this process is killed, and in which it goes on after a failure
  /// (faults.md, findings 1). Throws Error where it cannot be said what was done.
  virtual std::vector<std::optional<Error>> apply(std::span<const Op> ops) = 0;

  /// True when `address`, a neighbour on `link`, answers a fresh resolution within `limit`. Throws
  /// Error where it cannot be asked.
  virtual bool answers(const IfName& link, const IpAddress& address,
                       std::chrono::milliseconds limit) = 0;

  /// The established TCP connections whose local address is one of `local`. None where the kernel
  /// cannot list them. Throws Error.
  virtual std::vector<TcpConnection> connections(std::span<const IpAddress> local) = 0;
};

}  // namespace tapctl

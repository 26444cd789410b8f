// SPDX-License-Identifier: MIT
// The link of a bridge itself: what MAC and MTU it is to have, and the steps to that.
#pragma once

#include "plan/plan.hpp"
#include "plan/request.hpp"

namespace tapctl {

/// A tap's own MAC is seen on this host alone; a high one never becomes the bridge's.
Mac mac_as_port(const Link& port);

class BridgeLink {
 public:
  BridgeLink() = default;
  /// `uplink` and `moving` are null where there is none, and where nothing moves. Throws Error
  /// where the MTU would cost IPv6 addresses.
  BridgeLink(const Snapshot& current, const BridgeRequest& request, const Link* uplink,
             const Link* moving);

  /// The one that it is given; absent where it keeps its own.
  [[nodiscard]] std::optional<Mac> mac() const { return goal_.mac; }
  /// Afterwards, in bytes.
  [[nodiscard]] uint32_t mtu() const;

  /// Creates it, or sets what differs.
  void append_to(Plan& plan) const;

 private:
  void create(Plan& plan) const;
  void set_mtu(Plan& plan) const;
  void require_ipv6_kept(const Link* moving) const;
  [[nodiscard]] bool joins(const Link& port) const { return port.master() != request_->bridge; }
  [[nodiscard]] std::vector<const Link*> ports() const;
  [[nodiscard]] const Link* first_card() const;

  const Snapshot* current_ = nullptr;
  const BridgeRequest* request_ = nullptr;
  const Link* bridge_ = nullptr;  ///< null where it is created
  LinkSettings goal_;             ///< MAC and MTU; absent: it keeps its own
};

}  // namespace tapctl

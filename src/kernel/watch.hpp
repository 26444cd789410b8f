// SPDX-License-Identifier: MIT
// Follows the links, addresses and default routes of a network namespace.
#pragma once

#include "kernel/names.hpp"
#include "kernel/notifications.hpp"
#include "model/live_state.hpp"

#include <map>
#include <set>

namespace tapctl {

/// What has come since it was last asked for.
struct News {
  StateChanges changes;
  bool lost = false;  ///< messages were lost: the changes are those between two readings
  bool more = false;  ///< ask again some 50 ms later, even when the descriptor is not readable
};

class Watch {
 public:
  /// Subscribes, then reads: what changes from here on is not missed. Throws Error.
  Watch();

  /// Readable when there may be news.
  [[nodiscard]] int descriptor() const { return notifications_.descriptor(); }

  /// Does not wait. Throws Error.
  News take();

 private:
  void take_some(News& news, int most);
  void read_anew();
  void resynchronise(News& news);
  void apply(const nl::Received& message, StateChanges& changes);
  void apply_link(const nl::Received& message, StateChanges& changes);
  void apply_address(const nl::Received& message, StateChanges& changes);
  void apply_route(const nl::Received& message, StateChanges& changes);
  void announce(int ifindex, const std::optional<TunDevice>& tun, StateChanges& changes);
  void announce_on(const IfName& link, StateChanges& changes);
  std::optional<TunDevice> read_tun(int ifindex);
  void ask(int ifindex);
  void reread_routes(StateChanges& changes);
  void reread_what_was_not_said(StateChanges& changes);
  LiveState read();
  std::vector<Route> read_routes();

  Notifications notifications_;
  nl::Socket requests_;
  Names names_{requests_};
  LiveState state_;
  std::set<int> unsure_links_;  ///< by ifindex: the kernel may have changed more than it said
  std::set<int> asked_links_;   ///< by ifindex: the answer is queued
  std::map<int, Link> young_;   ///< new tun devices that were not announced yet, by ifindex
  bool unsure_routes_ = false;
  bool out_of_step_ = false;
};

}  // namespace tapctl

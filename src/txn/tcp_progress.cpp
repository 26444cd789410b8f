// SPDX-License-Identifier: MIT
// Whether the TCP connections over an address still get their data acknowledged after a move.
#include "txn/tcp_progress.hpp"

#include "util/error.hpp"

#include <algorithm>
#include <map>
#include <thread>

namespace tapctl {
namespace {

constexpr std::chrono::milliseconds poll_interval{10};

using Connections = std::vector<TcpConnection>;

/// What has happened to the connections since `first`.
class Advance {
 public:
  Advance(const Connections& first, const Connections& now) {
    for (const TcpConnection& connection : now)
      acked_[connection.cookie] = connection.acked;
    for (const TcpConnection& connection : first) {
      if (has_advanced(connection))
        addresses_.insert(connection.ends.local);
    }
  }

  [[nodiscard]] bool has_advanced(const TcpConnection& before) const {
    const auto found = acked_.find(before.cookie);
    return found != acked_.end() && found->second > before.acked;
  }
  [[nodiscard]] bool is_closed(const TcpConnection& before) const {
    return !acked_.contains(before.cookie);
  }
  [[nodiscard]] bool is_proven(const IpAddress& local) const { return addresses_.contains(local); }

 private:
  std::map<uint64_t, uint64_t> acked_;  ///< by cookie
  std::set<IpAddress> addresses_;       ///< that a connection has advanced on
};

}  // namespace

TcpProgress::TcpProgress(Kernel& kernel, std::vector<IpAddress> addresses,
                         const std::optional<TcpEnds>& login)
    : kernel_(kernel), addresses_(std::move(addresses)), login_(login) {
  if (addresses_.empty())
    return;
  for (const TcpConnection& connection : kernel_.connections(addresses_)) {
    if (connection.timeouts > 0)
      stalled_.insert(connection.cookie);
  }
}

void TcpProgress::check(std::chrono::milliseconds limit) const {
  if (addresses_.empty())
    return;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  const Connections first = kernel_.connections(addresses_);
  Connections waiting = in_flight(first);
  while (!waiting.empty()) {
    if (std::chrono::steady_clock::now() > deadline)
      throw Error((is_login(waiting.front()) ? "this login, TCP " : "TCP ") +
                  waiting.front().ends.str() + ": gets no data acknowledged after the move")
          .with_hint("--check none looks at no connection");
    std::this_thread::sleep_for(poll_interval);
    const Advance advance(first, kernel_.connections(addresses_));
    std::erase_if(waiting, [&](const TcpConnection& connection) {
      return advance.is_closed(connection) || advance.has_advanced(connection) ||
             (!is_login(connection) && advance.is_proven(connection.ends.local));
    });
  }
}

bool TcpProgress::is_login(const TcpConnection& connection) const {
  return login_ == connection.ends;
}

Connections TcpProgress::in_flight(Connections connections) const {
  std::erase_if(connections, [&](const TcpConnection& connection) {
    return connection.in_flight == 0 || stalled_.contains(connection.cookie);
  });
  std::stable_partition(connections.begin(), connections.end(),
                        [&](const auto& each) { return is_login(each); });
  return connections;
}

}  // namespace tapctl

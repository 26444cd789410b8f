// SPDX-License-Identifier: MIT
// Traffic runs all the time; what was lost is counted at the end, by the time of sending, so that
// an answer is waited for beyond the command that it may have suffered from.
#include "move_run.hpp"

#include "common.hpp"
#include "support/netns.hpp"
#include "support/rich_host.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace tapctl::bench {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr uint16_t port = 7000;
constexpr auto udp_interval = microseconds(100);
constexpr auto tcp_interval = milliseconds(1);
constexpr auto longest_traffic = seconds(40);
constexpr auto idle_time = milliseconds(300);
constexpr auto time_after = seconds(1);
constexpr auto patience = seconds(10);

void set_sysctl(const std::string& name, const std::string& value) {
  test::write_file("/proc/sys/net/" + name, value);
}

void build_lab(const Network& network, int rp_filter) {
  enter_own_namespace();
  for (const char* link : {"all", "default"})
    set_sysctl("ipv4/conf/" + std::string(link) + "/rp_filter", std::to_string(rp_filter));
  const bool is_ipv6 = network.family == "IPv6";
  if (is_ipv6)
    test::build_ipv6_host();
  else
    test::build_plain_host();
  // A connection made before that would have another source address.
  const auto is_ready = [] {
    return test::must_run({"ip", "-6", "-o", "addr", "show", "tentative"}).empty();
  };
  if (!test::wait_until(is_ready, patience))
    throw std::runtime_error("the host's addresses stay tentative");
  // Off while the lab was built, to save time; from here on as on any host.
  for (const char* link : {"all", "default"})
    set_sysctl("ipv6/conf/" + std::string(link) + "/accept_dad", "1");
  const test::InNetns inside("lan");
  set_sysctl("ipv4/conf/eth0/arp_announce", "2");
  // An IPv6 route takes only addresses of its own link as source.
  test::ip_batch(is_ipv6 ? "addr add " + network.far + "/128 dev eth0 nodad\n" +
                               "route replace 2001:db8::/64 metric 256 proto kernel dev eth0 src " +
                               network.far + "\n"
                         : "addr add " + network.far + "/32 dev lo\n" +
                               "route replace 172.16.0.0/16 proto kernel dev eth0 src " +
                               network.far + "\n");
}

/// UDP and TCP, each way.
class Traffic {
 public:
  explicit Traffic(const Network& network)
      : out_("", network.far, port, longest_traffic, udp_interval),
        in_("lan", network.address, port, longest_traffic, udp_interval),
        tcp_out_("", network.far, port, longest_traffic, tcp_interval),
        tcp_in_("lan", network.address, port, longest_traffic, tcp_interval) {}

  /// Until all of it flows.
  void await() const {
    const auto is_flowing = [this, before = progress()]() mutable {
      std::this_thread::sleep_for(milliseconds(100));
      const auto now = progress();
      bool flows = true;
      for (size_t i = 0; i < now.size(); i++)
        flows = flows && now[i] > before[i];
      before = now;
      return flows;
    };
    test::wait_until(is_flowing, patience);
  }

  void end() {
    out_.stop();
    in_.stop();
    tcp_out_.stop();
    tcp_in_.stop();
    out_.join();
    in_.join();
    tcp_out_.join();
    tcp_in_.join();
  }

  [[nodiscard]] test::PacketCount out(Clock::time_point from, Clock::time_point to) const {
    return out_.count(from, to);
  }
  [[nodiscard]] test::PacketCount in(Clock::time_point from, Clock::time_point to) const {
    return in_.count(from, to);
  }
  [[nodiscard]] double longest_pause_ms(Clock::time_point from, Clock::time_point to) const {
    const std::chrono::duration<double, std::milli> longest =
        std::max(tcp_out_.longest_pause(from, to), tcp_in_.longest_pause(from, to));
    return longest.count();
  }

 private:
  [[nodiscard]] std::array<size_t, 4> progress() const {
    return {out_.answered(), in_.answered(), tcp_out_.exchanges(), tcp_in_.exchanges()};
  }

  test::EchoServer lan_server_{"lan", port};
  test::EchoServer host_server_{"", port};
  test::UdpEchoClient out_;
  test::UdpEchoClient in_;
  test::TcpConversation tcp_out_;
  test::TcpConversation tcp_in_;
};

size_t retransmissions() {
  return test::tcp_retransmissions("") + test::tcp_retransmissions("lan");
}

struct Span {
  Clock::time_point from;
  Clock::time_point to;
};

/// The part of a MoveCost that is known at once.
MoveCost carry_out(const Command& command, const Traffic& traffic, Span& span) {
  MoveCost cost;
  const size_t before = retransmissions();
  span.from = Clock::now();
  const Sample sample = measure(command.argv, command.input);
  std::this_thread::sleep_for(time_after);
  traffic.await();
  span.to = Clock::now();
  cost.succeeded = sample.succeeded;
  cost.command_ms = sample.wall_ms;
  cost.retransmissions = retransmissions() - before;
  return cost;
}

void count_losses(MoveCost& cost, const Traffic& traffic, const Span& span) {
  cost.out = traffic.out(span.from, span.to);
  cost.in = traffic.in(span.from, span.to);
  cost.longest_pause_ms = traffic.longest_pause_ms(span.from, span.to);
}

}  // namespace

RoundTrip measure_round_trip(const Contender& contender, const Network& network, int rp_filter) {
  build_lab(network, rp_filter);
  Traffic traffic(network);
  traffic.await();
  const auto start = Clock::now();
  std::this_thread::sleep_for(idle_time);
  RoundTrip result;
  Span move;
  Span way_back;
  result.to_bridge = carry_out(contender.to_bridge, traffic, move);
  if (result.to_bridge.succeeded)
    result.back = carry_out(contender.back, traffic, way_back);
  traffic.end();
  result.idle = traffic.out(start, move.from);
  result.idle += traffic.in(start, move.from);
  count_losses(result.to_bridge, traffic, move);
  if (result.back)
    count_losses(*result.back, traffic, way_back);
  return result;
}

}  // namespace tapctl::bench

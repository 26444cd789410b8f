// SPDX-License-Identifier: MIT
// Round trips of hosts that nobody thought of: there and back again leaves nothing changed.
//
// TAPCTL_SEED repeats one host; TAPCTL_LONG_TESTS=1 makes 300 of them instead of a few.
#include "support/host_state.hpp"
#include "support/netns_test.hpp"
#include "support/perform.hpp"
#include "support/process.hpp"
#include "support/requests.hpp"
#include "support/rich_host.hpp"
#include "util/text.hpp"

#include <cstdlib>
#include <random>

namespace tapctl::test {
namespace {

using nlohmann::json;

/// Makes the lines for `ip -batch` of one host; those that the kernel refuses are left out.
class RandomHost {
 public:
  explicit RandomHost(uint64_t seed) : random_(seed) {}

  void build() {
    build_plain_host();
    if (one_in(3))
      line("link set eth0 mtu " + number(1280, 1500));
    if (one_in(3))
      line("link set eth0 alias 'up link'");
    repeat(6, [&] { address(); });
    repeat(4, [&] { address6(); });
    repeat(8, [&] { route(); });
    repeat(4, [&] { route6(); });
    repeat(5, [&] { rule(); });
    repeat(4, [&] { neighbour(); });
    repeat(4, [&] { sysctl(); });
  }

 private:
  bool one_in(unsigned n) { return random_() % n == 0; }
  std::string number(unsigned low, unsigned high) {
    return std::to_string(low + random_() % (high - low + 1));
  }
  std::string pick(const std::vector<std::string>& choices) {
    return choices[random_() % choices.size()];
  }
  template <class Action>
  void repeat(unsigned most, Action action) {
    for (uint64_t left = random_() % (most + 1); left > 0; --left)
      action();
  }

  static void line(const std::string& text) { run({"ip", "-batch", "-"}, text + "\n"); }

  std::string network() { return "10." + number(0, 3) + "." + number(0, 3); }

  void address() {
    std::string text = "addr add " + network() + "." + number(1, 200);
    if (one_in(5))
      text += " peer " + network() + "." + number(201, 250) + "/" + pick({"24", "32"});
    else
      text += "/" + pick({"8", "16", "24", "32"}) + pick({"", "", " brd +"});
    text += pick({"", "", "", " scope link", " scope host"});
    text += pick({"", "", " noprefixroute", " metric 50"});
    text += pick({"", "", " label eth0:" + number(1, 9)});
    text += pick({"", "", " valid_lft 5000 preferred_lft 4000", " preferred_lft 0"});
    line(text + " dev " + pick({"eth0", "eth0", "eth0", "eth1"}));
  }

  void address6() {
    std::string text = "addr add 2001:db8:" + number(0, 3) + "::" + number(1, 200) + "/" +
                       pick({"48", "64", "64", "128"});
    text += pick({"", " nodad", " noprefixroute", " metric 50"});
    text += pick({"", "", " valid_lft 5000 preferred_lft 4000", " preferred_lft 0"});
    line(text + " dev " + pick({"eth0", "eth0", "eth0", "eth1"}));
  }

  void route() {
    std::string text = "route " + pick({"add ", "append ", "prepend "});
    text += pick({"10.9." + number(0, 2) + ".0/24", "10.0.0.0/8", network() + ".0/24", "default"});
    text += pick({"", " via 172.16.255.254", " via 172.16.255.253", " via " + network() + ".1"});
    text += pick({" dev eth0", " dev eth0", " dev eth0", " dev eth1"}) + pick({"", "", " onlink"});
    text += pick({"", "", " metric " + number(0, 3), " table " + number(100, 101)});
    text += pick({"", "", " proto " + pick({"dhcp", "static", "kernel", "boot"})});
    text += pick({"", "", " src 172.16.1.2", " mtu 1400", " advmss 1300", " scope link"});
    line(text);
  }

  void route6() {
    std::string text = "-6 route " + pick({"add ", "append "});
    text += pick({"2001:db8:9::/48", "2001:db8:" + number(0, 3) + "::/64", "default"});
    text += pick({"", " via fe80::1", " via 2001:db8:" + number(0, 3) + "::7"});
    text += pick({" dev eth0", " dev eth0", " dev eth1"});
    text += pick({"", "", " metric " + number(1, 3), " table " + number(100, 101)});
    run({"sh", "-c", "ip " + text});
  }

  void rule() {
    std::string text = pick({"", "", "-6 "}) + "rule add ";
    text += pick({"", "iif eth0 ", "oif eth0 ", "iif eth1 "});
    text += pick({"", "", "fwmark 5 "});
    text += "lookup " + number(100, 101) + " priority " + number(1000, 1002);
    run({"sh", "-c", "ip " + text});
  }

  void neighbour() {
    line("neigh add " + pick({"", "", "proxy "}) + network() + "." + number(1, 200) +
         " lladdr 52:54:00:00:00:" + number(10, 99) + " dev eth0 nud permanent");
  }

  void sysctl() {
    const std::string path =
        pick({"ipv4/conf/eth0/rp_filter", "ipv4/conf/eth0/proxy_arp", "ipv4/conf/eth0/arp_ignore",
              "ipv4/conf/eth0/promote_secondaries", "ipv6/conf/eth0/accept_ra",
              "ipv6/conf/eth0/forwarding", "ipv4/neigh/eth0/gc_stale_time"});
    write_file("/proc/sys/net/" + path, path.ends_with("time") ? "77" : number(0, 1));
  }

  std::mt19937_64 random_;
};

uint64_t first_seed() {
  const char* text = std::getenv("TAPCTL_SEED");
  const auto number = text == nullptr ? std::nullopt : parse_decimal(text);
  return number.value_or(std::random_device()());
}

using RandomHosts = NetnsTest;

/// False where it was refused or rolled back, as with a gateway that the kernel would no longer
/// take. On the way back there is no reason for that.
bool round_trip() {
  BridgeRequest request = bridge("virbr0", {"eth0"});
  request.uplink = IfName::parse("eth0");
  try {
    const Attempt there = perform(request);
    if (there.outcome.kind == OutcomeKind::rolled_back) {
      std::printf("rolled back: %s\n", describe(there.outcome).c_str());
      return false;
    }
    EXPECT_EQ(there.outcome.kind, OutcomeKind::committed) << describe(there.outcome);
  } catch (const Error& refused) {
    std::printf("refused: %s\n", refused.line().c_str());
    return false;
  }
  const Attempt back = perform(unbridge("virbr0"));
  EXPECT_EQ(back.outcome.kind, OutcomeKind::committed) << describe(back.outcome);
  return true;
}

TEST_F(RandomHosts, AreAsBeforeAfterBridgeAndUnbridge) {
  const bool is_long = std::getenv("TAPCTL_LONG_TESTS") != nullptr;
  const bool is_one = std::getenv("TAPCTL_SEED") != nullptr;
  const uint64_t seed = first_seed();
  unsigned moved = 0;
  const unsigned count = is_long ? 300 : 25;
  for (unsigned i = 0; i < (is_one ? 1 : count); i++) {
    SCOPED_TRACE("repeat with TAPCTL_SEED=" + std::to_string(seed + i));
    ASSERT_EQ(enter_fresh_namespace(), "");
    RandomHost(seed + i).build();
    const json before = host_state();
    moved += round_trip() ? 1 : 0;
    ASSERT_EQ(difference(before, host_state()), "");
  }
  std::printf("%u hosts moved, first seed %ju\n", moved, static_cast<uintmax_t>(seed));
  EXPECT_GE(moved, is_one ? 0 : count * 9 / 10);
}

}  // namespace
}  // namespace tapctl::test

// SPDX-License-Identifier: MIT
// What --dry-run prints is a script: run by sh, it does what tapctl does.
#include "support/cli_test.hpp"
#include "support/host_state.hpp"
#include "support/rich_host.hpp"

#include <functional>
#include <ostream>

namespace tapctl::test {
namespace {

struct Case {
  std::string name;
  std::vector<Argv> before;  ///< earlier tapctl commands
  Argv command;
};

std::ostream& operator<<(std::ostream& out, const Case& each) {
  return out << each.name;
}

const Argv two_taps_bridged{"bridge", "virbr0", "eth0", "tap0", "tap1"};

std::vector<Case> cases() {
  return {
      {"Add",
       {},
       {"add", "tap7", "--user", "54321", "--group", "54322", "--mac", "fe:11:22:33:44:55", "--mtu",
        "1400", "--txqueuelen", "2000", "--alias", "it's \"one\"", "--up", "--address",
        "192.168.7.1/24", "--address", "2001:db8:7::1/64"}},
      {"AddThree", {}, {"add", "tun%d", "--count", "3", "--user", "54321"}},
      {"Set", {}, {"set", "tap0", "--mtu", "1300", "--name", "guest0"}},
      {"SetOwnerAndGroup", {}, {"set", "tap0", "--user", "54323", "--group", "54324"}},
      {"Del", {}, {"del", "tap0", "tap1"}},
      {"Bridge", {}, two_taps_bridged},
      {"BridgeWithOptions",
       {},
       {"bridge", "virbr0", "eth0", "--address", "10.99.0.1/24", "--ageing-time", "60s",
        "--mcast-snooping", "off"}},
      {"Unbridge", {two_taps_bridged}, {"unbridge", "virbr0"}},
      {"UnbridgeTap", {two_taps_bridged}, {"unbridge", "virbr0", "tap0"}},
      {"Port", {two_taps_bridged}, {"port", "tap0", "--cost", "50", "--isolated", "on"}},
      {"NfOff", {two_taps_bridged}, {"nf", "off", "virbr0"}},
  };
}

void build_host_with_two_taps() {
  build_rich_host();
  ip_batch(
      "tuntap add tap0 mode tap user 54321\n"
      "tuntap add tap1 mode tap user 54321\n"
      "link set tap0 address fe:00:00:00:00:01\n"
      "link set tap1 address fe:00:00:00:00:02\n");
}

class DryRun : public ::testing::TestWithParam<Case> {
 protected:
  /// A fresh host, as far as the command under test.
  void start() {
    if (const std::string why = enter_fresh_namespace(); !why.empty())
      TAPCTL_CANNOT_RUN(why);
    build_host_with_two_taps();
    for (const auto& command : GetParam().before)
      EXPECT_EQ(tapctl(command).status, 0);
  }
  void SetUp() override { start(); }
};

/// Without what tapctl keeps for itself, and without the flag that `ip addr add ... nodad` leaves
/// on an address; tapctl takes it off again.
nlohmann::json comparable(nlohmann::json state) {
  state.erase("memory");
  for (auto& link : state["addresses"])
    for (auto& address : link)
      for (const char* passing : {"nodad", "tentative"})
        address.erase(passing);
  return state;
}

TEST_P(DryRun, IsAScriptThatDoesTheSame) {
  const auto before = host_state();
  Argv dry = GetParam().command;
  dry.emplace_back("--dry-run");
  const Result planned = tapctl(dry);
  ASSERT_EQ(planned.status, 0) << planned.err;
  EXPECT_EQ(difference(before, host_state()), "") << "--dry-run changed something";
  const Result by_shell = run({"sh", "-e"}, planned.out);
  EXPECT_EQ(by_shell.status, 0) << by_shell.err << "\n" << planned.out;
  const auto after_shell = comparable(host_state());

  start();
  const Result own = tapctl(GetParam().command);
  EXPECT_EQ(own.status, 0) << own.err;
  EXPECT_EQ(difference(after_shell, comparable(host_state())), "") << planned.out;
}

INSTANTIATE_TEST_SUITE_P(Commands, DryRun, ::testing::ValuesIn(cases()),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace tapctl::test

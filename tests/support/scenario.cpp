// SPDX-License-Identifier: MIT
// See scenario.hpp.
#include "support/scenario.hpp"

#include "support/cli_test.hpp"
#include "support/host_state.hpp"
#include "support/rich_host.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <ostream>
#include <string_view>

namespace tapctl::test {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

void rich_host() {
  build_rich_host();
}

void plain_host() {
  build_plain_host();
}

void add_taps() {
  ip_batch(
      "tuntap add tap0 mode tap user 54321\n"
      "tuntap add tap1 mode tap\n"
      "link set tap0 address 52:54:00:00:01:00\n"
      "link set tap1 address 52:54:00:00:01:01\n");
}

void build_bridge() {
  add_taps();
  tapctl({"bridge", "virbr0", "eth0", "tap0"});
}

void add_bridge() {
  ip_batch("link add virbr0 address 52:54:00:00:02:00 type bridge\nlink set virbr0 up\n");
}

void write_config() {
  add_taps();
  std::ofstream("/run/tapctl.json")
      << R"({"devices": [{"ifname": "tap0", "owner": 54321}, {"ifname": "vm0", "owner": 54321}],
             "bridges": [{"ifname": "virbr0", "ports": ["eth0", "tap0", "vm0"]}]})";
}

/// Without what differs between two hosts that were built alike.
json comparable(json state) {
  state.erase("memory");
  for (json& link : state["links"]) {
    link.erase("ifindex");
    if (link.value("/linkinfo/info_kind"_json_pointer, "") == "tun")
      link.erase("address");  // a random one
  }
  return state;
}

}  // namespace

void PrintTo(const Scenario& scenario, std::ostream* stream) {
  *stream << scenario.name;
}

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all{
      {"Bridge", rich_host, add_taps, {"bridge", "virbr0", "eth0", "tap0"}},
      {"Apply", plain_host, write_config, {"apply", "/run/tapctl.json"}},
      {"Unbridge", rich_host, build_bridge, {"unbridge", "virbr0"}},
      {"AddWithEverything",
       plain_host,
       add_bridge,
       {"add", "vm0", "--user", "54321", "--mtu", "1400", "--mac", "fe:00:00:00:00:07", "--alias",
        "a", "--bridge", "virbr0"}},
      {"AddFifty", plain_host, nullptr, {"add", "vm%d", "--count", "50", "--user", "54321"}},
      {"NfOff", plain_host, build_bridge, {"nf", "off", "virbr0"}},
      {"DeleteMany", plain_host, add_taps, {"del", "tap0", "tap1"}}};
  return all;
}

bool is_long() {
  const char* value = std::getenv("TAPCTL_LONG_TESTS");
  return value != nullptr && std::string_view(value) == "1";
}

std::vector<int> chosen(int count, int most) {
  std::vector<int> numbers;
  const int wanted = is_long() ? count : std::min(count, most);
  numbers.reserve(static_cast<size_t>(wanted));
  for (int i = 0; i < wanted; i++)
    numbers.push_back(wanted == 1 ? count
                                  : static_cast<int>(1 + int64_t{i} * (count - 1) / (wanted - 1)));
  return numbers;
}

bool journal_is_there() {
  return !run({"find", "/run/tapctl", "-name", "journal", "-o", "-name", "undo"}).out.empty();
}

void ScenarioTest::SetUp() {
  build_host();
}

void ScenarioTest::build_host() {
  if (const std::string why = enter_fresh_namespace(); !why.empty())
    TAPCTL_CANNOT_RUN(why);
  GetParam().host();
  if (GetParam().prepare != nullptr)
    GetParam().prepare();
  before_ = host_state();
  built_ = std::chrono::steady_clock::now();
}

void ScenarioTest::rehearse_as(const Argv& argv, const std::function<void()>& look) {
  const Result result = run(argv);
  EXPECT_EQ(result.status, 0) << result.err;
  look();
  after_ = comparable(host_state());
  build_host();
}

void ScenarioTest::expect_one_of_both(const Result& result) {
  const Result recovery = tapctl({"recover"});
  EXPECT_EQ(recovery.status, 0) << recovery.err;
  const json now = host_state();
  const bool is_before = difference(before_, now).empty();
  const bool is_after = !is_before && difference(after_, comparable(now)).empty();
  ++runs_;
  after_runs_ += is_after ? 1 : 0;
  EXPECT_TRUE(is_before || is_after)
      << "before: " << difference(before_, now)
      << "\nafter: " << difference(after_, comparable(now)) << "\nstatus " << result.status << ": "
      << result.err << recovery.out;
  // A signal has no status, and what recover() did came later.
  const bool recovered = recovery.out != "nothing to recover\n";
  recovered_ += recovered ? 1 : 0;
  if (result.status == 0 && !recovered) {
    EXPECT_TRUE(is_after) << "status 0, but it is as before";
  }
  if ((result.status == 1 || result.status == 2) && !recovered) {
    EXPECT_TRUE(is_before) << "status " << result.status
                           << ", but it is not as before: " << result.err;
  }
  // Lifetimes run on, and the comparison allows them half a minute.
  if (!is_before || std::chrono::steady_clock::now() - built_ > 15s)
    build_host();
}

}  // namespace tapctl::test

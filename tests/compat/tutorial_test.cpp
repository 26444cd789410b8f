// SPDX-License-Identifier: MIT
// The script that everybody copies: with the original tools, with the drop-in names, and as one
// line of tapctl, it leads to the same bridge with the same addresses and routes.
#include "compat/differential.hpp"
#include "support/cli_test.hpp"
#include "support/host_state.hpp"
#include "support/rich_host.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

namespace tapctl::test {
namespace {

using nlohmann::json;

class Tutorial : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (!IsSkipped() && ::geteuid() != 0)
      TAPCTL_CANNOT_RUN("needs root");
    if (!is_installed("brctl") || !is_installed("tunctl"))
      TAPCTL_CANNOT_RUN("needs bridge-utils and uml-utilities");
  }
};

/// What the script finds out by itself about eth0, and what it does then. ip(8) stands for ifconfig
/// and route, which net-tools has.
constexpr const char* script = R"(set -e
brctl addbr virbr0
ip link set virbr0 up
tunctl -t tap0 -u 54321
ip link set tap0 up
brctl addif virbr0 tap0
brctl addif virbr0 eth0
address=$(ip -o -4 addr show dev eth0 | awk '{ print $4 }')
gateway=$(ip route | awk '/^default/ { print $3 }')
ip addr add "$address" dev virbr0
ip addr flush dev eth0
ip route replace default via "$gateway"
brctl show virbr0
)";

/// What the three have to agree on: who is a port, who owns the tap, IPv4 addresses and routes.
json outcome() {
  json result = json::object();
  for (const json& link : json::parse(must_run({"ip", "-j", "-d", "link"}))) {
    const std::string name = link["ifname"];
    if (name != "virbr0" && name != "eth0" && name != "tap0")
      continue;
    result["links"][name] = {link.value("master", ""), link["mtu"],
                             link.value("/linkinfo/info_kind"_json_pointer, ""),
                             link.value("/linkinfo/info_data/user"_json_pointer, json())};
  }
  for (const json& link : json::parse(must_run({"ip", "-j", "-4", "addr"}))) {
    for (const json& address : link["addr_info"])
      result["addresses"][link["ifname"].get<std::string>()].push_back(
          {address["local"], address["prefixlen"], address["scope"]});
  }
  for (const json& route : json::parse(must_run({"ip", "-j", "-4", "route"})))
    result["routes"].push_back({route["dst"], route["dev"], route.value("gateway", "")});
  return result;
}

/// Runs the script with `path` before all others, in a namespace of its own.
json run_script(const std::string& path) {
  EXPECT_EQ(enter_fresh_namespace(), "");
  build_plain_host();
  if (!path.empty()) {
    must_run({"mkdir", "-p", path});
    for (const std::string name : {"brctl", "tunctl"})
      must_run({"ln", "-s", tapctl_path(), path + "/" + name});
  }
  const std::string out = must_run({"sh", "-c", "PATH=" + path + ":$PATH; " + script});
  json result = outcome();
  result["said"] = out;
  return result;
}

/// The bridge's ID is that of a random MAC, as long as no MAC is given.
void drop_bridge_id(json& result) {
  std::string said = result["said"];
  const size_t at = said.find("8000.");
  if (at != std::string::npos)
    said.erase(at, 17);
  result["said"] = said;
}

TEST_F(Tutorial, RunsOnTheDropInNamesAsOnTheOriginals) {
  json original = run_script("");
  json drop_in = run_script("/run/drop-in");
  drop_bridge_id(original);
  drop_bridge_id(drop_in);
  EXPECT_EQ(original, drop_in);
  EXPECT_EQ(original["links"]["eth0"][0], "virbr0");
}

TEST_F(Tutorial, IsOneLineOfTapctl) {
  json original = run_script("");
  original.erase("said");
  EXPECT_EQ(enter_fresh_namespace(), "");
  build_plain_host();
  EXPECT_EQ(tapctl({"add", "tap0", "--user", "54321"}).status, 0);
  const Result bridge = tapctl({"bridge", "virbr0", "eth0", "tap0"});
  EXPECT_EQ(bridge.status, 0) << bridge.err;
  EXPECT_EQ(outcome(), original);
}

}  // namespace
}  // namespace tapctl::test

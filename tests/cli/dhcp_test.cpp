// SPDX-License-Identifier: MIT
// tapctl bridge --dhcp from outside: words, files, and a change that nobody confirms.
#include "support/cli_test.hpp"
#include "support/dhcp_lab.hpp"
#include "support/netns.hpp"

#include <chrono>
#include <csignal>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

namespace tapctl::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

class DhcpCommand : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (IsSkipped())
      return;
    lab_.emplace();
    lab_->obtain({"dhclient", "-4", "eth0"});
  }

  static bool serves(const std::string& link) {
    const std::vector<std::string> clients = dhcp_clients();
    return clients.size() == 1 && clients[0].ends_with(" " + link);
  }

  std::optional<DhcpLab> lab_;
};

TEST_F(DhcpCommand, RefusesAnUnknownClient) {
  expect_refused({"bridge", "br0", "eth0", "--dhcp=dhclien"}, 2,
                 "tapctl: option '--dhcp': 'dhclien' is not auto, dhclient, dhcpcd or udhcpc\n");
}

TEST_F(DhcpCommand, TakesItsValueBehindAnEqualsSignAlone) {
  expect_refused({"bridge", "br0", "eth0", "--dhcp="}, 2,
                 "tapctl: option '--dhcp': nothing stands behind the '='\n");
  expect_refused({"bridge", "br0", "eth0", "--dhcp", "dhclient"}, 2,
                 "tapctl: port 'dhclient': is a DHCP client\n"
                 "hint: --dhcp=dhclient names the client\n");
  EXPECT_NE(tapctl_ok({"bridge", "--help"}).find("\n  --dhcp[=CLIENT] "), std::string::npos);
}

TEST_F(DhcpCommand, DryRunShowsBothClientsAndEndsNone) {
  const json document = tapctl_json({"--dry-run", "bridge", "--dhcp", "br0", "eth0"});
  std::vector<std::string> operations;
  for (const json& operation : document["steps"])
    operations.push_back(operation["op"]);
  const auto position = [&](const char* name) {
    return std::ranges::find(operations, name) - operations.begin();
  };
  EXPECT_LT(position("end_client"), position("add_address")) << document;
  EXPECT_LT(position("delete_address"), position("start_client"));
  EXPECT_LT(position("start_client"), std::ssize(operations));
  EXPECT_TRUE(serves("eth0"));
}

TEST_F(DhcpCommand, WithoutItTheClientIsNamed) {
  const Result result = tapctl({"bridge", "br0", "eth0"});
  EXPECT_NE(result.err.find("(dhclient) renews the lease of 'eth0', whose addresses go to 'br0': "
                            "--dhcp takes it along, or by hand: kill -KILL "),
            std::string::npos)
      << result.err;
}

TEST_F(DhcpCommand, ThatNobodyConfirmsIsTakenBack) {
  const json lease = lease_on("eth0");
  ASSERT_EQ(tapctl({"bridge", "br0", "eth0", "--dhcp", "--confirm", "1s"}).status, 0);
  EXPECT_TRUE(serves("br0"));
  EXPECT_TRUE(wait_until([] { return serves("eth0"); }, 10s));
  EXPECT_TRUE(wait_until([] { return guardian_pid() == -1; }, 10s));
  EXPECT_EQ(lease_on("eth0")["addresses"], lease["addresses"]);
  EXPECT_TRUE(serves("eth0"));
}

TEST_F(DhcpCommand, ThatEndsAtOnceIsSeenWhereTheCallerIgnoresChildren) {
  must_run({"mount", "--bind", "/bin/false", "/sbin/dhclient"});
  const Result result =
      run({"sh", "-c", "trap '' CHLD; \"$0\" bridge br0 eth0 --dhcp --check none", tapctl_path()});
  must_run({"umount", "/sbin/dhclient"});
  EXPECT_NE(result.err.find("dhclient on 'br0': ended at once, with status 1"), std::string::npos)
      << result.err;
}

/// tapctl alone, when its guardian takes the change back or finds that it is over, or both.
TEST_F(DhcpCommand, KilledAtAnyMomentHasOneClient) {
  const json lease = lease_on("eth0");
  size_t taken_back = 0;
  for (int milliseconds = 2; milliseconds < 100; milliseconds += 4) {
    SCOPED_TRACE(std::to_string(milliseconds) + " ms");
    Running bridge({tapctl_path(), "bridge", "br0", "eth0", "--dhcp"});
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    const pid_t guardian = milliseconds % 8 == 2 ? -1 : guardian_pid();
    if (guardian > 0)
      kill(guardian, SIGKILL);
    bridge.send(SIGKILL);
    bridge.wait();
    tapctl({"recover"});
    ASSERT_TRUE(wait_until([] { return guardian_pid() == -1; }, 10s));
    const std::string link =
        must_run({"ip", "-o", "link"}).find("br0:") == std::string::npos ? "eth0" : "br0";
    taken_back += link == "eth0" ? 1 : 0;
    EXPECT_EQ(lease_on(link)["addresses"], lease["addresses"]);
    EXPECT_EQ(lease_on(link)["routes"].size(), lease["routes"].size());
    ASSERT_TRUE(serves(link)) << link << " " << json(dhcp_clients());
    if (link == "br0")
      tapctl_ok({"--quiet", "unbridge", "br0"});
  }
  EXPECT_GT(taken_back, 0U);
}

TEST_F(DhcpCommand, IsPartOfAFile) {
  const std::string file = "/run/tapctl.json";
  std::ofstream(file) << R"({"bridges": [{"ifname": "br0", "ports": ["eth0"], "dhcp": "auto"}]})";
  ASSERT_EQ(tapctl({"apply", file}).status, 0);
  EXPECT_TRUE(serves("br0"));
  EXPECT_EQ(tapctl_ok({"apply", file}), "br0: unchanged\n");
  const std::string saved = "/run/saved.json";
  tapctl_ok({"save", saved});
  EXPECT_NE(read_file(saved).find(R"("dhcp": "dhclient")"), std::string::npos) << read_file(saved);
  EXPECT_EQ(tapctl_ok({"apply", saved}), "br0: unchanged\n");
  ASSERT_EQ(tapctl({"down", file}).status, 0);
  EXPECT_TRUE(serves("eth0"));
}

}  // namespace
}  // namespace tapctl::test

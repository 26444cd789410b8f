// SPDX-License-Identifier: MIT
// A host that has its address from a DHCP server: client and lease go to the bridge and back.
#include "kernel/linux_kernel.hpp"
#include "support/dhcp_lab.hpp"
#include "support/failing_kernel.hpp"
#include "support/netns_test.hpp"
#include "support/perform.hpp"
#include "support/requests.hpp"
#include "support/rich_host.hpp"
#include "util/error.hpp"

#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace tapctl::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

BridgeRequest bridge_with_dhcp(std::optional<DhcpProgram> program = std::nullopt) {
  BridgeRequest request = bridge("br0", {"eth0"});
  request.dhcp = DhcpWish{.program = program};
  return request;
}

std::string refusal_of(const Request& request) {
  try {
    perform(request);
  } catch (const Error& error) {
    return error.message;
  }
  return "not refused";
}

class Dhcp : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (!IsSkipped())
      lab_.emplace();
  }

  /// One client, of that link.
  static void expect_served(const std::string& link) {
    const std::vector<std::string> clients = dhcp_clients();
    ASSERT_EQ(clients.size(), 1U) << json(clients);
    EXPECT_NE((clients[0] + " ").find(" " + link + " "), std::string::npos) << clients[0];
  }

  /// The new client has its lease confirmed, and later asks for it again.
  void expect_confirmed_and_renewed(size_t confirmed) const {
    EXPECT_TRUE(lab_->has_said("DHCPACK", confirmed + 1));
    ask_udhcpc_to_renew();
    EXPECT_TRUE(lab_->has_said("DHCPACK", confirmed + 2));
  }

  std::optional<DhcpLab> lab_;
};

struct Client {
  std::string name;
  Argv argv;
};

void PrintTo(const Client& client, std::ostream* out) {
  *out << client.name;
}

class DhcpOf : public Dhcp, public ::testing::WithParamInterface<Client> {};

TEST_P(DhcpOf, KeepsItsLeaseOnTheBridgeAndBack) {
  lab_->obtain(GetParam().argv);
  const json lease = lease_on("eth0");
  expect_served("eth0");

  size_t confirmed = lab_->said("DHCPACK");
  expect_committed(bridge_with_dhcp());
  EXPECT_EQ(lease_on("br0")["addresses"], lease["addresses"]) << "at once";
  expect_served("br0");
  expect_confirmed_and_renewed(confirmed);
  EXPECT_EQ(lease_on("br0")["addresses"], lease["addresses"]);
  EXPECT_EQ(lease_on("br0")["routes"].size(), lease["routes"].size()) << lease_on("br0");
  EXPECT_EQ(lease_on("eth0")["addresses"], json::array());
  must_run({"ping", "-c1", "-W2", "10.0.0.254"});
  EXPECT_EQ(perform(bridge_with_dhcp()).outcome.kind, OutcomeKind::unchanged);

  confirmed = lab_->said("DHCPACK");
  expect_committed(unbridge("br0"));
  expect_served("eth0");
  EXPECT_EQ(lease_on("eth0")["addresses"], lease["addresses"]) << "at once";
  expect_confirmed_and_renewed(confirmed);
  EXPECT_EQ(lease_on("eth0")["addresses"], lease["addresses"]);
  must_run({"ping", "-c1", "-W2", "10.0.0.254"});
  EXPECT_EQ(lab_->said("DHCPRELEASE"), 0U);
  EXPECT_EQ(lab_->said("DHCPNAK"), 0U);

  expect_committed(bridge_with_dhcp());
  expect_served("br0");
  EXPECT_EQ(lease_on("br0")["addresses"], lease["addresses"]);
}

TEST_P(DhcpOf, IsAsBeforeWhereverItFails) {
  lab_->obtain(GetParam().argv);
  const json lease = lease_on("eth0");
  size_t failed = 0;
  for (bool all_done = false; !all_done; ++failed) {
    SCOPED_TRACE("operation " + std::to_string(failed));
    LinuxKernel real;
    FailingKernel kernel(real, failed);
    const Attempt attempt = perform(kernel, bridge_with_dhcp());
    all_done = !kernel.failed();
    if (all_done) {
      EXPECT_EQ(attempt.outcome.kind, OutcomeKind::committed) << describe(attempt.outcome);
      break;
    }
    ASSERT_EQ(attempt.outcome.kind, OutcomeKind::rolled_back) << describe(attempt.outcome);
    EXPECT_EQ(lease_on("eth0")["addresses"], lease["addresses"]);
    EXPECT_EQ(lease_on("eth0")["routes"].size(), lease["routes"].size());
    expect_served("eth0");
  }
  EXPECT_GT(failed, 8U);
  EXPECT_EQ(lab_->said("DHCPRELEASE"), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Clients, DhcpOf,
    ::testing::Values(Client{"dhclient", {"dhclient", "-4", "eth0"}},
                      Client{"dhclient_of_ifupdown",
                             {"dhclient", "-4", "-v", "-i", "-pf", "/run/dhclient.eth0.pid", "-lf",
                              "/var/lib/dhcp/dhclient.eth0.leases", "-I", "-df",
                              "/var/lib/dhcp/dhclient6.eth0.leases", "eth0"}},
                      Client{"dhcpcd", {"dhcpcd", "-4", "eth0"}},
                      Client{"udhcpc",
                             {"udhcpc", "-b", "-p", "/run/udhcpc.eth0.pid", "-i", "eth0"}},
                      Client{"udhcpc_with_long_options",
                             {"udhcpc", "-ba500", "--timeout", "2", "--retries=4", "-i", "eth0"}}),
    [](const auto& of) { return of.param.name; });

TEST_F(Dhcp, OfUdhcpcThatNamesNoLinkGoesAlong) {
  lab_->obtain({"udhcpc", "-b"});
  expect_committed(bridge_with_dhcp());
  expect_served("br0");
  expect_committed(unbridge("br0"));
  expect_served("eth0");
}

TEST_F(Dhcp, OfBothFamiliesGoAlongTogether) {
  lab_->obtain({"dhclient", "-4", "eth0"});
  must_run({"dhclient", "-6", "-nw", "eth0"});
  const auto both_serve = [](const std::string& link) {
    const std::vector<std::string> clients = dhcp_clients();
    return clients.size() == 2 && clients[0].ends_with(" " + link) &&
           clients[1].ends_with(" " + link);
  };
  ASSERT_TRUE(wait_until([&] { return both_serve("eth0"); }, 5s)) << json(dhcp_clients());
  expect_committed(bridge_with_dhcp());
  EXPECT_TRUE(both_serve("br0")) << json(dhcp_clients());
  expect_committed(unbridge("br0"));
  EXPECT_TRUE(both_serve("eth0")) << json(dhcp_clients());
}

/// What the kernel had left of the old lease must not run out under the new client.
TEST_F(Dhcp, OfDhclientOutlivesTheOldLease) {
  lab_->obtain({"dhclient", "-4", "eth0"});
  ip_batch("addr change " + lease_on("eth0")["addresses"][0][0].get<std::string>() +
           "/24 dev eth0 valid_lft 5 preferred_lft 5\n");
  expect_committed(bridge_with_dhcp());
  EXPECT_GT(lifetime_on("br0"), 5U);
  EXPECT_TRUE(wait_until([] { return lifetime_on("br0") <= 120; }, 20s))
      << "the client says how long, with its next renewal";
}

TEST_F(Dhcp, WithoutAClientStartsOne) {
  expect_committed(bridge_with_dhcp(DhcpProgram::udhcpc));
  expect_served("br0");
  ASSERT_TRUE(wait_until([] { return !lease_on("br0")["addresses"].empty(); }, 20s));
  const json lease = lease_on("br0");
  expect_committed(unbridge("br0"));
  expect_served("eth0");
  EXPECT_EQ(lease_on("eth0")["addresses"], lease["addresses"]);
}

/// No server answers on this link.
TEST_F(Dhcp, StartedOnStaticAddressesEndsWithTheBridge) {
  ip_batch(
      "link add eth1 type veth peer name eth2\n"
      "link set eth1 up\n"
      "link set eth2 up\n"
      "addr add 10.9.0.2/24 dev eth1\n");
  BridgeRequest request = bridge_with_dhcp(DhcpProgram::udhcpc);
  request.ports = {IfName::parse("eth1")};
  expect_committed(request);
  expect_served("br0");
  expect_committed(unbridge("br0"));
  EXPECT_TRUE(dhcp_clients().empty()) << json(dhcp_clients());
  EXPECT_EQ(lease_on("eth1")["addresses"], json::parse(R"([["10.9.0.2", 24]])"));
}

TEST_F(Dhcp, ThatEndedIsStartedAgain) {
  lab_->obtain({"dhclient", "-4", "eth0"});
  expect_committed(bridge_with_dhcp());
  const std::string pid =
      must_run({"pgrep", "--ns", std::to_string(getpid()), "--nslist", "net", "-x", "dhclient"});
  must_run({"kill", "-KILL", pid.substr(0, pid.find('\n'))});
  ASSERT_TRUE(wait_until([] { return dhcp_clients().empty(); }, 5s));
  expect_committed(bridge_with_dhcp());
  expect_served("br0");
}

TEST_F(Dhcp, IsRefusedWhereItCannotGoAlong) {
  lab_->obtain({"dhclient", "-4", "eth0"});
  EXPECT_NE(refusal_of(bridge_with_dhcp(DhcpProgram::udhcpc))
                .find("--dhcp=udhcpc: 'eth0' is served by dhclient (process "),
            std::string::npos);
  BridgeRequest stays = bridge_with_dhcp();
  stays.no_move = true;
  EXPECT_EQ(refusal_of(stays), "--dhcp and --no-move: the client goes where the addresses go");
  expect_served("eth0");
}

TEST_F(Dhcp, OfSeveralLinksIsRefused) {
  ip_batch("link add eth1 type veth peer name eth2\n");
  lab_->obtain({"dhclient", "-4", "eth0", "eth1"});
  EXPECT_NE(
      refusal_of(bridge_with_dhcp()).find("serves several links and cannot be taken to 'br0'"),
      std::string::npos);
}

/// Somebody who is not root must not decide what root starts.
TEST_F(Dhcp, OfAnotherUserIsNoClient) {
  must_run({"mkfifo", "-m", "0666", "/run/eth0"});
  const Running pretender({"setpriv", "--reuid", "65534", "--clear-groups", "bash", "-c",
                           "cd /run && exec -a dhclient cat eth0"});
  const std::string line = "/proc/" + std::to_string(pretender.pid()) + "/cmdline";
  ASSERT_TRUE(wait_until([&] { return read_file(line).starts_with("dhclient"); }, 5s));
  expect_committed(bridge_with_dhcp(DhcpProgram::udhcpc));
  for (const std::string& client : dhcp_clients())
    EXPECT_NE(client.find("udhcpc"), std::string::npos) << client;
}

}  // namespace
}  // namespace tapctl::test

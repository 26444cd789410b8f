// SPDX-License-Identifier: MIT
// What --dhcp asks for, and what it refuses.
#include "plan/plan.hpp"
#include "unit/values.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

namespace tapctl {
namespace {

using test::error_of;
using test::make_address;
using test::make_link;
using test::make_tap;
using test::ops_of_type;

const IfName eth0 = IfName::parse("eth0");
const std::string dhclient = "/usr/sbin/dhclient";

BridgeRequest request(const std::vector<std::string>& ports = {"eth0"}) {
  BridgeRequest wanted;
  wanted.bridge = IfName::parse("br0");
  for (const std::string& port : ports)
    wanted.ports.push_back(IfName::parse(port));
  wanted.dhcp = DhcpWish{};
  return wanted;
}

Snapshot host() {
  Snapshot current;
  current.links = {make_link("eth0", ""), make_link("eth1", ""), make_tap("tap0")};
  current.client_programs = {{DhcpProgram::dhclient, dhclient}};
  return current;
}

DhcpClient client(const std::vector<std::string>& argv) {
  return parse_dhcp_client(812, dhclient, argv).value();
}

std::string refused(const Snapshot& current, const BridgeRequest& wanted) {
  return error_of([&] { make_plan(current, wanted); }).line();
}

std::vector<std::string> started(const Snapshot& current, const BridgeRequest& wanted) {
  const auto starts = ops_of_type<StartClient>(make_plan(current, wanted));
  return starts.size() == 1 ? starts.front().client.argv : std::vector<std::string>{};
}

TEST(PlanDhcp, StartsOneWhereNoneRuns) {
  ASSERT_FALSE(started(host(), request()).empty());
  EXPECT_EQ(started(host(), request()).back(), "br0");
  EXPECT_EQ(started(host(), request({"tap0"})).back(), "br0") << "of a server in a guest, say";
  EXPECT_TRUE(ops_of_type<EndClient>(make_plan(host(), request())).empty());
}

TEST(PlanDhcp, SaysThatItAddsToStaticAddresses) {
  Snapshot current = host();
  current.addresses = {make_address("eth0", "10.0.0.2/24")};
  const Plan plan = make_plan(current, request());
  EXPECT_EQ(plan.hints.front(),
            "link 'br0' has static IPv4 addresses, such as 10.0.0.2/24, and "
            "its DHCP client may add another one");
  EXPECT_EQ(ops_of_type<Remember>(plan).at(0).memory.static_ipv4,
            std::vector{Prefix::parse("10.0.0.2/24")});
  current.clients = {client({"dhclient", "eth0"})};
  const Plan along = make_plan(current, request());
  EXPECT_TRUE(along.hints.empty());
  EXPECT_EQ(ops_of_type<Remember>(along).at(0).memory.static_ipv4, std::nullopt);
}

TEST(PlanDhcp, LeavesTheEndOfAddressesThatNoClientGave) {
  Snapshot current = host();
  current.addresses = {make_address("eth0", "10.0.0.2/24")};
  current.addresses.front().valid_lft = 600;
  EXPECT_TRUE(ops_of_type<UpdateAddress>(make_plan(current, request())).empty());
  current.clients = {client({"dhclient", "eth0"})};
  EXPECT_EQ(ops_of_type<UpdateAddress>(make_plan(current, request())).size(), 1U);
}

TEST(PlanDhcp, HasUdhcpcAskForALeaseAlone) {
  const auto asks = [](const Snapshot& current) {
    const std::vector<std::string> argv = started(current, request());
    const auto option = std::ranges::find(argv, "-r");
    return option == argv.end() ? "" : *std::next(option);
  };
  Snapshot current = host();
  current.client_programs = {{DhcpProgram::udhcpc, "/usr/sbin/udhcpc"}};
  current.addresses = {make_address("eth0", "10.0.0.2/24")};
  EXPECT_EQ(asks(current), "") << "a static address";
  current.clients = {client({"udhcpc", "-i", "eth0"})};
  EXPECT_EQ(asks(current), "10.0.0.2");
  current.addresses.push_back(make_address("eth0", "10.0.0.3/24"));
  EXPECT_EQ(asks(current), "") << "which of them is not known";
  current.addresses.back().valid_lft = 600;
  EXPECT_EQ(asks(current), "10.0.0.3");
}

TEST(PlanDhcp, TakesTheOneAlongThatRuns) {
  Snapshot current = host();
  current.clients = {client({"dhclient", "-v", "eth0"})};
  const Plan plan = make_plan(current, request());
  EXPECT_EQ(ops_of_type<EndClient>(plan).at(0).client.pid, 812);
  EXPECT_EQ(ops_of_type<StartClient>(plan).at(0).successor_of, current.clients.front());
  const auto memory = ops_of_type<Remember>(plan).at(0).memory;
  EXPECT_EQ(memory.uplink, eth0);
  EXPECT_EQ(memory.clients.at(0).argv, current.clients.front().argv);
}

TEST(PlanDhcp, IsForOnePortAlone) {
  Snapshot current = host();
  current.clients = {client({"dhclient", "eth0"}), client({"dhclient", "eth1"})};
  EXPECT_EQ(refused(current, request({"eth0", "eth1"})),
            "ports 'eth0' and 'eth1': a DHCP client serves each of them");
  current.clients = {client({"dhclient", "eth0", "eth1"})};
  EXPECT_EQ(refused(current, request()),
            "dhclient (process 812): serves several links and cannot be taken to 'br0'");
  EXPECT_FALSE(started(current, request({"tap0"})).empty()) << "what it does not serve";
  current.clients = {client({"dhcpcd: [manager] [ip4] [ip6]"})};
  EXPECT_EQ(refused(current, request()),
            "dhcpcd (process 812): serves several links and cannot be taken to 'br0'");
}

TEST(PlanDhcp, RefusesWhatItDoesNotUnderstand) {
  Snapshot current = host();
  for (const std::vector<std::string>& argv :
       {std::vector<std::string>{"dhclient", "-zap", "eth0"}, {"dhclient", "-zap", "1", "eth0"}}) {
    current.clients = {client(argv)};
    EXPECT_EQ(
        refused(current, request()),
        "dhclient (process 812): option '-zap': is not known, so it cannot be taken to 'br0'");
    EXPECT_FALSE(started(current, request({"tap0"})).empty());
  }
}

TEST(PlanDhcp, RefusesWhatIsNotThere) {
  BridgeRequest wanted = request();
  wanted.dhcp->program = DhcpProgram::udhcpc;
  EXPECT_EQ(refused(host(), wanted), "DHCP client udhcpc: is not installed");
  Snapshot bare = host();
  bare.client_programs.clear();
  EXPECT_EQ(refused(bare, request()), "--dhcp: no DHCP client is installed");
}

TEST(PlanDhcp, RefusesALinkThatADaemonConfigures) {
  Snapshot current = host();
  current.dhcp_managers = {{eth0, "NetworkManager"}};
  EXPECT_EQ(refused(current, request()),
            "link 'eth0': is configured by NetworkManager, which --dhcp cannot take along");
  current.clients = {client({"dhclient", "eth0"})};
  EXPECT_FALSE(started(current, request()).empty()) << "whose client it is shows";
}

}  // namespace
}  // namespace tapctl

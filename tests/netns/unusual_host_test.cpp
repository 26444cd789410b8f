// SPDX-License-Identifier: MIT
// Hosts on which order, wildcards or other hands make a move go wrong, there and back again.
#include "support/host_state.hpp"
#include "support/netns_test.hpp"
#include "support/perform.hpp"
#include "support/process.hpp"
#include "support/requests.hpp"
#include "support/rich_host.hpp"
#include "util/error.hpp"

#include <algorithm>

namespace tapctl::test {
namespace {

using nlohmann::json;

using UnusualHost = NetnsTest;

void expect_round_trip(const BridgeRequest& there) {
  const json before = host_state();
  expect_committed(there);
  UnbridgeRequest back = unbridge(there.bridge.str());
  back.keep_bridge = before["links"].contains(there.bridge.str());
  expect_committed(back);
  EXPECT_EQ(difference(before, host_state()), "");
}

/// The message of the refusal; "" when it was none. Nothing may have changed.
std::string refusal(const Request& request) {
  const json before = host_state();
  std::string message;
  try {
    perform(request);
  } catch (const Error& error) {
    message = error.line();
  }
  EXPECT_EQ(difference(before, host_state()), "");
  return message;
}

/// The destinations' devices in `ip route show`, in order.
std::vector<std::string> devices_of(const std::string& destination) {
  std::vector<std::string> devices;
  for (const json& route : json::parse(must_run({"ip", "-j", "route", "show", destination})))
    devices.push_back(route.value("dev", ""));
  return devices;
}

std::string rules_of(const std::string& priority) {
  return must_run({"ip", "rule", "show", "priority", priority});
}

TEST_F(UnusualHost, RuleThatSharesThePriorityWithLessSelectorsCostsNoSibling) {
  build_plain_host();
  ip_batch(
      "rule add fwmark 5 lookup 200 priority 100\n"
      "rule add iif eth0 lookup 200 priority 100\n"
      "rule add lookup 200 priority 100\n");
  std::string wanted = rules_of("100");
  wanted.replace(wanted.find("eth0"), 4, "virbr0");
  const json before = host_state();
  expect_committed(bridge("virbr0", {"eth0"}));
  EXPECT_EQ(rules_of("100"), wanted);
  expect_committed(unbridge("virbr0"));
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(UnusualHost, SameRuleTwiceStaysTwice) {
  build_plain_host();
  ip_batch(
      "rule add iif eth0 lookup 200 priority 100\n"
      "rule add lookup 200 priority 100\n");
  expect_round_trip(bridge("virbr0", {"eth0"}));
}

TEST_F(UnusualHost, RouteThatSharesTheKeyWithLessAttributesCostsNoSibling) {
  build_plain_host();
  ip_batch(
      "addr add 172.17.0.2/16 dev eth1\n"
      "route add 10.1.0.0/16 via 172.17.0.9 src 172.17.0.2\n"
      "route append 10.1.0.0/16 via 172.16.255.254\n"
      "route append 10.1.0.0/16 via 172.17.0.9\n");
  expect_round_trip(bridge("virbr0", {"eth0"}));
}

TEST_F(UnusualHost, TwoCardsInOneSubnetKeepTheOrderOfTheirRoutes) {
  build_plain_host();
  ip_batch("addr add 172.16.1.3/16 dev eth1\n");
  ASSERT_EQ(devices_of("172.16.0.0/16"), (std::vector<std::string>{"eth0", "eth1"}));
  const json before = host_state();
  expect_committed(bridge("virbr0", {"eth0"}));
  EXPECT_EQ(devices_of("172.16.0.0/16"), (std::vector<std::string>{"virbr0", "eth1"}));
  expect_committed(unbridge("virbr0"));
  EXPECT_EQ(devices_of("172.16.0.0/16"), (std::vector<std::string>{"eth0", "eth1"}));
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(UnusualHost, StaticRouteWithTheKeyOfTheConnectedOneStaysBehindOrBeforeIt) {
  build_plain_host();
  ip_batch("route append 172.16.0.0/16 dev eth0 proto static scope link\n");
  expect_round_trip(bridge("virbr0", {"eth0"}));
  ip_batch(
      "route del 172.16.0.0/16 dev eth0 proto static\n"
      "route prepend 172.16.0.0/16 dev eth0 proto static scope link\n");
  expect_round_trip(bridge("virbr0", {"eth0"}));
}

TEST_F(UnusualHost, RouteWhoseGatewayCanNoLongerBeReachedIsRefused) {
  build_plain_host();
  ip_batch(
      "addr add 10.9.0.2/24 dev eth0 noprefixroute\n"
      "route add 10.9.0.0/24 dev eth0\n"
      "route add 10.10.0.0/16 via 10.9.0.1\n"
      "route del 10.9.0.0/24 dev eth0\n");
  EXPECT_EQ(refusal(bridge("virbr0", {"eth0"})),
            "route 10.10.0.0/16 via 10.9.0.1 on 'eth0': its gateway is in no network of 'eth0' any "
            "more, so the kernel would not take the route again");
}

TEST_F(UnusualHost, UplinkThatLeftTheBridgeGetsEverythingBack) {
  build_rich_host();
  const json before = host_state();
  // A bridge that loses its last port has no carrier, and then no proxy entries
  // (net/core/neighbour.c, neigh_carrier_down), so another one stays.
  expect_committed(bridge("virbr0", {"eth0", "eth1"}));
  ip_batch("link set eth0 nomaster\n");
  expect_committed(unbridge("virbr0"));
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(UnusualHost, BridgeIsNotDeletedWithTheAddressesOfAnUplinkThatIsGone) {
  build_plain_host();
  expect_committed(bridge("virbr0", {"eth0"}));
  ip_batch("link set eth0 name lost0\n");
  ip_batch("link set lost0 nomaster\n");
  EXPECT_EQ(refusal(unbridge("virbr0")),
            "bridge 'virbr0': has the addresses of 'eth0', which is not there any more");
}

TEST_F(UnusualHost, BridgeIsNotDeletedWithTheAddressesOfAnUplinkOfAnotherBridge) {
  build_plain_host();
  expect_committed(bridge("virbr0", {"eth0"}));
  ip_batch(
      "link add other0 type bridge\n"
      "link set eth0 master other0\n");
  EXPECT_EQ(refusal(unbridge("virbr0")),
            "bridge 'virbr0': has the addresses of 'eth0', which is a port of 'other0' now");
}

TEST_F(UnusualHost, BridgeKeepsWhatWasItsOwn) {
  build_rich_host();
  ip_batch(
      "link add virbr0 address 52:54:00:00:00:99 type bridge\n"
      "link set virbr0 up\n"
      "addr add 10.0.0.1/24 dev virbr0\n"
      "route add 10.5.0.0/16 via 10.0.0.9\n"
      "rule add iif virbr0 lookup 100 priority 999\n"
      "neigh add 10.0.0.7 lladdr 52:54:00:00:00:07 dev virbr0 nud permanent\n");
  write_file("/proc/sys/net/ipv4/conf/virbr0/rp_filter", "1");
  expect_round_trip(bridge("virbr0", {"eth0"}));
}

TEST_F(UnusualHost, RenamedBridgeKeepsItsMemory) {
  build_plain_host();
  const json before = host_state();
  BridgeRequest request = bridge("virbr0", {"eth0"});
  request.addresses = {Prefix::parse("10.99.0.1/24")};
  expect_committed(request);
  ip_batch("link set virbr0 name lan0\n");
  expect_committed(unbridge("lan0"));
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(UnusualHost, LinkNamedLikeAPartOfASysctlPath) {
  for (const char* name : {"conf", "ipv4", "neigh", "net"}) {
    enter_fresh_namespace();
    build_plain_host();
    ip_batch("link set eth0 name " + std::string(name) + "\n");
    write_file("/proc/sys/net/ipv4/conf/" + std::string(name) + "/rp_filter", "2");
    expect_round_trip(bridge("virbr0", {name}));
  }
}

TEST_F(UnusualHost, PortsGetBackMacMtuStateAndLinkLocalAddresses) {
  build_plain_host();
  ip_batch(
      "tuntap add tap0 mode tap\n"
      "link set tap0 address 52:54:00:00:00:44 mtu 1400\n"
      "link set eth1 addrgenmode none\n"
      "addr add fe80::44/64 dev eth1 nodad\n");
  expect_round_trip(bridge("virbr0", {"eth0", "eth1", "tap0"}));
}

TEST_F(UnusualHost, LinkLocalAddressSetByHandIsTheOnlyOneAfterwards) {
  build_plain_host();
  ip_batch(
      "addr flush dev eth0 scope link\n"
      "addr add fe80::1234/64 dev eth0 nodad\n");
  expect_round_trip(bridge("virbr0", {"eth0"}));
}

TEST_F(UnusualHost, NeighboursOfAControlPlaneKeepTheirFlags) {
  build_plain_host();
  ip_batch(
      "neigh add 172.16.0.50 lladdr 52:54:00:00:00:50 dev eth0 nud noarp extern_learn\n"
      "neigh add 172.16.0.51 lladdr 52:54:00:00:00:51 dev eth0 nud permanent extern_learn\n");
  const json before = host_state();
  expect_committed(bridge("virbr0", {"eth0"}));
  for (const char* address : {"172.16.0.50", "172.16.0.51"})
    EXPECT_NE(must_run({"ip", "neigh", "show", address, "dev", "virbr0"}).find("extern_learn"),
              std::string::npos)
        << address;
  expect_committed(unbridge("virbr0"));
  EXPECT_NE(must_run({"ip", "neigh", "show", "172.16.0.50", "dev", "eth0"}).find("extern_learn"),
            std::string::npos);
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(UnusualHost, AddressThatFailedDetectionIsNotMadeUsable) {
  build_ipv6_host(DadOn::yes);
  host_state();
  ip_batch("addr add 2001:db8::ffff/64 dev eth0\n");  // the gateway has it
  const auto flags = [](const char* link) {
    return must_run({"ip", "-6", "addr", "show", "dev", link, "to", "2001:db8::ffff"});
  };
  const auto has_failed = [&](const char* link) {
    return wait_until([&] { return flags(link).find("dadfailed") != std::string::npos; },
                      std::chrono::seconds(5));
  };
  ASSERT_TRUE(has_failed("eth0"));
  expect_committed(bridge("virbr0", {"eth0"}));
  EXPECT_NE(flags("virbr0").find("tentative"), std::string::npos) << flags("virbr0");
  EXPECT_TRUE(has_failed("virbr0")) << flags("virbr0");
}

TEST_F(UnusualHost, TemporaryAddressesAreLeftToTheKernel) {
  build_ipv6_host();
  write_file("/proc/sys/net/ipv6/conf/eth0/use_tempaddr", "2");
  ip_batch("addr add 2001:db8:7::2/64 dev eth0 mngtmpaddr valid_lft 9000 preferred_lft 9000\n");
  const auto temporary = [](const char* link) {
    const auto state = json::parse(must_run({"ip", "-j", "-6", "addr", "show", "dev", link}));
    return std::ranges::count_if(state[0]["addr_info"], [](const json& address) {
      return address.value("temporary", false);
    });
  };
  ASSERT_EQ(temporary("eth0"), 1);
  for (int round = 0; round < 3; round++) {
    expect_committed(bridge("virbr0", {"eth0"}));
    expect_committed(unbridge("virbr0"));
    EXPECT_EQ(temporary("eth0"), 1) << "round " << round;
  }
  EXPECT_EQ(read_file("/proc/sys/net/ipv6/conf/eth0/use_tempaddr"), "2\n");
}

TEST_F(UnusualHost, AddressThatTheUplinkHasAlreadyIsNotAddedTwice) {
  build_plain_host();
  BridgeRequest request = bridge("virbr0", {"eth0"});
  request.addresses = {Prefix::parse("172.16.1.2/16")};
  expect_round_trip(request);
}

TEST_F(UnusualHost, GatewayInNoNetworkOfTheBridgeIsRefused) {
  build_plain_host();
  ip_batch("route del default\n");
  BridgeRequest request = bridge("virbr0", {"eth0"});
  request.gateways = {IpAddress::parse("10.9.9.9")};
  EXPECT_EQ(refusal(request), "gateway 10.9.9.9: is in no network of 'virbr0'");
  request.addresses = {Prefix::parse("10.9.9.1/24")};
  expect_round_trip(request);
}

TEST_F(UnusualHost, ReadOnlySysctlsAreRefusedBeforeAnythingIsTouched) {
  build_plain_host();
  const json before = host_state();
  must_run({"mount", "--bind", "/proc/sys", "/proc/sys"});
  must_run({"mount", "-o", "remount,bind,ro", "/proc/sys"});
  const Attempt attempt = perform(bridge("virbr0", {"eth0"}));
  must_run({"umount", "/proc/sys"});
  EXPECT_EQ(attempt.outcome.kind, OutcomeKind::failed) << describe(attempt.outcome);
  EXPECT_TRUE(attempt.outcome.done.empty());
  EXPECT_EQ(attempt.outcome.error->line(), "sysctls cannot be changed: Read-only file system");
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(UnusualHost, PortTakenFromAnotherBridgeGetsBackWhatItHadBeforeBoth) {
  build_plain_host();
  ip_batch("tuntap add tap0 mode tap\nlink set tap0 up\n");
  const json before = host_state();
  expect_committed(bridge("other0", {"tap0"}));
  BridgeRequest request = bridge("virbr0", {"tap0"});
  request.move_from = IfName::parse("other0");
  expect_committed(request);
  expect_committed(unbridge("virbr0"));
  expect_committed(unbridge("other0"));
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(UnusualHost, MemoryOfABridgeThatOtherHandsDeletedGoes) {
  build_plain_host();
  expect_committed(bridge("br1", {"eth1"}));
  ip_batch("link del br1\n");
  expect_committed(bridge("br2", {"eth0"}));
  expect_committed(unbridge("br2"));
  EXPECT_EQ(host_state()["memory"], json::object());
}

TEST_F(UnusualHost, MtuTooLowForIpv6) {
  build_plain_host();
  ip_batch(
      "tuntap add tap0 mode tap\n"
      "link add low0 mtu 1200 type bridge\n"
      "link set low0 up\n");
  expect_round_trip(bridge("low0", {"tap0"}));
  BridgeRequest request = bridge("virbr0", {"tap0"});
  request.mtu = 1200;
  expect_round_trip(request);
}

TEST_F(UnusualHost, MtuThatWouldCostIpv6AddressesIsRefused) {
  build_plain_host();
  ip_batch(
      "tuntap add tap0 mode tap\n"
      "link add br0 type bridge\n"
      "link set br0 up\n");
  const auto refusal_with_address_on = [](const std::string& link, BridgeRequest request) {
    ip_batch("addr add fd00::9/64 dev " + link + " nodad\n");
    request.mtu = 1200;
    const std::string message = refusal(request);
    ip_batch("addr del fd00::9/64 dev " + link + "\n");
    return message;
  };
  const std::string end = ": has fd00::9/64, which an MTU of 1200 would take away";
  EXPECT_EQ(refusal_with_address_on("eth0", bridge("virbr0", {"eth0"})), "link 'eth0'" + end);
  EXPECT_EQ(refusal_with_address_on("tap0", bridge("virbr0", {"tap0"})), "link 'tap0'" + end);
  EXPECT_EQ(refusal_with_address_on("br0", bridge("br0", {"tap0"})), "link 'br0'" + end);
}

TEST_F(UnusualHost, BridgeOfOthersKeepsItsMtuWhateverPortsCome) {
  build_plain_host();
  const auto mtu = [] {
    return json::parse(must_run({"ip", "-j", "link", "show", "br0"}))[0]["mtu"].get<int>();
  };
  ip_batch(
      "tuntap add tap0 mode tap\n"
      "link add br0 mtu 1400 type bridge\n"
      "link set br0 up\n"
      "link set eth1 mtu 1300\n");
  expect_round_trip(bridge("br0", {"tap0"}));
  EXPECT_EQ(mtu(), 1400) << "and not the standard one, once it has no port";
  expect_committed(bridge("br0", {"eth1"}));
  EXPECT_EQ(mtu(), 1400) << "and not that of the card";
  ip_batch("link set eth0 mtu 1350\n");
  expect_committed(bridge("br0", {"eth0"}));
  EXPECT_EQ(mtu(), 1350) << "with its addresses the host sends what eth0 can";
}

TEST_F(UnusualHost, MasterThatIsNoBridgeIsNotRobbed) {
  build_plain_host();
  if (run({"ip", "link", "add", "team0", "type", "vrf", "table", "7"}).status != 0)
    if (run({"ip", "link", "add", "team0", "type", "bond"}).status != 0)
      return;  // neither is in this kernel
  ip_batch("link set eth1 down\n");
  ip_batch("link set eth1 master team0\n");
  BridgeRequest request = bridge("virbr0", {"eth1"});
  request.move_from = IfName::parse("team0");
  EXPECT_EQ(refusal(request), "link 'eth1': is enslaved by 'team0', which is not a bridge");
}

}  // namespace
}  // namespace tapctl::test

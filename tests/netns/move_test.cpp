// SPDX-License-Identifier: MIT
// The move of an uplink onto a bridge and back, on the rich host, as ip(8) sees it.
#include "support/host_state.hpp"
#include "support/netns_test.hpp"
#include "support/perform.hpp"
#include "support/process.hpp"
#include "support/requests.hpp"
#include "support/rich_host.hpp"

#include <algorithm>

namespace tapctl::test {
namespace {

using nlohmann::json;

using Move = NetnsTest;

void expect_unchanged(const Request& request) {
  const Attempt attempt = perform(request);
  EXPECT_EQ(attempt.outcome.kind, OutcomeKind::unchanged) << describe(attempt.outcome);
}

void expect_gateway_answers() {
  EXPECT_EQ(run({"ping", "-c", "1", "-W", "2", "172.16.255.254"}).status, 0);
}

void add_tap(const std::string& name) {
  ip_batch("tuntap add " + name + " mode tap user 54321\n");
}

/// Addresses, routes, rules and neighbours: what moves. Without link-local addresses and what the
/// kernel makes for them, which each link has of its own.
json moving_parts(json state) {
  const auto is_link_local = [](const json& item) {
    for (const char* member : {"local", "dst"})
      if (item.value(member, "").starts_with("fe80:") || item.value(member, "") == "ff00::/8")
        return true;
    return false;
  };
  json result;
  for (const char* part : {"addresses", "routes", "rules", "neighbours"})
    result[part] = state[part];
  for (const char* part : {"addresses", "routes"})
    for (auto& list : result[part])
      list.erase(std::remove_if(list.begin(), list.end(), is_link_local), list.end());
  return result;
}

std::string sysctl(const std::string& path) {
  std::string value = read_file("/proc/sys/net/" + path);
  value.erase(value.find_last_not_of('\n') + 1);
  return value;
}

TEST_F(Move, CarriesEverythingOfTheUplink) {
  build_rich_host();
  const json before = host_state();
  expect_committed(bridge("virbr0", {"eth0"}));
  const json after = host_state();

  json wanted = moving_parts(renamed(before, "eth0", "virbr0"));
  wanted["addresses"]["virbr0"] = wanted["addresses"]["eth0"];
  wanted["addresses"]["eth0"] = json::array();
  EXPECT_EQ(difference(wanted, moving_parts(after)), "");
}

TEST_F(Move, CarriesEverythingWithDuplicateAddressDetectionOn) {
  build_rich_host(DadOn::yes);
  const json before = host_state();
  expect_committed(bridge("virbr0", {"eth0"}));
  json wanted = moving_parts(renamed(before, "eth0", "virbr0"));
  wanted["addresses"]["virbr0"] = wanted["addresses"]["eth0"];
  wanted["addresses"]["eth0"] = json::array();
  EXPECT_EQ(difference(wanted, moving_parts(host_state())), "");

  expect_committed(unbridge("virbr0"));
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(Move, CarriesChangedSysctls) {
  build_rich_host();
  expect_committed(bridge("virbr0", {"eth0"}));
  EXPECT_EQ(sysctl("ipv4/conf/virbr0/rp_filter"), "2");
  EXPECT_EQ(sysctl("ipv4/conf/virbr0/proxy_arp"), "1");
  EXPECT_EQ(sysctl("ipv4/conf/virbr0/arp_announce"), "2");
  EXPECT_EQ(sysctl("ipv4/neigh/virbr0/gc_stale_time"), "120");
  EXPECT_EQ(sysctl("ipv6/conf/virbr0/accept_ra"), "2");
  EXPECT_EQ(sysctl("ipv6/conf/virbr0/accept_redirects"), "0");
}

TEST_F(Move, BridgeHasTheMacOfTheUplinkPinnedAndNoSpanningTree) {
  build_rich_host();
  add_tap("tap0");
  ip_batch("link set tap0 address 02:00:00:00:00:01\n");
  expect_committed(bridge("virbr0", {"eth0", "tap0"}));
  const json virbr0 = host_state()["links"]["virbr0"];
  EXPECT_EQ(virbr0["address"], "52:54:00:00:00:02");
  EXPECT_EQ(virbr0["linkinfo"]["info_data"]["stp_state"], 0);
  EXPECT_EQ(virbr0["mtu"], 1500);

  ip_batch("link del tap0\n");
  EXPECT_EQ(host_state()["links"]["virbr0"]["address"], "52:54:00:00:00:02");
}

TEST_F(Move, BridgeOfOthersKeepsItsMacWhateverPortsCome) {
  ip_batch(
      "link add br0 type bridge\n"
      "link add v1 address 02:00:00:00:00:10 type veth peer name p1\n"
      "link add v2 address 02:00:00:00:00:20 type veth peer name p2\n"
      "link add v3 address 02:00:00:00:00:05 type veth peer name p3\n"
      "link set v1 master br0\n");
  expect_committed(bridge("br0", {"v2"}));
  expect_committed(bridge("br0", {"v3"}));
  EXPECT_EQ(host_state()["links"]["br0"]["address"], "02:00:00:00:00:10");
}

TEST_F(Move, PortKeepsNoLinkLocalAddressAndAcceptsNoRouterAdvertisements) {
  build_rich_host();
  expect_committed(bridge("virbr0", {"eth0"}));
  EXPECT_EQ(host_state()["addresses"]["eth0"], json::array());
  EXPECT_EQ(sysctl("ipv6/conf/eth0/accept_ra"), "0");
}

TEST_F(Move, TapIsEnslavedUpWithAHighMac) {
  build_rich_host();
  expect_committed(add("tap0"));
  expect_committed(bridge("virbr0", {"eth0", "tap0"}));
  const json tap0 = host_state()["links"]["tap0"];
  EXPECT_EQ(tap0["master"], "virbr0");
  EXPECT_TRUE(tap0["address"].get<std::string>().starts_with("fe:")) << tap0["address"];
  EXPECT_NE(std::find(tap0["flags"].begin(), tap0["flags"].end(), "UP"), tap0["flags"].end());
}

TEST_F(Move, GatewayAnswersAfterIt) {
  build_rich_host();
  expect_committed(bridge("virbr0", {"eth0"}));
  expect_gateway_answers();
  expect_committed(unbridge("virbr0"));
  expect_gateway_answers();
}

TEST_F(Move, RoundTripLeavesNothingChangedTwiceInARow) {
  build_rich_host();
  const json before = host_state();
  for (int round = 0; round < 2; round++) {
    expect_committed(bridge("virbr0", {"eth0"}));
    expect_committed(unbridge("virbr0"));
    EXPECT_EQ(difference(before, host_state()), "") << "round " << round;
  }
}

TEST_F(Move, RoundTripWithTapsLeavesThemAsTheyWere) {
  build_rich_host();
  add_tap("tap0");
  add_tap("tap1");
  const json before = host_state();
  expect_committed(bridge("virbr0", {"eth0", "tap0", "tap1"}));
  expect_committed(unbridge("virbr0"));
  json after = host_state();
  for (const char* tap : {"tap0", "tap1"}) {
    // A tap stays up, with the high MAC that it was given.
    EXPECT_FALSE(after["links"][tap].contains("master"));
    for (json* state : {&after}) {
      (*state)["links"].erase(tap);
      (*state)["addresses"].erase(tap);
    }
  }
  json expected = before;
  for (const char* tap : {"tap0", "tap1"}) {
    expected["links"].erase(tap);
    expected["addresses"].erase(tap);
  }
  expected.erase("sysctls");
  after.erase("sysctls");
  EXPECT_EQ(difference(expected, after), "");
}

TEST_F(Move, RoundTripOfTheTwoLinesLeavesNothingChanged) {
  build_rich_host();
  const json before = host_state();
  expect_committed(add("tap0"));
  expect_committed(bridge("virbr0", {"eth0", "tap0"}));
  expect_committed(unbridge("virbr0"));
  expect_committed(del({"tap0"}));
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(Move, RunAgainIsUnchanged) {
  build_rich_host();
  add_tap("tap0");
  expect_committed(bridge("virbr0", {"eth0", "tap0"}));
  const json before = host_state();
  expect_unchanged(bridge("virbr0", {"eth0", "tap0"}));
  expect_unchanged(bridge("virbr0", {"eth0"}));
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(Move, AnotherPortIsAddedAndNothingElse) {
  build_rich_host();
  add_tap("tap0");
  add_tap("tap1");
  expect_committed(bridge("virbr0", {"eth0", "tap0"}));
  json before = host_state();
  expect_committed(bridge("virbr0", {"eth0", "tap0", "tap1"}));
  json after = host_state();
  EXPECT_EQ(after["links"]["tap1"]["master"], "virbr0");
  EXPECT_EQ(difference(moving_parts(before), moving_parts(after)), "");
  EXPECT_EQ(difference(before["links"]["tap0"], after["links"]["tap0"]), "");
  EXPECT_EQ(difference(before["links"]["eth0"], after["links"]["eth0"]), "");
}

TEST_F(Move, FinishesAHalfDoneMove) {
  build_rich_host();
  json wanted = moving_parts(renamed(host_state(), "eth0", "virbr0"));
  ip_batch(
      "link add virbr0 type bridge\n"
      "link set virbr0 up\n"
      "link set eth0 master virbr0\n");
  expect_committed(bridge("virbr0", {"eth0"}));
  wanted["addresses"]["virbr0"] = wanted["addresses"]["eth0"];
  wanted["addresses"]["eth0"] = json::array();
  EXPECT_EQ(difference(wanted, moving_parts(host_state())), "");
  EXPECT_EQ(host_state()["links"]["virbr0"]["address"], "52:54:00:00:00:02");
}

TEST_F(Move, WithoutMoveTheAddressesStay) {
  build_rich_host();
  const json before = host_state();
  BridgeRequest request = bridge("virbr0", {"eth0"});
  request.no_move = true;
  expect_committed(request);
  EXPECT_EQ(addresses_of(host_state(), "eth0"), addresses_of(before, "eth0"));
  EXPECT_EQ(addresses_of(host_state(), "virbr0"), std::vector<std::string>{});
  expect_committed(unbridge("virbr0"));
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(Move, AddressGivenToTheBridgeIsNotTheUplinksAfterwards) {
  build_plain_host();
  const json before = host_state();
  BridgeRequest request = bridge("virbr0", {"eth0"});
  request.addresses = {Prefix::parse("10.99.0.1/24")};
  expect_committed(request);
  EXPECT_EQ(addresses_of(host_state(), "virbr0"),
            (std::vector<std::string>{"172.16.1.2/16", "10.99.0.1/24"}));
  expect_committed(unbridge("virbr0"));
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(Move, UplinkWithIpv6Alone) {
  build_ipv6_host(DadOn::yes);
  const json before = host_state();
  expect_committed(bridge("virbr0", {"eth0"}));
  EXPECT_EQ(addresses_of(host_state(), "virbr0"), std::vector<std::string>{"2001:db8::2/64"});
  EXPECT_EQ(run({"ping", "-c", "1", "-W", "2", "2001:db8::ffff"}).status, 0);
  expect_committed(unbridge("virbr0"));
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(Move, UnbridgeOfTheUplinkAloneKeepsTheBridgeWithItsTap) {
  build_rich_host();
  add_tap("tap0");
  const json before = host_state();
  expect_committed(bridge("virbr0", {"eth0", "tap0"}));
  expect_committed(unbridge("virbr0", {"eth0"}));
  const json after = host_state();
  EXPECT_EQ(addresses_of(after, "eth0"), addresses_of(before, "eth0"));
  EXPECT_EQ(after["links"]["tap0"].value("master", ""), "virbr0");
  EXPECT_EQ(difference(before["links"]["eth0"], after["links"]["eth0"]), "");
}

TEST_F(Move, UnbridgeOfATapAloneKeepsTheUplinkInTheBridge) {
  build_rich_host();
  add_tap("tap0");
  expect_committed(bridge("virbr0", {"eth0", "tap0"}));
  const json before = host_state();
  expect_committed(unbridge("virbr0", {"tap0"}));
  const json after = host_state();
  EXPECT_FALSE(after["links"]["tap0"].contains("master"));
  EXPECT_EQ(difference(before["addresses"]["virbr0"], after["addresses"]["virbr0"]), "");
  expect_gateway_answers();
}

TEST_F(Move, UnbridgeKeepingTheBridgeLeavesItEmpty) {
  build_rich_host();
  const json before = host_state();
  expect_committed(bridge("virbr0", {"eth0"}));
  UnbridgeRequest request = unbridge("virbr0");
  request.keep_bridge = true;
  expect_committed(request);
  const json after = host_state();
  EXPECT_EQ(addresses_of(after, "eth0"), addresses_of(before, "eth0"));
  EXPECT_EQ(addresses_of(after, "virbr0"), std::vector<std::string>{});
  EXPECT_TRUE(after["links"].contains("virbr0"));
}

TEST_F(Move, UnbridgeOfABridgeMadeByHandGivesTheUplinkItsAddresses) {
  build_plain_host();
  const json before = host_state();
  add_tap("tap0");
  ip_batch(R"(
link add virbr0 type bridge
link set virbr0 up
link set tap0 up
link set tap0 master virbr0
link set eth0 master virbr0
addr flush dev eth0 scope global
addr add 172.16.1.2/16 brd + dev virbr0
route add default via 172.16.255.254
)");
  expect_committed(unbridge("virbr0"));
  json after = host_state();
  EXPECT_EQ(addresses_of(after, "eth0"), std::vector<std::string>{"172.16.1.2/16"});
  EXPECT_FALSE(after["links"].contains("virbr0"));
  EXPECT_EQ(difference(before["routes"]["ipv4"], after["routes"]["ipv4"]), "");
  expect_gateway_answers();
}

TEST_F(Move, FilteringTurnedOffForTheBridgeComesBackWithUnbridge) {
  build_plain_host();
  const json before = host_state();
  BridgeRequest request = bridge("virbr0", {"eth0"});
  request.nf = NfWish::off;
  expect_committed(request);
  EXPECT_EQ(sysctl("bridge/bridge-nf-call-iptables"), "0");
  expect_committed(unbridge("virbr0"));
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(Move, FilteringTurnedOffForOneBridgeStaysOnForTheOthers) {
  build_plain_host();
  ip_batch("link add other0 type bridge\n");
  expect_committed(bridge("virbr0", {"eth0"}));
  const json before = host_state();
  NfRequest off;
  off.bridge = IfName::parse("virbr0");
  expect_committed(off);
  for (const char* hook : {"iptables", "ip6tables", "arptables"}) {
    EXPECT_EQ(sysctl(std::string("bridge/bridge-nf-call-") + hook), "0");
    const std::string flag = std::string("nf_call_") + hook;
    EXPECT_EQ(host_state()["links"]["other0"]["linkinfo"]["info_data"][flag], 1) << flag;
    EXPECT_EQ(host_state()["links"]["virbr0"]["linkinfo"]["info_data"][flag], 0) << flag;
  }
  expect_unchanged(off);
}

}  // namespace
}  // namespace tapctl::test

// SPDX-License-Identifier: MIT
// add, set and del on the kernel, as ip(8) sees it.
#include "support/host_state.hpp"
#include "support/netns_test.hpp"
#include "support/perform.hpp"
#include "support/requests.hpp"
#include "support/rich_host.hpp"

namespace tapctl::test {
namespace {

using nlohmann::json;

using Devices = NetnsTest;

void expect_outcome(OutcomeKind kind, const Request& request) {
  const Attempt attempt = perform(request);
  EXPECT_EQ(attempt.outcome.kind, kind) << describe(attempt.outcome);
}

void expect_committed(const Request& request) {
  expect_outcome(OutcomeKind::committed, request);
}

json link_of(const std::string& name) {
  return host_state()["links"].value(name, json());
}

TEST_F(Devices, AddMakesAPersistentTapWithItsOwner) {
  expect_committed(add("tap0"));
  const json info = link_of("tap0")["linkinfo"]["info_data"];
  EXPECT_EQ(info["type"], "tap");
  EXPECT_EQ(info["pi"], false);
  EXPECT_EQ(info["vnet_hdr"], false);
  EXPECT_EQ(info["multi_queue"], false);
  EXPECT_EQ(info["persist"], true);
  EXPECT_EQ(info["user"], 54321);
  EXPECT_FALSE(info.contains("group"));
}

TEST_F(Devices, NameDecidesTheModeWhereNoneIsGiven) {
  expect_committed(add("tun5"));
  expect_committed(add("guest"));
  EXPECT_EQ(link_of("tun5")["linkinfo"]["info_data"]["type"], "tun");
  EXPECT_EQ(link_of("guest")["linkinfo"]["info_data"]["type"], "tap");
}

TEST_F(Devices, AddSetsEveryAttribute) {
  AddRequest request = add("tap7");
  request.wish.group = 54322;
  request.wish.link.mac = Mac::parse("fe:11:22:33:44:55");
  request.wish.link.mtu = 1400;
  request.wish.link.txqueuelen = 2000;
  request.wish.link.alias = "guest one";
  request.wish.link.up = true;
  request.wish.addresses = {Prefix::parse("192.168.7.1/24"), Prefix::parse("2001:db8:7::1/64")};
  request.wish.multi_queue = true;
  request.wish.vnet_hdr = true;
  request.wish.pi = true;
  expect_committed(request);
  const json state = host_state();
  const json link = state["links"]["tap7"];
  EXPECT_EQ(link["address"], "fe:11:22:33:44:55");
  EXPECT_EQ(link["mtu"], 1400);
  EXPECT_EQ(link["txqlen"], 2000);
  EXPECT_EQ(link["ifalias"], "guest one");
  EXPECT_NE(std::find(link["flags"].begin(), link["flags"].end(), "UP"), link["flags"].end());
  EXPECT_EQ(addresses_of(state, "tap7"),
            (std::vector<std::string>{"192.168.7.1/24", "2001:db8:7::1/64"}));
  const json info = link["linkinfo"]["info_data"];
  EXPECT_EQ(info["group"], 54322);
  EXPECT_EQ(info["multi_queue"], true);
  EXPECT_EQ(info["vnet_hdr"], true);
  EXPECT_EQ(info["pi"], true);
}

TEST_F(Devices, PeerAddressOfATun) {
  AddRequest request = add("tun0");
  request.wish.link.up = true;
  request.wish.addresses = {Prefix::parse("10.0.0.1/32")};
  request.wish.peer = IpAddress::parse("10.0.0.2");
  expect_committed(request);
  const json address = host_state()["addresses"]["tun0"][0];
  EXPECT_EQ(address["local"], "10.0.0.1");
  EXPECT_EQ(address["address"], "10.0.0.2");
}

TEST_F(Devices, AddAgainIsUnchanged) {
  expect_committed(add("tap0"));
  const json before = host_state();
  expect_outcome(OutcomeKind::unchanged, add("tap0"));
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(Devices, AddAgainWithExclusiveIsAnError) {
  expect_committed(add("tap0"));
  AddRequest request = add("tap0");
  request.exclusive = true;
  EXPECT_THROW(perform(request), Error);
}

TEST_F(Devices, AddBringsAnExistingDeviceInLineAndTouchesNothingElse) {
  expect_committed(add("tap0"));
  const int ifindex = link_of("tap0")["ifindex"].get<int>();
  AddRequest request = add("tap0");
  request.wish.owner = 54323;
  request.wish.link.mtu = 1300;
  expect_committed(request);
  const json link = link_of("tap0");
  EXPECT_EQ(link["ifindex"], ifindex);
  EXPECT_EQ(link["linkinfo"]["info_data"]["user"], 54323);
  EXPECT_EQ(link["mtu"], 1300);
}

TEST_F(Devices, ExistingDeviceOfAnotherKindIsAnError) {
  ip_batch("tuntap add tap0 mode tun\nlink add tap1 type bridge\n");
  EXPECT_THROW(perform(add("tap0")), Error);
  EXPECT_NO_THROW(perform(add("tap2")));
  EXPECT_THROW(perform(add("tap1")), Error);
}

TEST_F(Devices, TemplateGivesTheLowestFreeNumbers) {
  ip_batch("tuntap add tap1 mode tap\n");
  AddRequest request = add("tap%d");
  request.count = 3;
  const Attempt attempt = perform(request);
  EXPECT_EQ(attempt.outcome.kind, OutcomeKind::committed) << describe(attempt.outcome);
  EXPECT_EQ(attempt.plan.names, (std::vector<std::string>{"tap0", "tap2", "tap3"}));
  for (const char* name : {"tap0", "tap1", "tap2", "tap3"})
    EXPECT_FALSE(link_of(name).is_null()) << name;
}

TEST_F(Devices, TapThatGoesIntoABridgeDoesNotChangeIt) {
  ip_batch(
      "link add virbr0 address 52:54:00:00:00:99 type bridge\n"
      "link set virbr0 up\n"
      "tuntap add tap9 mode tap\n"
      "link set tap9 mtu 1300\n"
      "link set tap9 master virbr0\n");
  ASSERT_EQ(link_of("virbr0")["mtu"], 1300);
  AddRequest request = add("tap0");
  request.wish.link.master = IfName::parse("virbr0");
  expect_committed(request);
  EXPECT_EQ(link_of("virbr0")["mtu"], 1300);
  EXPECT_EQ(link_of("virbr0")["address"], "52:54:00:00:00:99");
  const json tap = link_of("tap0");
  EXPECT_EQ(tap["mtu"], 1300);
  EXPECT_EQ(tap["master"], "virbr0");
  EXPECT_TRUE(tap["address"].get<std::string>().starts_with("fe:")) << tap["address"];
}

TEST_F(Devices, SetRenames) {
  expect_committed(add("tap0"));
  SetRequest request;
  request.names = names({"tap0"});
  request.wish.link.name = IfName::parse("guest0");
  expect_committed(request);
  EXPECT_TRUE(link_of("tap0").is_null());
  EXPECT_EQ(link_of("guest0")["linkinfo"]["info_data"]["user"], 54321);
}

TEST_F(Devices, SetOfWhatIsThereIsUnchanged) {
  AddRequest wish = add("tap0");
  wish.wish.link.mtu = 1300;
  expect_committed(wish);
  SetRequest request;
  request.names = names({"tap0"});
  request.wish.link.mtu = 1300;
  expect_outcome(OutcomeKind::unchanged, request);
}

TEST_F(Devices, DelDeletesTunAndTapAlone) {
  ip_batch("link add br0 type bridge\n");
  EXPECT_THROW(perform(del({"br0"})), Error);
  EXPECT_THROW(perform(del({"nosuch"})), Error);
  DelRequest lenient = del({"nosuch"});
  lenient.if_exists = true;
  expect_outcome(OutcomeKind::unchanged, lenient);
  EXPECT_FALSE(link_of("br0").is_null());
}

TEST_F(Devices, DelOfAllLeavesOtherLinks) {
  ip_batch(
      "link add br0 type bridge\n"
      "tuntap add tap0 mode tap\n"
      "tuntap add tun0 mode tun\n"
      "tuntap add mq0 mode tap multi_queue\n");
  DelRequest request;
  request.all = true;
  expect_committed(request);
  const json links = host_state()["links"];
  EXPECT_EQ(links.size(), 2U) << links;
  EXPECT_TRUE(links.contains("br0"));
}

TEST_F(Devices, DelByPattern) {
  ip_batch("tuntap add tap0 mode tap\ntuntap add tap1 mode tap\ntuntap add guest0 mode tap\n");
  DelRequest request;
  request.match = {"tap*"};
  expect_committed(request);
  EXPECT_FALSE(link_of("guest0").is_null());
  EXPECT_TRUE(link_of("tap0").is_null());
  EXPECT_TRUE(link_of("tap1").is_null());
}

}  // namespace
}  // namespace tapctl::test

// SPDX-License-Identifier: MIT
// What a plan asked for, compared with what is there afterwards.
#include "unit/values.hpp"

#include <gtest/gtest.h>

namespace tapctl {
namespace {

using test::make_address;
using test::make_bridge;
using test::make_link;
using test::make_route;
using test::make_tap;
using test::name;
using Lines = std::vector<std::string>;

std::vector<Step> plan_of(std::vector<Op> ops) {
  return {{.ops = std::move(ops), .undo = {}}};
}

Snapshot host() {
  Snapshot snapshot;
  snapshot.links = {make_link("eth0", ""), make_bridge("br0"), make_tap("tap0")};
  snapshot.addresses = {make_address("br0", "10.0.0.1/24")};
  snapshot.routes = {make_route("br0", "0.0.0.0/0", "10.0.0.254")};
  return snapshot;
}

SetLink set_mtu(const std::string& link, uint32_t mtu) {
  SetLink op{.link = name(link), .set = {}};
  op.set.mtu = mtu;
  return op;
}

TEST(Unmet, IsEmptyWhenAllIsThere) {
  EXPECT_EQ(unmet(plan_of({CreateTun{name("tap0"), *host().links[2].tun}, set_mtu("tap0", 1500),
                           AddAddress{make_address("br0", "10.0.0.1/24")},
                           AddRoute{make_route("br0", "0.0.0.0/0", "10.0.0.254")}}),
                  host()),
            Lines{});
}

TEST(Unmet, CreatedLinksMustBeThereAndDeletedOnesNot) {
  EXPECT_EQ(unmet(plan_of({CreateTun{name("tap9"), {}}}), host()),
            Lines{"link 'tap9': is not there"});
  EXPECT_EQ(unmet(plan_of({DeleteLinks{{name("tap0")}}}), host()),
            Lines{"link 'tap0': is still there"});
  EXPECT_EQ(unmet(plan_of({DeleteLinks{{name("tap9")}}}), host()), Lines{});
}

TEST(Unmet, DeviceMustHaveItsOwnerGroupModeAndQueues) {
  TunDevice tun = *host().links[2].tun;
  tun.owner = 7;
  tun.group = 8;
  tun.mode = TunMode::tun;
  tun.multi_queue = true;
  EXPECT_EQ(unmet(plan_of({CreateTun{name("tap0"), tun}}), host()).size(), 4U);
}

TEST(Unmet, LastValueOfASettingCounts) {
  EXPECT_EQ(unmet(plan_of({set_mtu("tap0", 9000), set_mtu("tap0", 1500)}), host()), Lines{});
  EXPECT_EQ(unmet(plan_of({set_mtu("tap0", 1500), set_mtu("tap0", 9000)}), host()),
            Lines{"link 'tap0': mtu is '1500', not '9000'"});
}

TEST(Unmet, SaysNothingOfALinkThatWasNotRead) {
  EXPECT_EQ(unmet(plan_of({set_mtu("eth7", 9000), AddAddress{make_address("eth7", "10.0.0.7/24")},
                           AddRoute{make_route("eth7", "10.8.0.0/16", "10.0.0.9")}}),
                  host()),
            Lines{});
}

TEST(Unmet, SaysNothingOfAnUnknownValue) {
  Snapshot after = host();
  after.links[2].settings.addr_gen_mode.reset();
  SetLink op{.link = name("tap0"), .set = {}};
  op.set.addr_gen_mode = 1;
  EXPECT_EQ(unmet(plan_of({op}), after), Lines{});
  EXPECT_EQ(unmet(plan_of({op}), host()).size(), 1U);
}

TEST(Unmet, RenameTakesAlongWhatWasAskedFor) {
  SetLink rename{.link = name("tap7"), .set = {}};
  rename.set.name = name("tap0");
  EXPECT_EQ(
      unmet(plan_of({CreateTun{name("tap7"), *host().links[2].tun}, set_mtu("tap7", 9000), rename}),
            host()),
      Lines{"link 'tap0': mtu is '1500', not '9000'"});
}

TEST(Unmet, EnslavingForgetsThePortsSettings) {
  Snapshot after = host();
  after.links[2] = test::as_port(make_tap("tap0"), "br0");
  SetPort port{.port = name("tap0"), .set = {}};
  port.set.cost = 4;
  SetLink enslave{.link = name("tap0"), .set = {}};
  enslave.set.master = name("br0");
  EXPECT_EQ(unmet(plan_of({port, enslave}), after), Lines{});
  EXPECT_EQ(unmet(plan_of({enslave, port}), after).size(), 1U);
}

TEST(Unmet, ComparesBridgeSettings) {
  SetBridge op{.bridge = name("br0"), .set = {}};
  op.set.stp = true;
  EXPECT_EQ(unmet(plan_of({op}), host()), Lines{"link 'br0': stp_state is 'off', not 'on'"});
}

TEST(Unmet, AddressIgnoresLifetimesAndDuplicateDetection) {
  Snapshot after = host();
  after.addresses = {make_address("br0", "fd00::1/64")};
  after.addresses[0].valid_lft = 297;
  after.addresses[0].flags = address_flag::tentative | address_flag::permanent;
  Address wanted = make_address("br0", "fd00::1/64");
  wanted.valid_lft = 300;
  wanted.flags = address_flag::nodad;
  EXPECT_EQ(unmet(plan_of({AddAddress{wanted}}), after), Lines{});
}

TEST(Unmet, AddressMustBeAsAskedFor) {
  Address wanted = make_address("br0", "10.0.0.1/24");
  wanted.broadcast = IpAddress::parse("10.0.0.255");
  EXPECT_EQ(unmet(plan_of({AddAddress{wanted}}), host()),
            Lines{"address 10.0.0.1/24 on 'br0': is not as asked for"});
  EXPECT_EQ(unmet(plan_of({AddAddress{make_address("br0", "10.0.0.2/24")}}), host()),
            Lines{"address 10.0.0.2/24 on 'br0': is not there"});
}

TEST(Unmet, DeletedAddressMustBeGoneUnlessAddedAgain) {
  const Address address = make_address("br0", "10.0.0.1/24");
  EXPECT_EQ(unmet(plan_of({DeleteAddress{address}}), host()),
            Lines{"address 10.0.0.1/24 on 'br0': is still there"});
  EXPECT_EQ(unmet(plan_of({DeleteAddress{address}, AddAddress{address}}), host()), Lines{});
}

TEST(Unmet, RoutesIgnoreTheSecondsLeft) {
  Route route = make_route("br0", "0.0.0.0/0", "10.0.0.254");
  EXPECT_EQ(unmet(plan_of({DeleteRoute{route}}), host()).size(), 1U);
  EXPECT_EQ(unmet(plan_of({DeleteRoute{route}, AddRoute{route}}), host()), Lines{});
  Snapshot after = host();
  after.routes[0].expires = 20;
  route.expires = 30;
  EXPECT_EQ(unmet(plan_of({AddRoute{route}}), after), Lines{});
  route.metric = 100;
  EXPECT_EQ(unmet(plan_of({AddRoute{route}}), after).size(), 1U);
}

TEST(Unmet, CountsRules) {
  Rule rule;
  rule.priority = 100;
  rule.oif = name("br0");
  Snapshot after = host();
  EXPECT_EQ(unmet(plan_of({AddRule{rule}}), after).size(), 1U);
  EXPECT_EQ(unmet(plan_of({DeleteRule{rule}}), after), Lines{});
  after.rules = {rule};
  EXPECT_EQ(unmet(plan_of({AddRule{rule}}), after), Lines{});
  EXPECT_EQ(unmet(plan_of({AddRule{rule}, AddRule{rule}}), after).size(), 1U);
  EXPECT_EQ(unmet(plan_of({DeleteRule{rule}}), after).size(), 1U);
  EXPECT_EQ(unmet(plan_of({DeleteRule{rule}, AddRule{rule}}), after), Lines{});
}

TEST(Unmet, PermanentNeighboursMustBeThereAndLearntOnesNeedNot) {
  Neighbour entry;
  entry.link = name("br0");
  entry.address = IpAddress::parse("10.0.0.254");
  entry.lladdr = {2, 0, 0, 0, 0, 9};
  entry.state = neighbour_state::stale;
  EXPECT_EQ(unmet(plan_of({AddNeighbour{entry}}), host()), Lines{});
  entry.state = neighbour_state::permanent;
  EXPECT_EQ(unmet(plan_of({AddNeighbour{entry}}), host()).size(), 1U);
  Snapshot after = host();
  after.neighbours = {entry};
  EXPECT_EQ(unmet(plan_of({AddNeighbour{entry}}), after), Lines{});
}

TEST(Unmet, SysctlMustHaveTheValueWhereItIsKnown) {
  Snapshot after = host();
  const std::vector<Step> plan = plan_of({SetSysctl{"net/ipv4/conf/br0/rp_filter", "2"}});
  EXPECT_EQ(unmet(plan, after), Lines{});
  after.sysctls["net/ipv4/conf/br0/rp_filter"] = "0";
  EXPECT_EQ(unmet(plan, after).size(), 1U);
}

}  // namespace
}  // namespace tapctl

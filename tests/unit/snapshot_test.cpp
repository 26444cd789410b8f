// SPDX-License-Identifier: MIT
// Snapshots: look-ups, and what counts as a difference.
#include "model/snapshot.hpp"

#include "unit/values.hpp"

#include <gtest/gtest.h>

namespace tapctl {
namespace {

using test::as_port;
using test::make_address;
using test::make_bridge;
using test::make_link;
using test::make_route;
using test::make_tap;
using test::name;
using Lines = std::vector<std::string>;

Snapshot host() {
  Snapshot snapshot;
  snapshot.links = {make_link("eth0", ""), make_bridge("br0"), as_port(make_tap("tap0"), "br0")};
  for (size_t i = 0; i < snapshot.links.size(); ++i)
    snapshot.links[i].ifindex = static_cast<int>(i) + 1;
  snapshot.addresses = {make_address("eth0", "10.0.0.1/24"), make_address("eth0", "10.0.0.2/24"),
                        make_address("eth0", "fd00::1/64")};
  snapshot.routes = {make_route("eth0", "0.0.0.0/0", "10.0.0.254"),
                     make_route("eth0", "10.9.0.0/16", "10.0.0.253")};
  snapshot.rules.resize(2);
  snapshot.rules[0].priority = 100;
  snapshot.rules[1].priority = 200;
  snapshot.sysctls = {{"net/ipv4/conf/eth0/rp_filter", "2"}};
  return snapshot;
}

Lines difference_after(auto change) {
  Snapshot after = host();
  change(after);
  return semantic_difference(host(), after);
}

TEST(Snapshot, FindsLinksByNameAndIndexAndPortsByBridge) {
  const Snapshot snapshot = host();
  EXPECT_EQ(snapshot.find(name("br0"))->ifindex, 2);
  EXPECT_EQ(snapshot.find(3)->name, name("tap0"));
  EXPECT_EQ(snapshot.find(name("br1")), nullptr);
  EXPECT_EQ(snapshot.ports_of(name("br0")).size(), 1U);
  EXPECT_TRUE(snapshot.ports_of(IfName{}).empty());
  EXPECT_EQ(snapshot.addresses_of(name("eth0")).size(), 3U);
}

TEST(SemanticDifference, OfEqualSnapshotsIsEmpty) {
  EXPECT_EQ(difference_after([](Snapshot&) {}), Lines{});
}

TEST(SemanticDifference, LeavesOutWhatChangesByItself) {
  EXPECT_EQ(difference_after([](Snapshot& after) {
              after.links[0].carrier = true;
              after.links[0].operstate = "up";
              after.links[2].ifindex = 99;
              after.links[2].tun->queues = 1;
              after.addresses[2].flags = address_flag::tentative;
              Neighbour learnt;
              learnt.link = name("eth0");
              learnt.state = neighbour_state::stale;
              after.neighbours = {learnt};
            }),
            Lines{});
}

TEST(SemanticDifference, LeavesOutTheSecondsLeft) {
  Snapshot before = host();
  Snapshot after = host();
  before.addresses[0].valid_lft = 300;
  after.addresses[0].valid_lft = 298;
  before.routes[0].expires = 30;
  after.routes[0].expires = 28;
  EXPECT_EQ(semantic_difference(before, after), Lines{});
  after.addresses[0].valid_lft.reset();
  EXPECT_EQ(semantic_difference(before, after), Lines{"address 10.0.0.1/24 on 'eth0': changed"});
}

TEST(SemanticDifference, NamesALinksSetting) {
  EXPECT_EQ(difference_after([](Snapshot& after) { after.links[0].settings.mtu = 9000; }),
            Lines{"link 'eth0': mtu 1500 is now 9000"});
  EXPECT_EQ(difference_after([](Snapshot& after) { after.links[1].bridge->stp = true; }),
            Lines{"link 'br0': stp_state off is now on"});
  EXPECT_EQ(difference_after([](Snapshot& after) { after.links[2].port->cost = 4; }),
            Lines{"link 'tap0': cost 100 is now 4"});
  EXPECT_EQ(difference_after([](Snapshot& after) { after.links[2].tun->owner.reset(); }),
            Lines{"link 'tap0': owner 1000 is now none"});
  EXPECT_EQ(difference_after([](Snapshot& after) { after.links[0].settings.alias = "a\n"; }),
            Lines{"link 'eth0': ifalias none is now a\\x0a"});
}

TEST(SemanticDifference, NamesLinksThatAreGoneOrNew) {
  EXPECT_EQ(difference_after([](Snapshot& after) { after.links.pop_back(); }),
            Lines{"link 'tap0': gone"});
  EXPECT_EQ(difference_after([](Snapshot& after) { after.links.push_back(make_tap("tap1")); }),
            Lines{"link 'tap1': new"});
}

TEST(SemanticDifference, NamesAddresses) {
  EXPECT_EQ(
      difference_after([](Snapshot& after) { after.addresses.erase(after.addresses.begin()); }),
      Lines{"address 10.0.0.1/24 on 'eth0': gone"});
  EXPECT_EQ(difference_after([](Snapshot& after) {
              after.addresses.push_back(make_address("br0", "10.0.0.1/24"));
            }),
            Lines{"address 10.0.0.1/24 on 'br0': new"});
  EXPECT_EQ(difference_after([](Snapshot& after) { after.addresses[1].label = "eth0:1"; }),
            Lines{"address 10.0.0.2/24 on 'eth0': changed"});
  EXPECT_EQ(difference_after(
                [](Snapshot& after) { after.addresses[0].flags = address_flag::noprefixroute; }),
            Lines{"address 10.0.0.1/24 on 'eth0': changed"});
}

TEST(SemanticDifference, CountsTheOrderOfALinksAddresses) {
  EXPECT_EQ(
      difference_after([](Snapshot& after) { std::swap(after.addresses[0], after.addresses[1]); }),
      Lines{"IPv4 addresses on 'eth0': order changed"});
}

TEST(SemanticDifference, LeavesOutTheOrderAcrossLinksAndFamilies) {
  EXPECT_EQ(difference_after([](Snapshot& after) {
              std::rotate(after.addresses.begin(), after.addresses.end() - 1,
                          after.addresses.end());
            }),
            Lines{});
}

TEST(SemanticDifference, CountsRoutesAndTheOrderAmongEqualKeys) {
  EXPECT_EQ(difference_after([](Snapshot& after) { after.routes.pop_back(); }),
            Lines{"route 10.9.0.0/16 via 10.0.0.253 dev 'eth0' table 254: gone"});
  EXPECT_EQ(difference_after([](Snapshot& after) { std::swap(after.routes[0], after.routes[1]); }),
            Lines{});
  Snapshot before = host();
  before.routes.push_back(make_route("br0", "0.0.0.0/0", "10.0.0.252"));
  Snapshot after = before;
  std::swap(after.routes[0], after.routes[2]);
  EXPECT_EQ(semantic_difference(before, after).size(), 1U);
}

/// The kernel puts its own beside one that was moved.
TEST(SemanticDifference, LeavesOutASecondRouteOfAnAdvertisement) {
  Route route;
  route.family = Family::ipv6;
  route.destination = Prefix::parse("::/0");
  route.protocol = route_protocol::ra;
  route.expires = 1800;
  route.metric = 1025;
  route.nexthops = {{.link = IfName::parse("br0"), .gateway = IpAddress::parse("fe80::1")}};
  Snapshot before;
  before.routes = {route};
  Snapshot after = before;
  after.routes.push_back(route);
  after.routes.back().metric = 1024;
  after.routes.back().preference = 1;
  EXPECT_EQ(semantic_difference(before, after), std::vector<std::string>{});
  EXPECT_EQ(semantic_difference(after, before), std::vector<std::string>{});
  after.routes.back().nexthops.front().gateway = IpAddress::parse("fe80::2");
  EXPECT_EQ(semantic_difference(before, after).size(), 1U) << "another router";
}

TEST(SemanticDifference, CountsEqualRoutesOneByOne) {
  Snapshot before = host();
  before.routes.push_back(before.routes[0]);
  EXPECT_EQ(semantic_difference(before, host()),
            Lines{"route default via 10.0.0.254 dev 'eth0' table 254: gone"});
}

TEST(SemanticDifference, CountsRulesAndTheirOrder) {
  EXPECT_EQ(difference_after([](Snapshot& after) { after.rules.pop_back(); }),
            Lines{"IPv4 rule 200: gone"});
  EXPECT_EQ(difference_after([](Snapshot& after) { std::swap(after.rules[0], after.rules[1]); }),
            Lines{"IPv4 rules: order changed"});
}

TEST(SemanticDifference, CountsPermanentNeighboursSysctlsAndWhatIsKept) {
  EXPECT_EQ(difference_after([](Snapshot& after) {
              Neighbour entry;
              entry.link = name("eth0");
              entry.address = IpAddress::parse("10.0.0.9");
              entry.state = neighbour_state::permanent;
              after.neighbours = {entry};
            }),
            Lines{"neighbour 10.0.0.9 on 'eth0': new"});
  EXPECT_EQ(difference_after([](Snapshot& after) { after.sysctls.begin()->second = "0"; }),
            Lines{"sysctl net/ipv4/conf/eth0/rp_filter: value 2 is now 0"});
  EXPECT_EQ(
      difference_after([](Snapshot& after) { after.memory[name("br0")].uplink = name("eth0"); }),
      Lines{"what is kept of bridge 'br0': changed"});
}

}  // namespace
}  // namespace tapctl

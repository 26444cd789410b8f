// SPDX-License-Identifier: MIT
// The lines that are printed when an undo did not bring everything back.
#include "plan/repair.hpp"

#include "plan/ip_line.hpp"
#include "values.hpp"

#include <gtest/gtest.h>

namespace tapctl::test {
namespace {

std::vector<std::string> lines(const Snapshot& wanted, const Snapshot& found) {
  std::vector<std::string> result;
  for (const Op& op : repairs(wanted, found))
    result.push_back(ip_line(op));
  return result;
}

Snapshot host() {
  Snapshot snapshot;
  Link eth0;
  eth0.name = IfName::parse("eth0");
  eth0.settings.mtu = 1500;
  snapshot.links = {eth0};
  snapshot.addresses = {plain_address(eth0.name, Prefix::parse("172.16.1.2/16"))};
  Route route;
  route.protocol = route_protocol::statically;
  route.nexthops = {{.link = eth0.name, .gateway = IpAddress::parse("172.16.255.254")}};
  snapshot.routes = {route};
  snapshot.sysctls = {{"net/ipv4/conf/eth0/rp_filter", "2"}};
  return snapshot;
}

TEST(Repairs, NothingForWhatIsTheSame) {
  EXPECT_EQ(lines(host(), host()), std::vector<std::string>{});
}

TEST(Repairs, OfADhcpClientAreNotForItsAddress) {
  Snapshot wanted = host();
  wanted.clients = {parse_dhcp_client(812, "/usr/sbin/dhclient", {"dhclient", "eth0"}).value()};
  wanted.addresses.front().valid_lft = 60;
  wanted.addresses.front().preferred_lft = 60;
  EXPECT_EQ(lines(wanted, host()), std::vector<std::string>{"dhclient eth0"});
}

TEST(Repairs, WhatIsMissingIsAddedInAnOrderThatWorks) {
  Snapshot found = host();
  found.addresses.clear();
  found.routes.clear();
  found.sysctls["net/ipv4/conf/eth0/rp_filter"] = "0";
  EXPECT_EQ(
      lines(host(), found),
      (std::vector<std::string>{"ip addr add 172.16.1.2/16 dev eth0",
                                "ip route replace default proto static via 172.16.255.254 dev eth0",
                                "sysctl -w net/ipv4/conf/eth0/rp_filter=2"}));
}

TEST(Repairs, MtuThatIpv6NeedsComesBeforeWhatIsOfIpv6) {
  Snapshot wanted = host();
  wanted.links.front().settings.addr_gen_mode = addr_gen_mode::none;
  wanted.links.front().settings.up = true;
  Snapshot found = host();
  found.links.front().settings.mtu = 1200;
  EXPECT_EQ(lines(wanted, found),
            (std::vector<std::string>{"ip link set dev eth0 mtu 1500",
                                      "ip link set dev eth0 addrgenmode none up"}));
}

TEST(Repairs, WhatIsTooMuchIsDeleted) {
  Snapshot found = host();
  found.links.push_back({.name = IfName::parse("virbr0")});
  found.addresses.push_back(plain_address(IfName::parse("eth0"), Prefix::parse("10.0.0.1/8")));
  found.links[0].settings.mtu = 1400;
  EXPECT_EQ(lines(host(), found),
            (std::vector<std::string>{"ip link del dev virbr0", "ip link set dev eth0 mtu 1500",
                                      "ip addr del 10.0.0.1/8 dev eth0"}));
}

TEST(Repairs, WhatTheKernelKeepsItselfIsLeftAlone) {
  Snapshot wanted = host();
  Address temporary = plain_address(IfName::parse("eth0"), Prefix::parse("2001:db8::1234/64"));
  temporary.flags = address_flag::temporary;
  wanted.addresses.push_back(temporary);
  Route local;
  local.table = route_table::local;
  local.protocol = route_protocol::kernel;
  wanted.routes.push_back(local);
  wanted.neighbours.push_back({.link = IfName::parse("eth0"), .state = neighbour_state::reachable});
  EXPECT_EQ(lines(wanted, host()), std::vector<std::string>{});
}

}  // namespace
}  // namespace tapctl::test

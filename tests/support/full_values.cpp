// SPDX-License-Identifier: MIT
// Values of which every member is set.
#include "support/full_values.hpp"

namespace tapctl::test {
namespace {

IfName name(const std::string& text) {
  return IfName::parse(text);
}

LinkSettings all_settings() {
  return {.mac = Mac::parse("02:00:00:00:00:01"),
          .mtu = 9000,
          .txqueuelen = 77,
          .alias = std::string("a\0b\xff", 4),
          .master = name("br0"),
          .addr_gen_mode = 3,
          .name = name("new0"),
          .up = true};
}

}  // namespace

Link full_link() {
  Link link;
  link.name = IfName::from_kernel("odd\x1b\xff");
  link.ifindex = 7;
  link.type = LinkType::other;
  link.kind = "veth";
  link.settings = all_settings();
  link.lower_ifindex = 8;
  link.carrier = true;
  link.operstate = "up";
  link.permanent_mac = Mac::parse("02:00:00:00:00:03");
  link.wireless = true;
  link.tun = TunDevice{.mode = TunMode::tun,
                       .owner = 1,
                       .group = 2,
                       .pi = true,
                       .vnet_hdr = true,
                       .multi_queue = true,
                       .persist = false,
                       .queues = 3};
  link.bridge = Bridge{.stp = true, .forward_delay = 1, .priority = 2, .nf_call_arptables = true};
  link.port = Port{.cost = 5, .hairpin = true, .guard = false};
  return link;
}

Address full_address() {
  Address address;
  address.link = name("eth0");
  address.local = IpAddress::parse("10.0.0.1");
  address.prefixlen = 8;
  address.peer = IpAddress::parse("10.0.0.2");
  address.broadcast = IpAddress::parse("10.255.255.255");
  address.scope = 253;
  address.flags = 0x280;
  address.label = "eth0:1";
  address.valid_lft = 100;
  address.preferred_lft = 50;
  address.metric = 300;
  address.protocol = 3;
  address.extra = {{.type = 77, .payload = {1, 2, 3}}};
  return address;
}

Route full_route() {
  Route route;
  route.family = Family::ipv6;
  route.destination = Prefix::parse("2001:db8::/32");
  route.source = Prefix::parse("2001:db8:1::/48");
  route.tos = 4;
  route.table = 100;
  route.type = 7;
  route.scope = 5;
  route.protocol = 16;
  route.metric = 1024;
  route.prefsrc = IpAddress::parse("2001:db8::2");
  route.preference = 1;
  route.expires = 60;
  route.nexthop_id = 9;
  route.metrics = {{2, 1400}, {8, 1360}};
  route.congestion_control = "bbr";
  route.nexthops = {{.link = name("eth0"), .gateway = IpAddress::parse("fe80::1")},
                    {.link = name("eth1"), .onlink = true, .weight = 3, .extra = {{1, {2}}}}};
  route.extra = {{.type = 30, .payload = {9}}};
  return route;
}

Rule full_rule() {
  Rule rule;
  rule.family = Family::ipv6;
  rule.priority = 100;
  rule.iif = name("eth0");
  rule.oif = name("eth1");
  rule.from = Prefix::parse("2001:db8::/32");
  rule.to = Prefix::parse("2001:db9::/32");
  rule.tos = 8;
  rule.action = 6;
  rule.invert = true;
  rule.table = 5;
  rule.fwmark = 1;
  rule.fwmask = 2;
  rule.protocol = 3;
  rule.extra = {{.type = 20, .payload = {1}}};
  return rule;
}

Neighbour full_neighbour() {
  return {.link = name("eth0"),
          .address = IpAddress::parse("10.0.0.9"),
          .lladdr = {1, 2, 3, 4, 5, 6},
          .state = 0x80,
          .proxy = true,
          .router = true,
          .extern_learned = true,
          .managed = true,
          .protocol = 4};
}

DhcpClient full_client() {
  return {.program = DhcpProgram::udhcpc,
          .link = name("eth0"),
          .path = "/usr/sbin/udhcpc",
          .argv = {"udhcpc", "-i", "eth0"}};
}

BridgeMemory full_memory() {
  const LinkMemory link{
      .mac = Mac::parse("02:00:00:00:00:02"),
      .mtu = 1400,
      .addr_gen_mode = 1,
      .up = false,
      .link_local = {{.prefix = Prefix::parse("fe80::1/64"), .flags = 2, .protocol = 3}}};
  return {.uplink = name("eth0"),
          .ports = {{name("eth0"), link}},
          .bridge = link,
          .own = {"ip addr del 10.0.0.1/8"},
          .sysctls = {{"net/ipv4/conf/eth0/rp_filter", "2"}},
          .nf_flags = {{name("br1"), Bridge{.nf_call_iptables = true}}},
          .clients = {full_client()},
          .static_ipv4 = {{Prefix::parse("10.0.0.2/24")}}};
}

std::vector<Op> every_operation() {
  const TunDevice tun{.owner = 4};
  return {
      CreateTun{name("tap0"), tun},
      SetTun{name("tap0"), tun},
      HoldTun{name("tap0"), tun},
      ReleaseTun{name("tap0")},
      CreateBridge{name("br0"), all_settings(), Bridge{.stp = true}},
      SetLink{name("eth0"), all_settings()},
      SetBridge{name("br0"), Bridge{.hello_time = 3}},
      SetPort{name("eth0"), Port{.isolated = true}},
      DeleteLinks{{name("a"), name("b")}},
      AddAddress{full_address(), Dad::skip_marked},
      UpdateAddress{full_address()},
      DeleteAddress{full_address()},
      AddRoute{full_route(), RouteAdd::append},
      DeleteRoute{full_route()},
      AddRule{full_rule()},
      DeleteRule{full_rule()},
      AddNeighbour{full_neighbour()},
      DeleteNeighbour{full_neighbour()},
      SetSysctl{"net/ipv4/ip_forward", "1"},
      Remember{name("br0"), full_memory()},
      Forget{name("br0")},
      KeepApplied{
          "/etc/tapctl/tapctl.json",
          {.devices = {{name("tap0"), 4}},
           .bridges = {{name("br0"), 5}},
           .ports = {{name("eth0"), {.ifindex = 6, .bridge = name("br1"), .bridge_ifindex = 7}}}}},
      EndClient{full_client()},
      StartClient{.client = full_client(), .successor_of = full_client()}};
}

Transaction full_transaction() {
  Transaction transaction{.id = "1a2b3c", .command = "tapctl bridge", .time = 5};
  transaction.scope.links = {name("eth0")};
  transaction.scope.clients_of = {name("eth0")};
  transaction.before.links = {full_link()};
  transaction.before.addresses = {full_address()};
  transaction.before.routes = {full_route()};
  transaction.before.memory = {{name("br0"), full_memory()}};
  transaction.before.clients = {full_client()};
  transaction.plan.steps = {{.ops = {AddRoute{full_route()}}, .undo = {DeleteRoute{full_route()}}}};
  return transaction;
}

}  // namespace tapctl::test

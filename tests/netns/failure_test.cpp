// SPDX-License-Identifier: MIT
// The key property: for every scenario and every operation n, fail at n, and ip(8) shows afterwards
// what it showed before.
#include "kernel/linux_kernel.hpp"
#include "plan/ip_line.hpp"
#include "support/failing_kernel.hpp"
#include "support/host_state.hpp"
#include "support/netns_test.hpp"
#include "support/perform.hpp"
#include "support/process.hpp"
#include "support/requests.hpp"
#include "support/rich_host.hpp"

#include <chrono>
#include <functional>
#include <ostream>

namespace tapctl::test {
namespace {

struct Scenario {
  std::string name;
  std::function<void()> prepare;  ///< beside the rich host
  Request request;
};

std::ostream& operator<<(std::ostream& out, const Scenario& scenario) {
  return out << scenario.name;
}

void nothing_else() {}

void add_taps() {
  ip_batch(
      "tuntap add tap0 mode tap user 54321\n"
      "tuntap add tap1 mode tap user 54321\n");
}

void add_empty_bridge() {
  add_taps();
  ip_batch(
      "link add virbr0 type bridge\n"
      "link set virbr0 up\n");
}

/// Where the tutorial's script stops when it is interrupted: eth0 is a port and has its addresses.
void enslave_the_uplink_and_stop() {
  add_empty_bridge();
  ip_batch("link set eth0 master virbr0\n");
}

void bridge_by_tapctl() {
  add_taps();
  const Attempt attempt = perform(bridge("virbr0", {"eth0", "tap0", "tap1"}));
  ASSERT_EQ(attempt.outcome.kind, OutcomeKind::committed) << describe(attempt.outcome);
}

void bridge_by_ip() {
  add_taps();
  ip_batch(R"(
link add virbr0 address 52:54:00:00:00:02 type bridge
link set virbr0 up
link set eth0 master virbr0
link set tap0 master virbr0
addr flush dev eth0
addr add 172.16.1.2/16 brd + dev virbr0
addr add 172.16.1.3/16 brd + label virbr0:1 dev virbr0
route add default via 172.16.255.254
route add 10.50.0.0/16 via 172.16.255.254 src 172.16.1.3 metric 7
)");
  // The bridge makes its link-local address a moment after it has its first port.
  EXPECT_TRUE(wait_until(
      [] {
        return must_run({"ip", "addr", "show", "dev", "virbr0"}).find("fe80") != std::string::npos;
      },
      std::chrono::seconds(5)));
}

AddRequest add_with_everything() {
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
  return request;
}

AddRequest add_into_bridge() {
  AddRequest request = add("tap%d");
  request.count = 3;
  request.wish.link.master = IfName::parse("virbr0");
  request.wish.link.up = true;
  return request;
}

AddRequest change_existing() {
  AddRequest request = add("tap0");
  request.wish.owner = 54323;
  request.wish.link.mtu = 1300;
  request.wish.link.up = true;
  return request;
}

SetRequest set_attributes() {
  SetRequest request;
  request.names = names({"tap0", "tap1"});
  request.wish.owner = 54323;
  request.wish.link.mtu = 1300;
  request.wish.link.alias = "both";
  request.wish.link.up = true;
  request.wish.addresses = {Prefix::parse("192.168.8.1/24")};
  request.random_mac = Mac::parse("fe:00:00:00:00:30");
  return request;
}

SetRequest rename_device() {
  SetRequest request;
  request.names = names({"tap0"});
  request.wish.link.name = IfName::parse("guest0");
  request.wish.link.up = true;
  request.random_mac = Mac::parse("fe:00:00:00:00:30");
  return request;
}

BridgeRequest bridge_with_options() {
  BridgeRequest request = bridge("virbr0", {"eth0", "tap0", "tap1"});
  request.addresses = {Prefix::parse("10.99.0.1/24")};
  request.mtu = 1500;
  request.settings.ageing_time = 6000;
  request.settings.mcast_snooping = false;
  request.nf = NfWish::off;
  return request;
}

BridgeRequest bridge_without_move() {
  BridgeRequest request = bridge("virbr0", {"eth0", "tap0"});
  request.no_move = true;
  return request;
}

UnbridgeRequest unbridge_and_keep() {
  UnbridgeRequest request = unbridge("virbr0");
  request.keep_bridge = true;
  return request;
}

PortRequest change_port() {
  PortRequest request;
  request.port = IfName::parse("tap0");
  request.settings.cost = 50;
  request.settings.hairpin = true;
  request.settings.isolated = true;
  return request;
}

NfRequest turn_nf_off() {
  NfRequest request;
  request.bridge = IfName::parse("virbr0");
  return request;
}

NfRequest turn_nf_on() {
  NfRequest request;
  request.on = true;
  request.bridge = IfName::parse("virbr0");
  return request;
}

void add_bare_bridge() {
  add_taps();
  ip_batch("link add virbr0 type bridge\n");
}

BareBridgeRequest bare(BareBridgeRequest::Action action, const std::vector<std::string>& ports) {
  return {.action = action, .bridge = IfName::parse("virbr0"), .ports = names(ports)};
}

BridgeSettingsRequest change_bridge() {
  BridgeSettingsRequest request{.bridge = IfName::parse("virbr0"), .settings = {}};
  request.settings.ageing_time = 1234;
  request.settings.priority = 9;
  return request;
}

void down_bridge_by_tapctl() {
  bridge_by_tapctl();
  ip_batch("link set virbr0 down\n");
}

void other_bridge_and_no_filtering() {
  bridge_by_tapctl();
  ip_batch("link add other0 type bridge\n");
  for (const char* hook : {"iptables", "ip6tables", "arptables"})
    write_file("/proc/sys/net/bridge/bridge-nf-call-" + std::string(hook), "0");
}

void other_bridge() {
  bridge_by_tapctl();
  ip_batch("link add other0 type bridge\n");
}

/// Another card in the same subnet, and routes and rules with equal keys before and behind.
void add_second_card() {
  ip_batch(
      "addr add 172.16.1.9/16 dev eth1\n"
      "route append 172.16.0.0/16 dev eth0 proto static scope link\n"
      "route add 10.61.0.0/16 via 172.16.255.254 dev eth1\n"
      "route append 10.61.0.0/16 via 172.16.255.254 dev eth0\n"
      "route append 10.61.0.0/16 via 172.16.255.253 dev eth1\n"
      "rule add fwmark 5 lookup 200 priority 900\n"
      "rule add iif eth0 lookup 200 priority 900\n"
      "rule add lookup 200 priority 900\n");
}

void add_bridge_with_its_own() {
  ip_batch(
      "link add virbr0 address 52:54:00:00:00:99 type bridge\n"
      "link set virbr0 up\n"
      "addr add 10.0.0.1/24 dev virbr0\n"
      "route add 10.5.0.0/16 via 10.0.0.9\n"
      "rule add iif virbr0 lookup 100 priority 999\n"
      "neigh add 10.0.0.7 lladdr 52:54:00:00:00:07 dev virbr0 nud permanent\n");
}

void give_bridge_with_its_own_an_uplink() {
  add_bridge_with_its_own();
  perform(bridge("virbr0", {"eth0", "eth1"}));
}

void take_the_uplink_out_by_hand() {
  perform(bridge("virbr0", {"eth0", "eth1"}));
  ip_batch("link set eth0 nomaster\n");
}

/// A new tap and one that is there, an uplink that moves, a bridge of its own, a setting of a port.
ApplyRequest apply_all() {
  ApplyRequest request{.file = "/etc/tapctl/tapctl.json"};
  for (const char* tap : {"tap0", "vm0"}) {
    AddRequest device = add(tap);
    device.wish.link.master = IfName::parse("virbr0");
    device.wish.owner = 7;
    request.devices.push_back(device);
  }
  BridgeRequest uplink_bridge = bridge("virbr0", {});
  uplink_bridge.addresses = {Prefix::parse("192.0.2.1/24")};
  request.bridges = {
      {.bridge = uplink_bridge, .ports = {{.link = {.name = IfName::parse("eth0")}}}},
      {.bridge = bridge("inner", {}), .ports = {{.link = {.name = IfName::parse("eth1")}}}}};
  request.device_ports = {{.port = IfName::parse("vm0"),
                           .bridge = IfName::parse("virbr0"),
                           .settings = {.isolated = true}}};
  return request;
}

void add_bridge_below_the_ipv6_minimum() {
  add_taps();
  ip_batch(
      "link add virbr0 mtu 1200 type bridge\n"
      "link set virbr0 up\n");
}

void add_bridge_with_changed_sysctl() {
  add_empty_bridge();
  write_file("/proc/sys/net/ipv6/conf/virbr0/accept_ra", "0");
}

BridgeRequest bridge_taps_below_the_ipv6_minimum() {
  BridgeRequest request = bridge("virbr0", {"tap0", "tap1"});
  request.mtu = 1200;
  return request;
}

/// As NetworkManager has it: a route of protocol kernel that the kernel does not make.
void add_tap_with_a_route_of_others() {
  add_taps();
  ip_batch(
      "link set tap0 up\n"
      "addr add 10.9.0.1/24 dev tap0 noprefixroute\n"
      "route add 10.9.0.0/24 dev tap0 proto kernel src 10.9.0.1 metric 50\n");
}

SetRequest set_down() {
  SetRequest request;
  request.names = names({"tap0"});
  request.wish.link.up = false;
  request.wish.addresses = {Prefix::parse("192.0.2.1/24")};
  return request;
}

/// Without an address of the bridge's own: an undo puts that before those that came back.
void apply_without_own_address() {
  add_taps();
  ApplyRequest request = apply_all();
  request.bridges.front().bridge.addresses.clear();
  perform(request);
}

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all{
      {"AddWithEverything", nothing_else, add_with_everything()},
      {"AddThreeIntoBridge", add_empty_bridge, add_into_bridge()},
      {"AddBringsInLine", add_taps, change_existing()},
      {"Set", add_taps, set_attributes()},
      {"SetDown", add_tap_with_a_route_of_others, set_down()},
      {"SetRename", add_taps, rename_device()},
      {"Del", add_taps, del({"tap0", "tap1"})},
      {"DelOfPorts", bridge_by_tapctl, del({"tap0", "tap1"})},
      {"BridgeNew", add_taps, bridge("virbr0", {"eth0", "tap0"})},
      {"BridgeNewTwoTaps", add_taps, bridge("virbr0", {"eth0", "tap0", "tap1"})},
      {"BridgeWithOptions", add_taps, bridge_with_options()},
      {"BridgeExisting", add_empty_bridge, bridge("virbr0", {"eth0", "tap0"})},
      {"BridgeBelowTheIpv6Minimum", add_bridge_below_the_ipv6_minimum,
       bridge("virbr0", {"tap0", "tap1"})},
      {"BridgeToBelowTheIpv6Minimum", add_bridge_with_changed_sysctl,
       bridge_taps_below_the_ipv6_minimum()},
      {"BridgeHalfDone", enslave_the_uplink_and_stop, bridge("virbr0", {"eth0", "tap0"})},
      {"BridgeWithoutMove", add_taps, bridge_without_move()},
      {"BridgeOfTapsAlone", add_taps, bridge("virbr1", {"tap0", "tap1"})},
      {"Unbridge", bridge_by_tapctl, unbridge("virbr0")},
      {"UnbridgeUplinkAlone", bridge_by_tapctl, unbridge("virbr0", {"eth0"})},
      {"UnbridgeTapAlone", bridge_by_tapctl, unbridge("virbr0", {"tap0"})},
      {"UnbridgeKeepBridge", bridge_by_tapctl, unbridge_and_keep()},
      {"UnbridgeOfBridgeMadeByIp", bridge_by_ip, unbridge("virbr0")},
      {"BridgeWithSecondCard", add_second_card, bridge("virbr0", {"eth0"})},
      {"BridgeWithItsOwn", add_bridge_with_its_own, bridge("virbr0", {"eth0"})},
      {"UnbridgeWithItsOwn", give_bridge_with_its_own_an_uplink, unbridge_and_keep()},
      {"UnbridgeAfterUplinkLeft", take_the_uplink_out_by_hand, unbridge("virbr0")},
      {"BareCreate", nothing_else, bare(BareBridgeRequest::Action::create, {})},
      {"BareAttach", add_bare_bridge, bare(BareBridgeRequest::Action::attach, {"tap0", "tap1"})},
      {"BareDetach", bridge_by_tapctl, bare(BareBridgeRequest::Action::detach, {"tap0", "tap1"})},
      {"BareDetachOfAll", bridge_by_ip, bare(BareBridgeRequest::Action::detach, {"tap0", "eth0"})},
      {"BareRemove", down_bridge_by_tapctl, bare(BareBridgeRequest::Action::remove, {})},
      {"BridgeSettings", bridge_by_tapctl, change_bridge()},
      {"Apply", add_taps, apply_all()},
      {"Down", apply_without_own_address, DownRequest{.file = "/etc/tapctl/tapctl.json"}},
      {"Port", bridge_by_tapctl, change_port()},
      {"NfOff", other_bridge, turn_nf_off()},
      {"NfOn", other_bridge_and_no_filtering, turn_nf_on()}};
  return all;
}

class FailsAtEveryStep : public ::testing::TestWithParam<Scenario> {
 protected:
  void SetUp() override {
    if (const std::string why = enter_fresh_namespace(); !why.empty())
      TAPCTL_CANNOT_RUN(why);
  }
};

/// Fails at operation `n`; false when the plan has no operation `n`, or the test has failed.
bool fail_at(const Scenario& scenario, size_t n, const nlohmann::json& before) {
  LinuxKernel real;
  FailingKernel kernel(real, n);
  const Attempt attempt = perform(kernel, scenario.request);
  if (!kernel.failed()) {
    EXPECT_EQ(attempt.outcome.kind, OutcomeKind::committed) << describe(attempt.outcome);
    return false;
  }
  SCOPED_TRACE("operation " + std::to_string(n) + " failed: " + ip_line(*kernel.failed()));
  EXPECT_EQ(attempt.outcome.kind, OutcomeKind::rolled_back) << describe(attempt.outcome);
  // A port loses its carrier, and with it its state, up to a second after its device was let go.
  std::string left;
  wait_until([&] { return (left = difference(before, host_state())).empty(); },
             std::chrono::seconds(3));
  EXPECT_EQ(left, "");
  return !::testing::Test::HasFailure();
}

/// One host for all of them: it is as before each time, or the test ends.
TEST_P(FailsAtEveryStep, AndNothingChanged) {
  build_rich_host();
  GetParam().prepare();
  const nlohmann::json before = host_state();
  constexpr size_t too_many = 1000;
  size_t n = 0;
  while (n < too_many && fail_at(GetParam(), n, before))
    n++;
  EXPECT_GT(n, 0U) << "there was nothing to do";
}

INSTANTIATE_TEST_SUITE_P(Scenarios, FailsAtEveryStep, ::testing::ValuesIn(scenarios()),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace tapctl::test

// SPDX-License-Identifier: MIT
// Each check of `doctor`, on values: what it finds, what it leaves alone, and what it says to do.
#include "doctor/checks.hpp"
#include "doctor/diagnose.hpp"
#include "unit/values.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

namespace tapctl::test {
namespace {

/// The tutorial's host, as tapctl makes it: eth0 and tap0 in virbr0, which has the address.
class Doctor : public ::testing::Test {
 protected:
  Doctor() {
    Link bridge = make_bridge("virbr0");
    bridge.bridge->mcast_snooping = false;
    bridge.bridge->forward_delay = 1500;
    snapshot.links = {as_port(make_link("eth0", "veth"), "virbr0"),
                      as_port(make_tap("tap0"), "virbr0"), bridge};
    for (size_t i = 0; i < snapshot.links.size(); ++i)
      snapshot.links[i].ifindex = static_cast<int>(10 + i);
    snapshot.memory[name("virbr0")].uplink = name("eth0");
    snapshot.addresses = {make_address("virbr0", "172.16.1.2/16")};
    snapshot.routes = {make_route("virbr0", "0.0.0.0/0", "172.16.255.254")};
    facts.clone = {.exists = true, .is_clone = true};
    facts.bridges = {{.name = name("virbr0"), .is_mac_fixed = true}};
  }

  Link& link(const std::string& text) {
    return *std::ranges::find(snapshot.links, name(text), &Link::name);
  }
  /// Only a Wi-Fi or other uplink, no bridge.
  void without_bridge() {
    snapshot = {};
    snapshot.links = {make_link("eth0", "")};
    snapshot.links[0].ifindex = 10;
    snapshot.routes = {make_route("eth0", "0.0.0.0/0", "172.16.255.254")};
  }
  void filter_bridges() { snapshot.sysctls["net/bridge/bridge-nf-call-iptables"] = "1"; }

  [[nodiscard]] Findings all() const { return diagnose(snapshot, facts, {}).findings; }
  /// Expects exactly one finding, and that it is this.
  void expect_only(const std::string& id, Severity severity, const std::string& subject,
                   const std::string& evidence, const std::vector<std::string>& remedy) const {
    const Findings findings = all();
    ASSERT_EQ(findings.size(), 1U) << id;
    const Finding& finding = findings.front();
    EXPECT_EQ(finding.id, id);
    EXPECT_EQ(finding.severity, severity) << severity_name(finding.severity);
    EXPECT_EQ(finding.subject.str(), subject);
    EXPECT_NE(finding.evidence.find(evidence), std::string::npos) << finding.evidence;
    for (const std::string& line : remedy)
      EXPECT_NE(std::ranges::find(finding.remedy, line), finding.remedy.end())
          << line << "\n"
          << ::testing::PrintToString(finding.remedy);
  }

  Snapshot snapshot;
  HostFacts facts;
};

TEST_F(Doctor, FindsNothingOnAHealthyHost) {
  EXPECT_EQ(all(), Findings{});
  EXPECT_EQ(diagnose(snapshot, facts, {}).links, 3U);
  EXPECT_GT(diagnose(snapshot, facts, {}).checks, 15U);
  without_bridge();
  EXPECT_EQ(all(), Findings{});
}

TEST_F(Doctor, SeesThatTheCloneDeviceIsMissing) {
  facts.clone = {};
  expect_only("clone-device", Severity::problem, "", "is not there",
              {"mknod -m 0666 /dev/net/tun c 10 200"});
  facts.clone.has_driver = false;
  expect_only("clone-device", Severity::problem, "", "driver is not loaded", {"modprobe tun"});
}

TEST_F(Doctor, SeesThatTheCloneDeviceCannotBeOpened) {
  facts.clone.errnum = EPERM;
  expect_only("clone-device", Severity::problem, "", "Operation not permitted", {});
  facts.clone = {.exists = true, .is_clone = false};
  expect_only("clone-device", Severity::problem, "", "10:200", {"rm /dev/net/tun"});
}

TEST_F(Doctor, SeesAModeThatKeepsGuestsOut) {
  facts.clone.mode = 0600;
  facts.clone.errnum = EACCES;
  expect_only("clone-device-mode", Severity::warning, "", "mode 0600, uid 0, gid 0",
              {"chmod 0666 /dev/net/tun"});
}

TEST_F(Doctor, SeesAMissingCapability) {
  facts.has_capability = false;
  expect_only("no-capability", Severity::problem, "", "CAP_NET_ADMIN", {});
  facts.is_root = false;
  expect_only("no-capability", Severity::info, "", "CAP_NET_ADMIN", {"sudo tapctl doctor"});
}

TEST_F(Doctor, SeesAChangeThatIsNotOver) {
  facts.open_change = OpenChange{.id = "1a2b3c", .command = "tapctl bridge br0 eth0"};
  expect_only("change-not-over", Severity::problem, "", "interrupted: tapctl bridge br0 eth0",
              {"tapctl recover"});
  facts.open_change->left_seconds = 40;
  expect_only("change-not-over", Severity::warning, "", "confirmed for 40 s more",
              {"# to keep it; tapctl rollback 1a2b3c takes it back:", "tapctl confirm 1a2b3c"});
}

TEST_F(Doctor, SeesARootFileSystemOverTheUplink) {
  without_bridge();
  facts.nfs_root = NfsRoot{.source = "10.0.0.1:/srv", .link = name("eth0")};
  expect_only("nfs-root", Severity::problem, "eth0", "10.0.0.1:/srv", {});
  snapshot.links.push_back(make_bridge("br0"));
  facts.nfs_root->link = name("br0");
  EXPECT_EQ(all(), Findings{});
}

TEST_F(Doctor, SeesAForwardChainThatDropsBridgedTraffic) {
  facts.dropping = {{.table = "filter", .name = "FORWARD", .how = "policy drop"}};
  EXPECT_EQ(all(), Findings{}) << "br_netfilter is off";
  filter_bridges();
  expect_only(
      "forward-drop", Severity::problem, "virbr0",
      "nftables table 'ip filter', chain 'FORWARD': policy drop "
      "(net.bridge.bridge-nf-call-iptables is 1)",
      {"tapctl nf off virbr0",
       "# or accept it there: nft 'insert rule ip filter FORWARD iifname \"virbr0\" accept'"});
}

TEST_F(Doctor, KnowsWhichHookAChainBelongsTo) {
  facts.dropping = {{.family = FilterFamily::ipv6, .table = "filter", .name = "FORWARD"}};
  filter_bridges();
  EXPECT_EQ(all(), Findings{});
  link("virbr0").bridge->nf_call_ip6tables = true;
  expect_only("forward-drop", Severity::problem, "virbr0", "the bridge's nf_call_ip6tables is 1",
              {});
  snapshot.sysctls.clear();
  facts.dropping[0].family = FilterFamily::bridge;
  expect_only("forward-drop", Severity::problem, "virbr0", "'bridge filter'",
              {"nft 'insert rule bridge filter FORWARD meta ibrname \"virbr0\" accept'"});
}

TEST_F(Doctor, SaysHowToAcceptWithDockerAndWithTheOlderIptables) {
  filter_bridges();
  facts.dropping = {{.table = "filter", .name = "FORWARD", .how = "policy drop"}};
  facts.has_docker = true;
  expect_only("forward-drop", Severity::problem, "virbr0", "",
              {"# or accept it there: iptables -I DOCKER-USER -i virbr0 -o virbr0 -j ACCEPT"});
  facts.dropping[0].is_legacy = true;
  expect_only("forward-drop", Severity::problem, "virbr0", "iptables-legacy table",
              {"# or accept it there: iptables-legacy -I FORWARD -i virbr0 -o virbr0 -j ACCEPT"});
}

TEST_F(Doctor, TakesRulesForTheBridgeIntoAccount) {
  filter_bridges();
  facts.dropping = {{.table = "filter", .name = "FORWARD", .named = {"virbr0"}}};
  expect_only("forward-drop", Severity::info, "virbr0", "were not evaluated", {});
  facts.dropping[0].named = {"physdev"};
  expect_only("forward-drop", Severity::info, "virbr0", "were not evaluated", {});
}

TEST_F(Doctor, DoesNotCallABridgeOfContainersAProblem) {
  filter_bridges();
  facts.dropping = {{.table = "filter", .name = "FORWARD"}};
  snapshot.memory.clear();
  snapshot.links[1] = as_port(make_link("veth1", "veth"), "virbr0");
  expect_only("forward-drop", Severity::warning, "virbr0", "", {});
}

TEST_F(Doctor, SeesGuestsThatReachNothingBeyondTheHost) {
  facts.forwards_ipv4 = false;
  EXPECT_EQ(all(), Findings{}) << "a bridge with an uplink needs no forwarding";
  snapshot.links.erase(snapshot.links.begin());
  expect_only("ip-forward-off", Severity::warning, "virbr0", "net.ipv4.ip_forward is 0",
              {"sysctl -w net.ipv4.ip_forward=1"});
  facts.forwards_ipv6 = false;
  facts.forwards_ipv4 = true;
  EXPECT_EQ(all(), Findings{}) << "there is no IPv6 address";
}

TEST_F(Doctor, SeesAWifiUplink) {
  without_bridge();
  link("eth0").wireless = true;
  facts.user = "brezular";
  expect_only(
      "wifi-uplink", Severity::problem, "eth0", "Wi-Fi client",
      {"tapctl add tap0 --user brezular",
       "nft 'add rule ip tapctl nat ip saddr 192.168.77.0/24 oifname \"eth0\" masquerade'"});
  snapshot.links.push_back(make_bridge("br0"));
  expect_only("wifi-uplink", Severity::warning, "eth0", "Wi-Fi client", {});
  snapshot.routes.clear();
  EXPECT_EQ(all(), Findings{}) << "it is no uplink";
}

TEST_F(Doctor, SeesAMacvlanOnTheUplink) {
  without_bridge();
  Link macvlan = make_link("macv0", "macvlan");
  macvlan.ifindex = 20;
  macvlan.lower_ifindex = 10;
  snapshot.links.push_back(macvlan);
  expect_only("macvlan-uplink", Severity::problem, "eth0", "macvlan 'macv0'",
              {"ip link del dev macv0"});
  snapshot.routes = {make_route("macv0", "0.0.0.0/0", "172.16.255.254")};
  expect_only("macvlan-uplink", Severity::warning, "macv0", "MAC of a guest", {});
}

TEST_F(Doctor, SeesAnAddressOnAPort) {
  snapshot.addresses.push_back(make_address("eth0", "172.16.1.3/16"));
  expect_only("address-on-port", Severity::problem, "eth0", "still has 172.16.1.3/16",
              {"tapctl bridge virbr0 eth0 --uplink eth0"});
  snapshot.addresses.back() = make_address("tap0", "fe80::1/64");
  EXPECT_EQ(all(), Findings{}) << "link-local addresses are no trouble";
}

TEST_F(Doctor, SeesADhcpClientOnAPort) {
  facts.packet_sockets = {
      {.ifindex = 10, .protocol = 0x800, .inode = 7, .pid = 812, .command = "dhclient"}};
  facts.packet_sockets.push_back(facts.packet_sockets.front());
  expect_only("dhcp-client-on-port", Severity::problem, "eth0", "process 812 (dhclient)",
              {"kill -KILL 812", "dhclient virbr0"});
  facts.packet_sockets = {{.ifindex = 10, .protocol = 3, .inode = 7, .command = ""}};
  expect_only("dhcp-client-on-port", Severity::warning, "eth0", "inode 7", {});
  facts.packet_sockets[0].pid = 813;
  facts.packet_sockets[0].command = "tcpdump";
  EXPECT_EQ(all(), Findings{});
}

TEST_F(Doctor, SeesADeviceThatIsOpenToAnyone) {
  link("tap0").tun->owner.reset();
  facts.user = "waldner";
  expect_only("tap-without-owner", Severity::warning, "tap0", "without owner",
              {"tapctl set tap0 --user waldner"});
  link("tap0").tun->queues = 1;
  snapshot.holders[name("tap0")] = {{.pid = 9, .command = "qemu", .uid = 1000, .user = "brezular"}};
  expect_only("tap-without-owner", Severity::warning, "tap0", "",
              {"tapctl set tap0 --user brezular", "# a process has it open: when that has ended"});
  link("tap0").tun->persist = false;
  EXPECT_EQ(all(), Findings{}) << "it goes with its holder";
}

TEST_F(Doctor, SeesStpWithItsDelay) {
  link("virbr0").bridge->stp = true;
  expect_only("stp-delay", Severity::warning, "virbr0",
              "forward_delay 15 s: a new port carries "
              "nothing for 30 s",
              {"ip link set dev virbr0 type bridge stp_state 0"});
}

TEST_F(Doctor, SeesAMacThatFollowsThePorts) {
  facts.bridges[0].is_mac_fixed = false;
  expect_only("bridge-mac-not-fixed", Severity::warning, "virbr0", "02:00:00:00:00:01",
              {"ip link set dev virbr0 address 02:00:00:00:00:01"});
  facts.bridges[0].is_mac_fixed.reset();
  EXPECT_EQ(all(), Findings{}) << "not known";
}

TEST_F(Doctor, SeesAnMtuThatDiffers) {
  link("tap0").settings.mtu = 1400;
  expect_only("mtu-mismatch", Severity::warning, "tap0",
              "has mtu 1400, its bridge 'virbr0' has 1500", {"tapctl set tap0 --mtu 1500"});
  link("tap0").settings.mtu = 1500;
  link("eth0").settings.mtu = 9000;
  expect_only("mtu-mismatch", Severity::warning, "eth0", "", {"ip link set dev eth0 mtu 1500"});
}

TEST_F(Doctor, SeesSnoopingWithoutQuerier) {
  link("virbr0").bridge->mcast_snooping = true;
  expect_only("no-multicast-querier", Severity::info, "virbr0", "mcast_querier 0",
              {"ip link set dev virbr0 type bridge mcast_snooping 0"});
  facts.bridges[0].sees_querier = true;
  EXPECT_EQ(all(), Findings{});
  facts.bridges[0] = {.name = name("virbr0"), .querier = true, .is_mac_fixed = true};
  EXPECT_EQ(all(), Findings{});
}

TEST_F(Doctor, SeesThatABridgeIsFull) {
  for (int i = 0; i < 998; ++i)
    snapshot.links.push_back(as_port(make_tap("t" + std::to_string(i)), "virbr0"));
  expect_only("port-limit", Severity::warning, "virbr0", "has 1000 ports", {});
  for (int i = 998; i < 1021; ++i)
    snapshot.links.push_back(as_port(make_tap("t" + std::to_string(i)), "virbr0"));
  expect_only("port-limit", Severity::problem, "virbr0", "has 1023 ports", {});
}

TEST_F(Doctor, SeesWhoElseConfiguresTheUplink) {
  ManagedLink managed{.kind = ManagerKind::network_manager, .link = name("eth0"), .file = "/run/x"};
  facts.managed = {managed};
  expect_only("networkmanager", Severity::warning, "eth0", "NetworkManager (/run/x)",
              {"printf "
               "'[keyfile]\\nunmanaged-devices+=interface-name:eth0;interface-name:virbr0\\n' "
               ">/run/NetworkManager/conf.d/90-tapctl-eth0.conf"});
  managed.kind = managed.renderer = ManagerKind::networkd;
  facts.managed = {managed};
  const std::string snippet =
      "printf '[Match]\\nName=eth0 virbr0\\n\\n[Link]\\nUnmanaged=yes\\n' "
      ">/run/systemd/network/00-tapctl-eth0.network";
  expect_only("networkd", Severity::warning, "eth0", "systemd-networkd", {snippet});
  facts.managed[0].kind = ManagerKind::netplan;
  expect_only("netplan", Severity::warning, "eth0", "netplan (/run/x) through systemd-networkd",
              {snippet});
  facts.managed[0].kind = ManagerKind::ifupdown;
  expect_only("ifupdown", Severity::info, "eth0", "ifupdown", {"#   iface eth0 inet manual"});
  facts.managed[0].link = name("tap0");
  EXPECT_EQ(all(), Findings{}) << "no uplink";
}

TEST_F(Doctor, NarrowsToLinksAndThePortsOfBridges) {
  link("tap0").settings.mtu = 1400;
  facts.clone.errnum = EPERM;
  const auto count = [&](const char* text) {
    return diagnose(snapshot, facts, {name(text)}).findings.size();
  };
  EXPECT_EQ(count("eth0"), 1U) << "what is about the host is always there";
  EXPECT_EQ(count("tap0"), 2U);
  EXPECT_EQ(count("virbr0"), 2U);
}

TEST_F(Doctor, ShowsProblemsFirst) {
  link("virbr0").bridge->mcast_snooping = true;
  link("virbr0").bridge->stp = true;
  snapshot.addresses.push_back(make_address("eth0", "172.16.1.3/16"));
  const Findings findings = all();
  EXPECT_TRUE(std::ranges::is_sorted(findings, {}, &Finding::severity));
  EXPECT_EQ(findings.front().id, "address-on-port");
  EXPECT_EQ(findings.back().id, "no-multicast-querier");
}

TEST_F(Doctor, EscapesNamesWhereverTheyStand) {
  const IfName odd = IfName::from_kernel("e'\x1b[31m");
  link("eth0").name = odd;
  snapshot.memory[name("virbr0")].uplink = odd;
  snapshot.addresses.push_back(make_address("tap0", "10.0.0.1/24"));
  snapshot.addresses.back().link = odd;
  snapshot.links[0].settings.mtu = 9000;
  facts.managed = {{.link = odd, .file = "\x1b"}};
  facts.packet_sockets = {
      {.ifindex = 10, .protocol = 3, .inode = 7, .pid = 1, .command = "dhcpcd"}};
  EXPECT_EQ(all().size(), 4U);
  for (const Finding& finding : all()) {
    EXPECT_EQ(finding.evidence.find('\x1b'), std::string::npos) << finding.id;
    for (const std::string& line : finding.remedy)
      EXPECT_EQ(line.find('\x1b'), std::string::npos) << finding.id;
  }
}

}  // namespace
}  // namespace tapctl::test

// SPDX-License-Identifier: MIT
// What `list`, `status` and `nf show` print of a snapshot, as text and as JSON.
#include "report/json.hpp"
#include "report/json_values.hpp"
#include "report/monitor.hpp"
#include "report/text.hpp"
#include "support/full_values.hpp"
#include "support/json_schema.hpp"
#include "unit/values.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cerrno>

namespace tapctl {
namespace {

using test::as_port;
using test::make_address;
using test::make_bridge;
using test::make_link;
using test::make_route;
using test::make_tap;
using test::name;

Link up(Link link, bool carrier = true) {
  link.settings.up = true;
  link.carrier = carrier;
  link.operstate = carrier ? "up" : "down";
  return link;
}

Link numbered(Link link, int ifindex) {
  link.ifindex = ifindex;
  return link;
}

/// Ids without an entry in passwd, so that the text is the same everywhere.
Link owned(Link device) {
  device.tun->owner = 54321;
  device.operstate = "down";
  return device;
}

/// virbr0 with the uplink eth0 and tap0, which qemu has open; tap1 and eth1 for themselves.
Snapshot host() {
  Snapshot snapshot;
  Link lo = up(make_link("lo", ""));
  lo.type = LinkType::loopback;
  snapshot.links = {numbered(lo, 1),
                    numbered(up(as_port(make_link("eth0", ""), "virbr0")), 2),
                    numbered(up(make_link("eth1", "")), 3),
                    numbered(up(make_bridge("virbr0")), 4),
                    numbered(up(as_port(owned(make_tap("tap0")), "virbr0")), 5),
                    numbered(owned(make_tap("tap1")), 6)};
  snapshot.links[4].tun->queues = 1;
  snapshot.links[5].tun->group = 54322;
  snapshot.links[5].tun->multi_queue = true;
  snapshot.links[5].tun->vnet_hdr = true;
  snapshot.addresses = {
      make_address("lo", "127.0.0.1/8"),       make_address("eth1", "192.0.2.1/24"),
      make_address("virbr0", "172.16.1.2/16"), make_address("virbr0", "fd00::2/64"),
      make_address("virbr0", "fe80::1/64"),    make_address("tap1", "10.0.0.1/24")};
  snapshot.routes = {make_route("virbr0", "0.0.0.0/0", "172.16.255.254"),
                     make_route("eth1", "198.51.100.0/24", "192.0.2.254")};
  snapshot.memory[name("virbr0")].uplink = name("eth0");
  snapshot.holders[name("tap0")] = {{812, "qemu-system-x86", 54321, ""}};
  return snapshot;
}

Snapshot filtering_host() {
  Snapshot snapshot;
  snapshot.links = {make_bridge("br0"), make_bridge("virbr0")};
  snapshot.links[1].bridge->nf_call_ip6tables = true;
  snapshot.sysctls = {{"net/bridge/bridge-nf-call-iptables", "1"},
                      {"net/bridge/bridge-nf-call-ip6tables", "0"},
                      {"net/bridge/bridge-nf-call-arptables", "0"}};
  return snapshot;
}

/// The document that `compact` stands for, as it is printed: the order of the keys counts.
std::string document(const char* compact) {
  return Json::parse(compact).dump(2) + "\n";
}

/// The document, after its schema was asked.
Json parsed(const std::string& text) {
  test::expect_valid_json(text);
  return Json::parse(text);
}

/// The text, after its schema was asked.
std::string valid(std::string text) {
  test::expect_valid_json(text);
  return text;
}

std::string collect(const std::function<void(const TextSink&)>& print) {
  std::string text;
  print([&](std::string_view piece) { text += piece; });
  return text;
}

std::string json_list(const Snapshot& snapshot, const std::vector<IfName>& devices) {
  return collect([&](const TextSink& sink) { tapctl::json_list(snapshot, devices, sink); });
}

std::string json_status(const Snapshot& snapshot, const std::vector<IfName>& names,
                        const std::optional<Pending>& pending) {
  return collect([&](const TextSink& sink) {
    tapctl::json_status(snapshot, names, pending, JsonLayout::indented, sink);
  });
}

std::string json_nf(const Snapshot& snapshot, const std::vector<IfName>& bridges) {
  return collect([&](const TextSink& sink) { tapctl::json_nf(snapshot, bridges, sink); });
}

TEST(ListText, HasAlignedColumnsInTheOrderOfTheNames) {
  EXPECT_EQ(text_list(host(), {name("tap1"), name("tap0")}, Header::show, false),
            "NAME  MODE  OWNER  GROUP  FLAGS                 STATE  MTU   BRIDGE  ADDRESSES\n"
            "tap1  tap   54321  54322  multi-queue,vnet-hdr  down   1500  -       10.0.0.1/24\n"
            "tap0  tap   54321  -      -                     up     1500  virbr0  -\n");
}

TEST(ListText, OmitsTheHeaderAndShowsHolders) {
  EXPECT_EQ(text_list(host(), {name("tap0")}, Header::omit, true),
            "tap0  tap  54321  -  -  up  1500  virbr0  -  812 (qemu-system-x86, user 54321)\n");
}

TEST(ListText, SaysAnyoneOnlyWhereNeitherOwnerNorGroupIsSet) {
  Snapshot snapshot = host();
  snapshot.links[4].tun->owner.reset();
  snapshot.links[5].tun->owner.reset();
  snapshot.links[5].tun->multi_queue = false;
  snapshot.links[5].tun->vnet_hdr = false;
  EXPECT_EQ(text_list(snapshot, {name("tap0"), name("tap1")}, Header::omit, false),
            "tap0  tap  anyone  -      -  up    1500  virbr0  -\n"
            "tap1  tap  -       54322  -  down  1500  -       10.0.0.1/24\n");
}

TEST(ListText, SaysThatSomebodyHasItOpenWhereNobodyWasFound) {
  Snapshot snapshot = host();
  snapshot.holders.clear();
  EXPECT_EQ(text_list(snapshot, {name("tap0")}, Header::omit, true),
            "tap0  tap  54321  -  -  up  1500  virbr0  -  a process\n");
}

TEST(ListText, HasAStateOfOneWord) {
  Snapshot snapshot;
  snapshot.links = {up(owned(make_tap("tap0")), false)};
  EXPECT_EQ(text_list(snapshot, {name("tap0")}, Header::omit, false),
            "tap0  tap  54321  -  -  no-carrier  1500  -  -\n");
}

TEST(ListText, EscapesNames) {
  Snapshot snapshot;
  snapshot.links = {owned(make_tap("tap0"))};
  snapshot.links[0].name = IfName::from_kernel("t\x1b[1m\xff");
  EXPECT_EQ(text_list(snapshot, {snapshot.links[0].name}, Header::omit, false),
            "t\\x1b[1m\\xff  tap  54321  -  -  down  1500  -  -\n");
}

TEST(StatusText, IsATree) {
  EXPECT_EQ(text_status(host(), {}, false),
            "bridge virbr0  up  mtu 1500  02:00:00:00:00:01  stp off\n"
            "|- addresses: 172.16.1.2/16, fd00::2/64\n"
            "|- default via 172.16.255.254 dev virbr0\n"
            "|- nf: off (br_netfilter not loaded)\n"
            "|- eth0  up  mtu 1500  02:00:00:00:00:01  uplink\n"
            "`- tap0  tap  owner 54321  held by 812 (qemu-system-x86, user 54321)  up  mtu 1500"
            "  02:00:00:00:00:01\n"
            "tap1  tap  owner 54321  group 54322  multi-queue  vnet-hdr  down  mtu 1500"
            "  02:00:00:00:00:01  addresses 10.0.0.1/24\n"
            "eth1  up  mtu 1500  02:00:00:00:00:01  addresses 192.0.2.1/24\n");
}

TEST(StatusText, OfABridgeLeavesOutWhatIsNotPartOfIt) {
  EXPECT_EQ(text_status(filtering_host(), {name("virbr0")}, false),
            "bridge virbr0  down  mtu 1500  02:00:00:00:00:01  stp off\n"
            "`- nf: iptables on, ip6tables on, arptables off\n");
}

TEST(StatusText, HasTheDefaultRouteOfAnotherLinkAtTheEnd) {
  Snapshot snapshot = host();
  snapshot.routes = {make_route("eth1", "0.0.0.0/0", "192.0.2.254")};
  EXPECT_EQ(text_status(snapshot, {name("eth1")}, false),
            "eth1  up  mtu 1500  02:00:00:00:00:01  addresses 192.0.2.1/24\n"
            "default via 192.0.2.254 dev eth1\n");
}

TEST(StatusText, ShowsLoOnlyWhenItIsNamed) {
  EXPECT_EQ(text_status(host(), {name("lo")}, false), "lo  up  mtu 1500  addresses 127.0.0.1/8\n");
}

TEST(StatusText, DistinguishesALinkWithoutCarrier) {
  Snapshot snapshot;
  snapshot.links = {up(make_bridge("br0"), false)};
  EXPECT_EQ(text_status(snapshot, {}, false),
            "bridge br0  no-carrier  mtu 1500  02:00:00:00:00:01  stp off\n"
            "`- nf: off (br_netfilter not loaded)\n");
}

TEST(StatusText, OfNothingSaysSo) {
  EXPECT_EQ(text_status({}, {}, false),
            "no bridge and no tun or tap device in this network namespace\n");
}

TEST(StatusText, OfAPortAloneNamesItsBridge) {
  EXPECT_EQ(text_status(host(), {name("eth0")}, false),
            "eth0  up  mtu 1500  02:00:00:00:00:01  port of virbr0\n");
  EXPECT_EQ(text_status(host(), {name("tap0")}, true),
            "\x1b[1mtap0\x1b[0m  tap  owner 54321  held by 812 (qemu-system-x86, user 54321)  up"
            "  mtu 1500  02:00:00:00:00:01  port of virbr0\n");
}

TEST(StatusText, ColourIsBoldNamesAndDimLinesAlone) {
  Snapshot snapshot;
  snapshot.links = {make_bridge("br0"), as_port(make_link("eth0", ""), "br0")};
  EXPECT_EQ(text_status(snapshot, {}, true),
            "bridge \x1b[1mbr0\x1b[0m  down  mtu 1500  02:00:00:00:00:01  stp off\n"
            "\x1b[2m|- \x1b[0mnf: off (br_netfilter not loaded)\n"
            "\x1b[2m`- \x1b[0m\x1b[1meth0\x1b[0m  down  mtu 1500  02:00:00:00:00:01\n");
}

TEST(NfText, SaysWhyAHookIsOn) {
  Snapshot snapshot = filtering_host();
  snapshot.links[1].bridge->nf_call_iptables = true;
  EXPECT_EQ(text_nf(snapshot, {name("br0"), name("virbr0")}),
            "net/bridge/bridge-nf-call-arptables = 0\n"
            "net/bridge/bridge-nf-call-ip6tables = 0\n"
            "net/bridge/bridge-nf-call-iptables = 1\n"
            "\n"
            "BRIDGE  iptables             ip6tables    arptables\n"
            "br0     on (sysctl)          off          off\n"
            "virbr0  on (sysctl, bridge)  on (bridge)  off\n");
}

TEST(NfText, WithoutTheModuleABridgesFlagFiltersNothing) {
  Snapshot snapshot = filtering_host();
  snapshot.sysctls.clear();
  EXPECT_EQ(text_nf(snapshot, {name("virbr0")}),
            "br_netfilter is not loaded: no bridge is filtered\n");
}

TEST(ListJson, HasEveryFieldOfTheDevice) {
  EXPECT_EQ(valid(json_list(host(), {name("tap0")})), document(R"({
    "schema": 1, "command": "list", "devices": [{
      "ifname": "tap0", "ifindex": 5, "kind": "tun", "address": "02:00:00:00:00:01", "mtu": 1500,
      "txqueuelen": 1000, "ifalias": "", "master": "virbr0", "addr_gen_mode": "eui64", "up": true,
      "carrier": true, "operstate": "up", "mode": "tap", "owner": 54321, "owner_name": null,
      "group": null, "group_name": null, "pi": false, "vnet_hdr": false, "multi_queue": false,
      "persist": true, "queues": 1, "holders": [
        {"pid": 812, "command": "qemu-system-x86", "uid": 54321, "user": "54321"}],
      "port": {"cost": 100, "hairpin": false}, "addresses": []}], "unseen_processes": 0})"));
}

TEST(ListJson, HasTheBytesOfNamesThatAreNotUtf8) {
  Snapshot snapshot;
  snapshot.links = {owned(make_tap("tap0"))};
  snapshot.links[0].name = IfName::from_kernel("t\xff");
  snapshot.links[0].ifindex = 5;
  snapshot.holders[snapshot.links[0].name] = {{812, "q\xfe", 54321, ""}};
  const Json device = parsed(json_list(snapshot, {snapshot.links[0].name}))["devices"][0];
  EXPECT_EQ(device["ifname"], "t\uFFFD");
  EXPECT_EQ(device["ifname_bytes"], "74ff");
  EXPECT_EQ(device["holders"][0]["command"], "q\uFFFD");
  EXPECT_EQ(device["holders"][0]["command_bytes"], "71fe");
}

TEST(StatusJson, HasPortsBelowTheirBridge) {
  Snapshot snapshot = host();
  snapshot.addresses = {make_address("virbr0", "fe80::1/64")};
  snapshot.links.resize(4);
  EXPECT_EQ(valid(json_status(snapshot, {}, std::nullopt)), document(R"({
    "schema": 1, "command": "status", "bridges": [{
      "ifname": "virbr0", "ifindex": 4, "kind": "bridge", "address": "02:00:00:00:00:01",
      "mtu": 1500, "txqueuelen": 1000, "ifalias": "", "master": null, "addr_gen_mode": "eui64",
      "up": true, "carrier": true, "operstate": "up", "addresses": [
        {"family": "inet6", "local": "fe80::1", "prefixlen": 64, "scope": "global", "flags": []}],
      "stp_state": false, "nf_call_iptables": false, "nf_call_ip6tables": false,
      "nf_call_arptables": false,
      "filtered": {"iptables": false, "ip6tables": false, "arptables": false},
      "uplink": "eth0", "ports": [{
        "ifname": "eth0", "ifindex": 2, "kind": null, "address": "02:00:00:00:00:01",
        "mtu": 1500, "txqueuelen": 1000, "ifalias": "", "master": "virbr0", "addr_gen_mode": "eui64",
        "up": true, "carrier": true, "operstate": "up",
        "port": {"cost": 100, "hairpin": false}, "addresses": []}]}],
    "devices": [], "links": [], "default_routes": [{
      "family": "inet", "dst": "default", "table": "main", "type": "unicast",
      "scope": "global", "protocol": "boot",
      "nexthops": [{"gateway": "172.16.255.254", "dev": "virbr0"}]}],
    "unseen_processes": 0, "pending": null})"));
}

TEST(StatusJson, SelectsTheSameLinksAsTheText) {
  const Json all = parsed(json_status(host(), {}, std::nullopt));
  EXPECT_EQ(all["bridges"][0]["ports"].size(), 2U);
  EXPECT_EQ(all["devices"][0]["ifname"], "tap1");
  EXPECT_EQ(all["links"].size(), 1U);
  EXPECT_EQ(all["links"][0]["ifname"], "eth1");
  const Json port = parsed(json_status(host(), {name("tap0")}, std::nullopt));
  EXPECT_TRUE(port["bridges"].empty() && port["links"].empty() && port["default_routes"].empty());
  EXPECT_EQ(port["devices"][0]["ifname"], "tap0");
}

TEST(StatusJson, TakesAnUplinkThatLeftTheBridgeForNone) {
  Snapshot snapshot = host();
  EXPECT_EQ(parsed(json_status(snapshot, {}, std::nullopt))["bridges"][0]["uplink"], "eth0");
  snapshot.links[1].settings.master = IfName{};
  EXPECT_EQ(parsed(json_status(snapshot, {}, std::nullopt))["bridges"][0]["uplink"], nullptr);
}

TEST(NfJson, HasTheFlagsAndWhatComesOfThem) {
  EXPECT_EQ(valid(json_nf(filtering_host(), {name("virbr0")})), document(R"({
    "schema": 1, "command": "nf", "br_netfilter": true, "sysctls": {
      "net/bridge/bridge-nf-call-arptables": "0",
      "net/bridge/bridge-nf-call-ip6tables": "0",
      "net/bridge/bridge-nf-call-iptables": "1"},
    "bridges": [{
      "ifname": "virbr0", "nf_call_iptables": false, "nf_call_ip6tables": true,
      "nf_call_arptables": false,
      "filtered": {"iptables": true, "ip6tables": true, "arptables": false}}]})"));
}

TEST(NfJson, WithoutTheModuleABridgesFlagFiltersNothing) {
  Snapshot snapshot = filtering_host();
  snapshot.sysctls.clear();
  EXPECT_EQ(valid(json_nf(snapshot, {name("virbr0")})), document(R"({
    "schema": 1, "command": "nf", "br_netfilter": false, "sysctls": {}, "bridges": [{
      "ifname": "virbr0", "nf_call_iptables": false, "nf_call_ip6tables": true,
      "nf_call_arptables": false,
      "filtered": {"iptables": false, "ip6tables": false, "arptables": false}}]})"));
}

TEST(OpJson, HasTheWordsOfIpForTheNumbersOfARoute) {
  Route route = make_route("br0", "10.4.0.0/16", "10.0.0.254");
  route.type = 6;
  route.scope = 200;
  route.protocol = 16;
  route.table = 300;
  route.preference = 1;
  const Json json = to_json(Op(AddRoute{.route = route}))["route"];
  EXPECT_EQ(json["type"], "blackhole");
  EXPECT_EQ(json["scope"], "200");
  EXPECT_EQ(json["protocol"], "dhcp");
  EXPECT_EQ(json["table"], "300");
  EXPECT_EQ(json["pref"], "high");
}

TEST(OpJson, HasTheWordsOfIpForTheNumbersOfARule) {
  Rule rule;
  rule.table = 254;
  rule.protocol = 2;
  Json json = to_json(Op(AddRule{rule}))["rule"];
  EXPECT_EQ(json["action"], "lookup");
  EXPECT_EQ(json["table"], "main");
  EXPECT_EQ(json["protocol"], "kernel");
  rule.action = 8;
  EXPECT_EQ(to_json(Op(AddRule{rule}))["rule"]["action"], "prohibit");
  rule.action = 77;
  EXPECT_EQ(to_json(Op(AddRule{rule}))["rule"]["action"], "77");
}

TEST(OpJson, HasTheWordsOfIpForTheNumbersOfANeighbour) {
  Neighbour neighbour{.link = name("br0"), .address = IpAddress::parse("10.0.0.5")};
  neighbour.lladdr = {0x52, 0x54, 0, 0, 0, 0x0a};
  neighbour.state = neighbour_state::permanent;
  neighbour.protocol = 4;
  const Json json = to_json(Op(AddNeighbour{neighbour}))["neighbour"];
  EXPECT_EQ(json["lladdr"], "52:54:00:00:00:0a");
  EXPECT_EQ(json["state"], Json({"PERMANENT"}));
  EXPECT_EQ(json["protocol"], "static");
}

TEST(OpJson, HasTheWordsOfIpForTheNumbersOfAnAddress) {
  Address address = make_address("br0", "fe80::1/64");
  address.scope = 253;
  address.protocol = 3;
  const Json json = to_json(Op(AddAddress{.address = address}))["address"];
  EXPECT_EQ(json["scope"], "link");
  EXPECT_EQ(json["protocol"], "kernel_ll");
}

TEST(OpJson, HasTheWordsOfIpForTheFlagsOfAnAddress) {
  Address address = make_address("br0", "fe80::1/64");
  address.flags = address_flag::temporary | address_flag::tentative | 0x1000;
  const Json json = to_json(Op(AddAddress{.address = address}))["address"];
  EXPECT_EQ(json["flags"], Json({"temporary", "tentative", "0x1000"}));
  address.local = IpAddress::parse("10.0.0.1");
  EXPECT_EQ(to_json(Op(AddAddress{.address = address}))["address"]["flags"][0], "secondary");
}

TEST(OpJson, HasTheMetricsOfARouteAsIpHas) {
  Route route = make_route("br0", "10.4.0.0/16", "10.0.0.254");
  route.metrics = {{2, 1400}, {8, 1360}, {40, 1}};
  EXPECT_EQ(to_json(Op(AddRoute{.route = route}))["route"]["metrics"],
            Json::parse(R"([{"mtu": 1400, "advmss": 1360, "40": 1}])"));
}

TEST(MutationJson, HasASchemaForEveryOperation) {
  Report report{.command = "bridge", .outcome = {.kind = OutcomeKind::partial}};
  report.plan.steps = {{.ops = test::every_operation()}};
  report.plan.changes = {{"tap\xff", "ifalias", "a\xff", ""}};
  report.outcome.error = Error::from_errno("link 'eth0'", EPERM);
  report.outcome.left = test::every_operation();
  report.outcome.differences = {"link 'eth0' is gone"};
  report.outcome.confirm_within = std::chrono::seconds(60);
  const Json json = parsed(json_report(report));
  EXPECT_EQ(json["steps"].size(), std::variant_size_v<Op>);
  EXPECT_EQ(json["left"], json["steps"]);
}

TEST(MonitorJson, HasASchemaForEveryEvent) {
  const Link link = test::full_link();
  Link other = link;
  other.name = name("new1");
  other.carrier = false;
  other.settings = {.mac = Mac::parse("02:00:00:00:00:02"),
                    .mtu = 1,
                    .txqueuelen = 1,
                    .alias = "",
                    .master = link.settings.master,
                    .up = false};
  other.tun = TunDevice{.mode = TunMode::tun};
  other.bridge =
      Bridge{.stp = false, .forward_delay = 9, .priority = 9, .nf_call_arptables = false};
  other.port = Port{.cost = 9, .hairpin = false, .guard = true};
  Address address = test::full_address();
  address.metric = 9;
  const auto now = std::chrono::system_clock::now();
  size_t lines = 0;
  for (const StateChange& change : std::initializer_list<StateChange>{
           Changed<Link>{{}, link}, Changed<Link>{link, {}}, Changed<Link>{link, other},
           Changed<Address>{{}, address}, Changed<Address>{address, {}},
           Changed<Address>{test::full_address(), address}, Changed<Route>{{}, test::full_route()},
           Changed<Route>{test::full_route(), {}},
           Changed<Route>{test::full_route(), test::full_route()}}) {
    for (const std::string& line : json_change(change, now)) {
      test::expect_valid_json(line);
      ++lines;
    }
  }
  EXPECT_EQ(lines, 8U + 21U);  // of a link that differs, a line for each attribute
  test::expect_valid_json(json_lost(now));
  test::expect_valid_json(json_lost(std::nullopt));
}

TEST(LogJson, HasTheBytesOfACommandThatIsNotUtf8) {
  const Json json = parsed(json_log({{"1a2b3c", 5, "committed", "tapctl add \xff"}}));
  EXPECT_EQ(json["transactions"][0]["command_bytes"], "74617063746c2061646420ff");
}

TEST(DoctorJson, HasASchemaForWhatWasFoundAndNotLookedAt) {
  Diagnosis diagnosis{.checks = 17, .links = 2, .unseen = {{"firewall", "no permission"}}};
  diagnosis.findings = {
      {.id = "forward-drop", .evidence = "seen", .remedy = {"# none"}},
      {.id = "stp-delay", .subject = IfName::from_kernel("b\xff"), .evidence = "x"}};
  const Json json = parsed(json_diagnosis(diagnosis));
  EXPECT_EQ(json["findings"][0]["ifname"], nullptr);
  EXPECT_EQ(json["findings"][1]["ifname_bytes"], "62ff");
}

TEST(StatusJson, HasASchemaForTheTransactionThatWaits) {
  Pending pending{.transaction = test::full_transaction(), .is_waiting = true, .left_ms = 1500};
  EXPECT_EQ(parsed(json_status(host(), {}, pending))["pending"]["left_ms"], 1500);
  pending.is_waiting = false;
  EXPECT_EQ(parsed(json_status(host(), {}, pending))["pending"]["left_ms"], nullptr);
}

TEST(MutationJson, HasTheBytesOfNamesThatAreNotUtf8) {
  Report report{.command = "del", .outcome = {.kind = OutcomeKind::planned}};
  report.plan.names = {"tap0"};
  EXPECT_FALSE(parsed(json_report(report)).contains("names_bytes"));
  report.plan.names.emplace_back("t\xff");
  const Json json = parsed(json_report(report));
  EXPECT_EQ(json["names"], Json({"tap0", "t\uFFFD"}));
  EXPECT_EQ(json["names_bytes"], Json({"74617030", "74ff"}));
}

TEST(ErrorJson, HasTheBytesOfACommandThatIsNotUtf8) {
  const Json json = parsed(json_error("\xff", Error("unknown command")));
  EXPECT_EQ(json["command"], "\uFFFD");
  EXPECT_EQ(json["command_bytes"], "ff");
}

TEST(ErrorJson, HasTheErrnoInWordsToo) {
  Error error = Error::from_errno("device 'tap0': set mtu", EINVAL);
  error.kernel = "mtu greater than device maximum";
  error.hint = "try less";
  EXPECT_EQ(parsed(json_error("set", error))["error"], Json::parse(R"({
    "message": "device 'tap0': set mtu: Invalid argument", "errno": 22, "errno_name": "EINVAL",
    "kernel": "mtu greater than device maximum", "hint": "try less"})"));
  EXPECT_EQ(parsed(json_error("set", Error("nothing to set")))["error"]["message"],
            "nothing to set");
}

}  // namespace
}  // namespace tapctl

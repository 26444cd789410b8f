// SPDX-License-Identifier: MIT
// apply, diff, down and save: files with and without mistakes, drift, and the way back.
#include "support/cli_test.hpp"
#include "support/host_state.hpp"
#include "support/json_schema.hpp"
#include "support/rich_host.hpp"
#include "support/running.hpp"

#include <filesystem>
#include <fstream>

namespace tapctl::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr const char* file = "/run/tapctl.json";

void write(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text;
}

void configure(const json& config) {
  EXPECT_EQ(schema_errors("config", config), "") << config;
  write(file, config.dump(2));
}

/// The line of the tutorials as a file.
const json& one_bridge() {
  static const json config = {{"devices", {{{"ifname", "tap0"}, {"owner", "root"}}}},
                              {"bridges", {{{"ifname", "virbr0"}, {"ports", {"eth0", "tap0"}}}}}};
  return config;
}

class Apply : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (!IsSkipped() && !no_validator().empty())
      TAPCTL_CANNOT_RUN(no_validator());
  }
};

void expect_applied(const Argv& options = {}) {
  Argv argv{"apply", file};
  argv.insert(argv.end(), options.begin(), options.end());
  const Result result = tapctl(argv);
  EXPECT_EQ(result.status, 0) << result.err;
}

/// A refusal with these words among others.
void expect_refused_for(const Argv& arguments, int status, const std::string& words) {
  const json before = host_state();
  const Result result = tapctl(arguments);
  EXPECT_EQ(result.status, status) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find(words), std::string::npos) << words << "\nis not in\n" << result.err;
  EXPECT_EQ(difference(before, host_state()), "");
}

std::string detail(const std::string& link, const std::string& key) {
  const json shown = json::parse(must_run({"ip", "-j", "-d", "link", "show", "dev", link}));
  const json value = shown[0].value(json::json_pointer(key), json());
  return value.is_string() ? value.get<std::string>() : value.dump();
}

json without_stray(json state) {
  state.erase("memory");
  return state;
}

TEST_F(Apply, OfTheTutorialsFileDoesWhatTheTwoLinesDo) {
  build_plain_host();
  must_run({tapctl_path(), "add", "tap0", "--user", "root"});
  must_run({tapctl_path(), "bridge", "virbr0", "eth0", "tap0"});
  const json by_lines = host_state();
  SetUp();
  build_plain_host();
  configure(one_bridge());
  expect_applied();
  json by_file = host_state();
  for (json* state : {&by_file, const_cast<json*>(&by_lines)}) {
    state->erase("memory");
    for (json& link : (*state)["links"])
      if (link.value("/linkinfo/info_kind"_json_pointer, "") == "tun")
        link.erase("address");  // a random one
  }
  EXPECT_EQ(difference(by_lines, by_file), "");
}

TEST_F(Apply, AgainIsUnchangedAndDownGivesEverythingBack) {
  build_rich_host();
  const json before = host_state();
  configure(one_bridge());
  EXPECT_EQ(tapctl({"diff", file}).status, 4);
  EXPECT_EQ(difference(before, host_state()), "");
  expect_applied();
  const json applied = host_state();
  EXPECT_EQ(addresses_of(applied, "eth0").size(), 0U);
  EXPECT_EQ(tapctl_json({"apply", file})["outcome"], "unchanged");
  EXPECT_EQ(tapctl({"diff", file}).status, 0);
  EXPECT_EQ(difference(applied, host_state()), "");
  EXPECT_EQ(tapctl({"down", file}).status, 0);
  EXPECT_EQ(difference(before, host_state()), "");
  EXPECT_EQ(tapctl_json({"down", file})["outcome"], "unchanged");
  EXPECT_EQ(tapctl({"down", file}).err, "hint: nothing to take down: '" + std::string(file) +
                                            "' was not applied, or is taken down already\n");
}

TEST_F(Apply, OfDevicesHasEveryAttribute) {
  configure({{"devices",
              {{{"ifname", "vpn"},
                {"mode", "tun"},
                {"owner", 54321},
                {"group", 54322},
                {"mtu", 1400},
                {"txqueuelen", 33},
                {"ifalias", "a line"},
                {"up", true},
                {"addresses", {"10.9.0.1"}},
                {"peer", "10.9.0.2"},
                {"multi_queue", true},
                {"vnet_hdr", true},
                {"pi", true}},
               {{"ifname", "vm%d"}, {"count", 3}, {"any_user", true}},
               {{"ifname", "mac"}, {"address", "52:54:00:00:00:77"}}}}});
  expect_applied();
  EXPECT_EQ(detail("vpn", "/linkinfo/info_data/type"), "tun");
  EXPECT_EQ(detail("vpn", "/linkinfo/info_data/user"), "54321");
  EXPECT_EQ(detail("vpn", "/linkinfo/info_data/group"), "54322");
  EXPECT_EQ(detail("vpn", "/linkinfo/info_data/multi_queue"), "true");
  EXPECT_EQ(detail("vpn", "/linkinfo/info_data/vnet_hdr"), "true");
  EXPECT_EQ(detail("vpn", "/linkinfo/info_data/pi"), "true");
  EXPECT_EQ(detail("vpn", "/mtu"), "1400");
  EXPECT_EQ(detail("vpn", "/txqlen"), "33");
  EXPECT_EQ(detail("vpn", "/ifalias"), "a line");
  EXPECT_EQ(detail("mac", "/address"), "52:54:00:00:00:77");
  const json addresses = json::parse(must_run({"ip", "-j", "addr", "show", "dev", "vpn"}));
  EXPECT_EQ(addresses[0]["addr_info"][0]["address"], "10.9.0.2");
  for (const std::string name : {"vm0", "vm1", "vm2"})
    EXPECT_EQ(detail(name, "/linkinfo/info_data/user"), "null") << name;
  EXPECT_EQ(tapctl_json({"apply", file})["outcome"], "unchanged");
}

TEST_F(Apply, OfBridgesAndPortsHasEverySetting) {
  build_plain_host();
  ip_batch("link add odd type veth peer name far1\n");
  configure({{"devices",
              {{{"ifname", "tap0"},
                {"master", "br0"},
                {"address", "52:54:00:00:00:01"},
                {"port", {{"isolated", true}, {"cost", 7}}}}}},
             {"bridges",
              {{{"ifname", "br0"},
                {"ports", {{{"ifname", "odd"}, {"port", {{"hairpin", true}, {"priority", 5}}}}}},
                {"addresses", {"192.0.2.1/24", "2001:db8:9::1/64"}},
                {"address", "52:54:00:00:00:99"},
                {"mtu", 1480},
                {"stp_state", true},
                {"forward_delay", "4s"},
                {"hello_time", "1s"},
                {"max_age", "8s"},
                {"ageing_time", "60s"},
                {"priority", 4096},
                {"mcast_snooping", false}}}}});
  expect_applied();
  EXPECT_EQ(detail("br0", "/address"), "52:54:00:00:00:99");
  EXPECT_EQ(detail("br0", "/mtu"), "1480");
  EXPECT_EQ(detail("br0", "/linkinfo/info_data/stp_state"), "1");
  EXPECT_EQ(detail("br0", "/linkinfo/info_data/forward_delay"), "400");
  EXPECT_EQ(detail("br0", "/linkinfo/info_data/hello_time"), "100");
  EXPECT_EQ(detail("br0", "/linkinfo/info_data/max_age"), "800");
  EXPECT_EQ(detail("br0", "/linkinfo/info_data/ageing_time"), "6000");
  EXPECT_EQ(detail("br0", "/linkinfo/info_data/priority"), "4096");
  EXPECT_EQ(detail("br0", "/linkinfo/info_data/mcast_snooping"), "0");
  EXPECT_EQ(detail("odd", "/linkinfo/info_slave_data/hairpin"), "true");
  EXPECT_EQ(detail("tap0", "/linkinfo/info_slave_data/isolated"), "true");
  EXPECT_EQ(detail("tap0", "/linkinfo/info_slave_data/cost"), "7");
  EXPECT_EQ(detail("tap0", "/address"), "52:54:00:00:00:01") << "given, so kept";
  EXPECT_EQ(addresses_of(host_state(), "br0"),
            (std::vector<std::string>{"192.0.2.1/24", "2001:db8:9::1/64"}));
  EXPECT_EQ(addresses_of(host_state(), "eth0").size(), 1U) << "no business of this bridge";
  EXPECT_EQ(tapctl_json({"apply", file})["outcome"], "unchanged");
}

TEST_F(Apply, BringsEveryDriftInLine) {
  build_plain_host();
  ip_batch("link add lan1 type veth peer name far1\n");
  json config = one_bridge();
  config["devices"][0].update({{"mtu", 1500}, {"ifalias", "vm"}, {"txqueuelen", 500}});
  config["bridges"][0].update({{"ports", {"eth0", "tap0", "lan1"}},
                               {"ageing_time", "60s"},
                               {"addresses", {"192.0.2.1/24"}}});
  configure(config);
  expect_applied();
  const json applied = host_state();
  struct Drift {
    const char* what;
    const char* by_hand;  ///< for ip -batch
    const char* shown;
  };
  for (const Drift& drift :
       {Drift{"a tap without its bridge", "link set tap0 nomaster", "tap0: master none -> virbr0"},
        Drift{"a port without its bridge", "link set lan1 nomaster", "lan1: master none -> virbr0"},
        Drift{"a tap that is down", "link set tap0 down", "tap0: up off -> on"},
        Drift{"an MTU", "link set tap0 mtu 1400", "tap0: mtu 1400 -> 1500"},
        Drift{"an alias", "link set tap0 alias other", "tap0: ifalias other -> vm"},
        Drift{"a queue", "link set tap0 txqueuelen 9", "tap0: txqueuelen 9 -> 500"},
        Drift{"an address", "addr del 192.0.2.1/24 dev virbr0",
              "virbr0: address 192.0.2.1/24 added"},
        Drift{"a setting of the bridge", "link set virbr0 type bridge ageing_time 100",
              "virbr0: ageing_time 1s -> 60s"}}) {
    SCOPED_TRACE(drift.what);
    ip_batch(std::string(drift.by_hand) + "\n");
    const Result diff = tapctl({"diff", file});
    EXPECT_EQ(diff.status, 4);
    EXPECT_NE(diff.out.find(drift.shown), std::string::npos) << diff.out << diff.err;
    expect_applied();
    EXPECT_EQ(difference(without_stray(applied), without_stray(host_state())), "");
  }
  ip_batch("link del tap0\n");
  const std::string diff = tapctl({"diff", file}).out;
  EXPECT_EQ(diff.find("tapctl apply would change:\ntap0: created ("), 0U) << diff;
  EXPECT_NE(diff.find("MAC random"), std::string::npos) << diff;
  EXPECT_EQ(tapctl({"diff", file}).out, diff);
  expect_applied();
  EXPECT_EQ(detail("tap0", "/master"), "virbr0");
  EXPECT_EQ(tapctl({"down", file}).status, 0);
  EXPECT_NE(run({"ip", "link", "show", "tap0"}).status, 0) << "made anew by apply, so taken away";
}

TEST_F(Apply, ReportsEveryMistakeWithItsPlaceAndTouchesNothing) {
  build_plain_host();
  write(file, R"({
  "schema": 2,
  "devices": [
    {"ifname": "tap0", "mtuu": 1500, "owner": "no-such-user"},
    {"ifname": "tap0"},
    {"ifname": "vm%d"},
    {"ifname": "a-name-of-16-byte", "up": "yes"},
    {"mode": "tap"}
  ],
  "bridges": [
    {"ifname": "br0", "ports": ["eth0", 5, {"adress": "52:54:00:00:00:01"}, "eth0"],
     "addresses": ["192.0.2.1"], "forward_delay": 15,
     "stp_state": "on", "uplink": "eth9"}
  ],
  "wait": "soon"
})");
  const Result result = tapctl({"apply", file});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  for (const char* expected :
       {":2: schema: ", ":4: devices[0].mtuu: unknown key, did you mean 'mtu'?",
        ":4: devices[0].owner: user 'no-such-user': there is none of that name",
        ":5: devices[1].ifname: 'tap0' is described in /run/tapctl.json:4 already",
        ":6: devices[2].ifname: 'vm%d' needs a count",
        ":7: devices[3].ifname: ", ":7: devices[3].up: is 'yes', a text, not true or false",
        ":8: devices[4].ifname: every device needs one",
        ":11: bridges[0].ports[1]: is neither a name nor an object",
        ":11: bridges[0].ports[2].adress: unknown key, did you mean 'address'?",
        ":11: bridges[0].ports[3]: 'eth0' is a port in /run/tapctl.json:11 already",
        ":12: bridges[0].addresses[0]: address '192.0.2.1': has no prefix length",
        ":12: bridges[0].forward_delay: is '15', a number, not a text",
        ":13: bridges[0].stp_state: is 'on', a text, not true or false",
        ":13: bridges[0].uplink: 'eth9' is not among the ports", ":15: wait: 'soon'"})
    EXPECT_NE(result.err.find(std::string(file) + expected), std::string::npos)
        << expected << "\nis not in\n"
        << result.err;
  expect_refused_for({"apply", file}, 2, "mistakes");
  const json document = tapctl_json({"apply", file}, 2);
  EXPECT_GE(document["error"]["details"].size(), 16U);
}

TEST_F(Apply, NamesTheLineOfASyntaxError) {
  write(file, "{\n  \"devices\": [\n    {\"ifname\": \"tap0\"\n  ]\n}\n");
  expect_refused_for({"apply", file}, 2, "/run/tapctl.json:4: syntax error");
  write(file, std::string(100000, '['));
  expect_refused_for({"apply", file}, 2, "nested too deeply");
  write(file, "");
  expect_refused_for({"apply", file}, 2, "/run/tapctl.json:1: ");
  write(file, "[]");
  expect_refused_for({"apply", file}, 2, "/run/tapctl.json:1: is a list, not an object");
  expect_refused_for({"apply", "/run/none.json"}, 1, "/run/none.json': read: No such file");
  expect_refused_for({"apply", "/run"}, 1, "'/run': read: Is a directory");
  expect_refused_for({"apply", file, file}, 2, "more than one file given");
}

TEST_F(Apply, RefusesContradictionsInTheFile) {
  configure({{"devices", {{{"ifname", "tap0"}, {"master", "br1"}}}},
             {"bridges", {{{"ifname", "br0"}, {"ports", {"tap0"}}}}}});
  expect_refused_for({"apply", file}, 2, "'tap0' is a device with the master 'br1'");
  configure({{"devices", {{{"ifname", "tap0"}, {"any_user", true}, {"owner", 5}}}}});
  expect_refused_for({"apply", file}, 2, "devices[0].any_user: excludes owner and group");
  configure({{"devices", {{{"ifname", "tap0"}, {"peer", "10.0.0.1"}}}}});
  expect_refused_for({"apply", file}, 2, "devices[0]: ");
  configure({{"bridges", {{{"ifname", "br0"}, {"ports", {"br0"}}}}}});
  expect_refused_for({"apply", file}, 2, "bridges[0].ports: 'br0' cannot be a port of itself");
  write(file, R"({"devices": [], "devices": []})");
  expect_refused_for({"apply", file}, 2, "devices: is there twice, in line 1 too");
}

TEST_F(Apply, ReadsTheFilesOfTheFolderInOrderAndWithComments) {
  write(file, "// a host\n{\"bridges\": [{\"ifname\": \"br0\"}] /* one */}\n");
  write(std::string(file) + ".d/20.json", R"({"devices": [{"ifname": "tap2", "master": "br0"}]})");
  write(std::string(file) + ".d/10.json", R"({"devices": [{"ifname": "tap1", "master": "br0"}]})");
  write(std::string(file) + ".d/note.txt", "no JSON");
  const json document = tapctl_json({"apply", file});
  EXPECT_EQ(document["outcome"], "committed");
  EXPECT_EQ(document["names"][0], "tap1");
  EXPECT_EQ(detail("tap1", "/master"), "br0");
  EXPECT_EQ(detail("tap2", "/master"), "br0");
  write(std::string(file) + ".d/30.json", "{\n\"devices\": [{\"ifname\": \"tap1\"}]}");
  expect_refused_for({"apply", file}, 2,
                     "/run/tapctl.json.d/30.json:2: devices[0].ifname: 'tap1' is described in "
                     "/run/tapctl.json.d/10.json:1 already");
}

TEST_F(Apply, FindsARenamedNicByItsMac) {
  build_plain_host();
  const std::string mac = detail("eth0", "/address");
  configure({{"bridges",
              {{{"ifname", "virbr0"},
                {"ports", {{{"ifname", "lan"}, {"address", mac}}}},
                {"uplink", "lan"}}}}});
  ip_batch(
      "link set eth0 down\nlink set eth0 name enp9\nlink set enp9 up\n"
      "route add default via 172.16.255.254\n");
  expect_applied();
  EXPECT_EQ(detail("enp9", "/master"), "virbr0");
  EXPECT_EQ(addresses_of(host_state(), "virbr0"), std::vector<std::string>{"172.16.1.2/16"});
  EXPECT_EQ(tapctl_json({"apply", file})["outcome"], "unchanged") << "the bridge has that MAC too";
  configure(
      {{"bridges", {{{"ifname", "virbr0"}, {"ports", {{{"address", "52:54:00:00:00:01"}}}}}}}});
  expect_refused_for({"apply", file}, 1, "link with MAC 52:54:00:00:00:01: there is none");
}

TEST_F(Apply, NamesAMissingNicAndWaitsForOneThatComes) {
  configure({{"wait", "100ms"}, {"bridges", {{{"ifname", "br0"}, {"ports", {"eth7"}}}}}});
  expect_refused_for({"apply", file}, 1, "link 'eth7': not there after 100 ms");
  configure({{"wait", "20s"}, {"bridges", {{{"ifname", "br0"}, {"ports", {"eth7"}}}}}});
  Running waiting({tapctl_path(), "apply", file});
  waiting.wait_until_idle();
  ip_batch("link add eth7 type veth peer name far1\n");
  EXPECT_EQ(waiting.wait(), 0) << waiting.err();
  EXPECT_EQ(detail("eth7", "/master"), "br0");
}

TEST_F(Apply, MovesTwoUplinksAtOnceAndBack) {
  build_plain_host();
  ip_batch(
      "link add lan1 type veth peer name far1\nlink set far1 up\nlink set lan1 up\n"
      "addr add 198.51.100.1/24 dev lan1\nroute add 203.0.113.0/24 via 198.51.100.9\n");
  const json before = host_state();
  configure(
      {{"bridges",
        {{{"ifname", "br0"}, {"ports", {"eth0"}}}, {{"ifname", "br1"}, {"ports", {"lan1"}}}}}});
  expect_applied();
  const json state = host_state();
  EXPECT_EQ(addresses_of(state, "br0"), std::vector<std::string>{"172.16.1.2/16"});
  EXPECT_EQ(addresses_of(state, "br1"), std::vector<std::string>{"198.51.100.1/24"});
  EXPECT_EQ(tapctl_json({"apply", file})["outcome"], "unchanged");
  EXPECT_EQ(tapctl({"down", file}).status, 0);
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(Apply, RollsBothBackWhenOneGatewayFallsSilent) {
  build_plain_host();
  const json before = host_state();
  configure(one_bridge());
  const Result result = tapctl({"apply", file, "--check", "172.16.255.99", "--timeout", "300ms"});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err.find("tapctl: 172.16.255.99 does not answer on 'virbr0'\n"
                            "rolled back: all is as before\nhint: "),
            0U)
      << result.err;
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(Apply, TakesCheckAndTimeoutFromTheFile) {
  build_plain_host();
  json config = one_bridge();
  config.update({{"check", "172.16.255.99"}, {"timeout", "200ms"}});
  configure(config);
  EXPECT_EQ(tapctl({"apply", file}).status, 1);
  expect_applied({"--check", "gateway"});
}

using Down = Apply;

TEST_F(Down, TakesAwayWhatWasMadeThoughTheFileHasChanged) {
  build_plain_host();
  ip_batch("tuntap add mine mode tap\n");
  const json before = host_state();
  configure(one_bridge());
  expect_applied();
  ip_batch("link set tap0 down\nlink set tap0 name renamed\n");
  write(file, "no JSON any more");
  EXPECT_EQ(tapctl({"down", file}).status, 0);
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(Down, FindsAPortAndABridgeThatWereRenamed) {
  ip_batch("link add br0 type bridge\nlink add lan0 type veth peer name lan1\n");
  configure({{"bridges", {{{"ifname", "br0"}, {"ports", {"lan0"}}}}}});
  expect_applied();
  ip_batch(
      "link set lan0 down\nlink set lan0 name lan2\nlink set br0 down\nlink set br0 name br1\n"
      "link add lan0 type veth peer name lan3\nlink add br0 type bridge\n"
      "link set lan0 master br0\n");
  EXPECT_EQ(tapctl({"down", file}).status, 0);
  EXPECT_EQ(detail("lan2", "/master"), "null");
  EXPECT_EQ(detail("lan0", "/master"), "br0") << "is of other hands";
}

TEST_F(Down, ReadsARecordWithoutTheIndexesOfPorts) {
  ip_batch("link add br0 type bridge\nlink add lan0 type veth peer name lan1\n");
  configure({{"bridges", {{{"ifname", "br0"}, {"ports", {"lan0"}}}}}});
  expect_applied();
  must_run({"sh", "-c",
            R"(sed -i -E 's/\["lan0","br0",[0-9]+,[0-9]+\]/["lan0","br0"]/' )"
            "/run/tapctl/*/applied.json"});
  EXPECT_EQ(tapctl({"down", file}).status, 0);
  EXPECT_EQ(detail("lan0", "/master"), "null");
}

TEST_F(Apply, SaysWhatAnEarlierOneMadeThatTheFileNamesNoMore) {
  build_plain_host();
  configure(one_bridge());
  expect_applied();
  configure({{"devices", {{{"ifname", "tap0"}, {"owner", "root"}}}}});
  const Result result = tapctl({"apply", file});
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.err.find("link 'virbr0' was made by an earlier apply"), std::string::npos)
      << result.err;
  EXPECT_EQ(result.err.find("tap0"), std::string::npos) << result.err;
}

TEST_F(Down, LeavesWhatOthersMade) {
  build_plain_host();
  ip_batch(
      "link add br0 type bridge\nlink set br0 up\ntuntap add mine mode tap\n"
      "tuntap add old mode tap user 0\nlink set mine down\n");
  const json before = host_state();
  configure({{"devices", {{{"ifname", "tap0"}}, {{"ifname", "old"}, {"owner", 0}}}},
             {"bridges", {{{"ifname", "br0"}, {"ports", {"tap0", "mine"}}}}}});
  expect_applied();
  EXPECT_EQ(detail("mine", "/master"), "br0");
  ip_batch("link del tap0\ntuntap add tap0 mode tap\n");  // by other hands now
  EXPECT_EQ(tapctl({"down", file}).status, 0);
  EXPECT_EQ(run({"ip", "link", "show", "tap0"}).status, 0) << "not the one that apply made";
  EXPECT_EQ(run({"ip", "link", "show", "old"}).status, 0) << "was there before";
  EXPECT_EQ(run({"ip", "link", "show", "br0"}).status, 0) << "was there before";
  EXPECT_EQ(detail("mine", "/master"), "null") << "a port by apply";
}

TEST_F(Down, IsAboutOneFile) {
  write("/run/a.json", R"({"devices": [{"ifname": "tap1"}]})");
  write("/run/b.json", R"({"devices": [{"ifname": "tap2"}]})");
  EXPECT_EQ(tapctl({"apply", "/run/a.json"}).status, 0);
  EXPECT_EQ(tapctl({"apply", "/run/b.json"}).status, 0);
  EXPECT_EQ(tapctl({"down", "/run/../run/a.json"}).status, 0);
  EXPECT_NE(run({"ip", "link", "show", "tap1"}).status, 0);
  EXPECT_EQ(run({"ip", "link", "show", "tap2"}).status, 0);
}

using Save = Apply;

TEST_F(Save, ThenApplyInAFreshNamespaceGivesTheSame) {
  const auto host = [] {
    build_plain_host();
    ip_batch(
        "link add odd address 52:54:00:00:00:0d type veth peer name far1 address "
        "52:54:00:00:00:0e\n");
  };
  host();
  configure({{"devices",
              {{{"ifname", "tap0"},
                {"owner", "root"},
                {"mtu", 1400},
                {"ifalias", "vm"},
                {"address", "fe:00:00:00:00:01"},
                {"port", {{"isolated", true}, {"cost", 7}}}},
               {{"ifname", "vpn"},
                {"mode", "tun"},
                {"group", 0},
                {"addresses", {"10.9.0.1/32"}},
                {"peer", "10.9.0.2"},
                {"up", true},
                {"multi_queue", true}}}},
             {"bridges",
              {{{"ifname", "virbr0"},
                {"ports", {"eth0", "tap0"}},
                {"addresses", {"192.0.2.1/24"}},
                {"ageing_time", "60s"}},
               {{"ifname", "inner"},
                {"ports", {"odd"}},
                {"address", "52:54:00:00:00:99"},
                {"priority", 4096}}}}});
  expect_applied();
  const json state = without_stray(host_state());
  const std::string saved = tapctl_ok({"save", "-"});
  const json document = json::parse(saved, nullptr, true, true);
  EXPECT_EQ(schema_errors("config", document), "") << saved;
  SetUp();
  host();
  write(file, saved);
  expect_applied();
  json again = without_stray(host_state());
  // The NICs are others, with MACs of their own.
  for (json* each : {&again, const_cast<json*>(&state)})
    for (json& link : (*each)["links"])
      link.erase("ifindex");
  EXPECT_EQ(difference(state, again), "");
}

TEST_F(Save, WritesAFileOnceAndReplacesItWhenTold) {
  ip_batch("tuntap add tap0 mode tap\n");
  const std::string target = "/run/etc/tapctl.json";
  EXPECT_EQ(tapctl_ok({"save", target}), "'/run/etc/tapctl.json': written\n");
  EXPECT_EQ(json::parse(std::ifstream(target), nullptr, true, true)["devices"][0]["ifname"],
            "tap0");
  const Result refused = tapctl({"save", target});
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(refused.err.find("tapctl: file '/run/etc/tapctl.json': write: File exists\n"
                             "hint: --force replaces it"),
            0U)
      << refused.err;
  EXPECT_EQ(run({"sh", "-c", "cd /run/etc && \"$0\" save tapctl.json", tapctl_path()}).err,
            refused.err);
  ip_batch("tuntap add tap1 mode tap\n");
  EXPECT_EQ(tapctl_json({"save", target, "--force"})["outcome"], "committed");
  EXPECT_EQ(json::parse(std::ifstream(target), nullptr, true, true)["devices"].size(), 2U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator("/run/etc"), {}), 1);
  EXPECT_EQ(tapctl({"save", "/run/none/none/x.json"}).status, 1);
}

TEST_F(Save, OnAReadOnlyFolderChangesNothingAndSaysSo) {
  std::filesystem::create_directory("/run/etc");
  must_run({"mount", "-t", "tmpfs", "-o", "ro", "none", "/run/etc"});
  const Result result = tapctl({"save", "/run/etc/tapctl.json"});
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("Read-only file system"), std::string::npos) << result.err;
}

TEST_F(Apply, OnAFullRunChangesNothing) {
  build_plain_host();
  configure(one_bridge());
  std::filesystem::copy(file, "/tmp/tapctl-apply-test.json",
                        std::filesystem::copy_options::overwrite_existing);
  const json before = host_state();
  must_run({"mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=3", "none", "/run"});
  const Result result = tapctl({"apply", "/tmp/tapctl-apply-test.json"});
  std::filesystem::remove("/tmp/tapctl-apply-test.json");
  EXPECT_EQ(result.status, 1) << result.out;
  EXPECT_NE(result.err.find("No space left on device"), std::string::npos) << result.err;
  EXPECT_EQ(difference(without_stray(before), without_stray(host_state())), "");
}

TEST_F(Apply, ASecondOneWaitsForTheFirst) {
  build_plain_host();
  configure(one_bridge());
  Running first({tapctl_path(), "apply", file});
  Running second({tapctl_path(), "apply", file});
  EXPECT_EQ(first.wait(), 0) << first.err();
  EXPECT_EQ(second.wait(), 0) << second.err();
  EXPECT_EQ(detail("tap0", "/master"), "virbr0");
  EXPECT_EQ(tapctl_json({"apply", file})["outcome"], "unchanged");
}

TEST(Example, IsValid) {
  if (!no_validator().empty())
    TAPCTL_CANNOT_RUN(no_validator());
  const json example =
      json::parse(std::ifstream(TAPCTL_SOURCE "/examples/tapctl.json"), nullptr, true, true);
  EXPECT_EQ(schema_errors("config", example), "");
}

}  // namespace
}  // namespace tapctl::test

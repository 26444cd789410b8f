// SPDX-License-Identifier: MIT
// `tapctl monitor`: each change gives exactly its line, also when there are too many, and it ends
// without noise.
#include "support/cli_test.hpp"
#include "support/json_schema.hpp"
#include "support/rich_host.hpp"
#include "support/running.hpp"
#include "support/tap_holder.hpp"

#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <regex>
#include <sstream>

namespace tapctl::test {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

Argv monitor_argv(const Argv& arguments) {
  Argv argv{tapctl_path(), "monitor"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

/// Some things are looked up when nothing happens for a while.
constexpr auto quiet = 150ms;

class Monitor : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (IsSkipped() || HasFatalFailure())
      return;
    for (const char* name : {"all", "default"})  // link-local addresses come by themselves
      write_file(std::string("/proc/sys/net/ipv6/conf/") + name + "/disable_ipv6", "1");
    ip_batch("link add br0 address 02:00:00:00:00:01 type bridge\n");
  }

  void start(const Argv& arguments = {}) {
    monitor_.emplace(monitor_argv(arguments));
    monitor_->wait_until_idle();
  }

  /// What is printed for these commands of ip(8): what comes before the change that follows them.
  std::string lines_for(const std::string& batch) {
    const size_t start = monitor_->out().size();
    ip_batch(batch);
    monitor_->read_for(quiet);
    const int mtu = ++last_mtu_;
    ip_batch("link set lo mtu " + std::to_string(mtu) + "\n");
    const std::string mark = "lo: mtu " + (mtu == 50001 ? "65536" : std::to_string(mtu - 1)) +
                             " -> " + std::to_string(mtu) + "\n";
    EXPECT_TRUE(monitor_->read_until(mark, 10s, start)) << monitor_->out() << monitor_->err();
    const size_t end = monitor_->out().find(mark, start);
    return monitor_->out().substr(start, end - start);
  }

  std::optional<Running> monitor_;
  int last_mtu_ = 50000;
};

TEST_F(Monitor, SaysWhatChangedOfALink) {
  start();
  EXPECT_EQ(lines_for("tuntap add tap0 mode tap user 54321\n"
                      "link set tap0 address 02:00:00:00:00:02\n")
                .substr(0, 50),
            "tap0: added (tap, down, owner 54321, mtu 1500, MAC");
  EXPECT_EQ(lines_for("link set tap0 mtu 1400\n"), "tap0: mtu 1500 -> 1400\n");
  EXPECT_EQ(lines_for("link set tap0 address 02:00:00:00:00:03\n"),
            "tap0: MAC 02:00:00:00:00:02 -> 02:00:00:00:00:03\n");
  EXPECT_EQ(lines_for("link set tap0 up\n"), "tap0: up\n");
  EXPECT_EQ(lines_for("link set tap0 alias a'b\n"), "tap0: alias none -> 'a'b'\n");
  EXPECT_EQ(lines_for("link set tap0 txqueuelen 77\n"), "tap0: txqueuelen 1000 -> 77\n");
  EXPECT_EQ(lines_for("link set tap0 down\nlink set tap0 name tap9\nlink set tap9 up\n"),
            "tap0: down\ntap0: renamed to tap9\ntap9: up\n");
  EXPECT_EQ(lines_for("link del tap9\n"), "tap9: down\ntap9: removed\n");
}

TEST_F(Monitor, SaysWhatChangedOfABridgeAndItsPorts) {
  ip_batch("tuntap add tap0 mode tap\nlink set tap0 up\nlink set br0 up mtu 1499\n");
  start();
  EXPECT_EQ(lines_for("link set tap0 master br0\n"), "tap0: master none -> br0\n");
  EXPECT_EQ(lines_for("link set br0 type bridge forward_delay 400\n"),
            "br0: forward_delay 15s -> 4s\n");
  EXPECT_EQ(lines_for("link set tap0 type bridge_slave hairpin on\n"), "tap0: hairpin off -> on\n");
  // The kernel tells this one with a message of family AF_BRIDGE alone.
  must_run({"bridge", "link", "set", "dev", "tap0", "isolated", "on"});
  EXPECT_EQ(lines_for(""), "tap0: isolated off -> on\n");
  EXPECT_EQ(lines_for("link set br0 name br1\nlink set tap0 nomaster\n"),
            "br0: renamed to br1\ntap0: master br1 -> none\n");
}

TEST_F(Monitor, ReadsNothingAheadOfWhatIsQueued) {
  ip_batch("tuntap add tap0 mode tap\nlink set br0 up address 02:00:00:00:00:01\n");
  start();
  monitor_->send(SIGSTOP);
  ip_batch(
      "link set tap0 master br0\nlink set tap0 nomaster\n"
      "link set tap0 master br0\nlink set tap0 type bridge_slave hairpin on\n"
      "link set tap0 nomaster\n");
  monitor_->send(SIGCONT);
  EXPECT_EQ(lines_for(""),
            "tap0: master none -> br0\ntap0: master br0 -> none\ntap0: master none -> br0\n"
            "tap0: hairpin off -> on\ntap0: master br0 -> none\n");
}

TEST_F(Monitor, SaysWhoIsThere) {
  ip_batch("tuntap add tap0 mode tap\nlink set tap0 up\n");
  start();
  {
    const TapHolder holder("tap0");
    EXPECT_TRUE(monitor_->read_until("tap0: carrier on\n", 10s)) << monitor_->out();
    EXPECT_TRUE(monitor_->read_until("tap0: attached queues 0 -> 1\n", 10s)) << monitor_->out();
    monitor_->read_for(quiet);
  }
  EXPECT_TRUE(monitor_->read_until("tap0: attached queues 1 -> 0\n", 10s)) << monitor_->out();
  EXPECT_TRUE(monitor_->read_until("tap0: carrier off\n", 10s)) << monitor_->out();
  monitor_->read_for(quiet);
  EXPECT_EQ(std::count(monitor_->out().begin(), monitor_->out().end(), '\n'), 4) << monitor_->out();
}

TEST_F(Monitor, SaysWhichAddressesAndDefaultRoutesThereAre) {
  ip_batch("link set br0 up\n");
  start();
  EXPECT_EQ(lines_for("addr add 10.0.0.1/24 dev br0\n"), "br0: address 10.0.0.1/24 added\n");
  EXPECT_EQ(lines_for("route add default via 10.0.0.2\n"), "default via 10.0.0.2 dev br0: added\n");
  EXPECT_EQ(lines_for("route replace default via 10.0.0.3\n"),
            "default via 10.0.0.2 dev br0: replaced by default via 10.0.0.3 dev br0\n");
  EXPECT_EQ(lines_for("route add default via 10.0.0.2 table 100\nroute add 10.9.0.0/16 via "
                      "10.0.0.2\nroute add 0.0.0.0/1 via 10.0.0.2\n"),
            "");
  // The kernel says nothing of the route that goes with the link.
  EXPECT_EQ(lines_for("link set br0 down\n"), "br0: down\ndefault via 10.0.0.3 dev br0: removed\n");
  EXPECT_EQ(lines_for("addr del 10.0.0.1/24 dev br0\n"), "br0: address 10.0.0.1/24 removed\n");
}

TEST_F(Monitor, KnowsIPv6) {
  write_file("/proc/sys/net/ipv6/conf/br0/disable_ipv6", "0");
  write_file("/proc/sys/net/ipv6/conf/br0/addr_gen_mode", "1");
  ip_batch("link set br0 up\n");
  start();
  EXPECT_EQ(lines_for("addr add fd00::1/64 dev br0 nodad\n"), "br0: address fd00::1/64 added\n");
  EXPECT_EQ(lines_for("route add default via fd00::2\n"),
            "default via fd00::2 dev br0 metric 1024: added\n");
  EXPECT_EQ(lines_for("addr change fd00::1/64 dev br0 preferred_lft 0 valid_lft 1000\n"),
            "br0: address fd00::1/64 changed (deprecated)\n");
  const std::string end = lines_for("link set br0 down\n");
  for (const char* line : {"br0: down\n", "default via fd00::2 dev br0 metric 1024: removed\n",
                           "br0: address fd00::1/64 removed\n"})
    EXPECT_NE(end.find(line), std::string::npos) << end;
}

TEST_F(Monitor, IsSilentAboutWhatIsNotShown) {
  ip_batch("tuntap add tap0 mode tap\nlink set tap0 up\naddr add 10.0.0.1/24 dev tap0\n");
  start();
  EXPECT_EQ(lines_for("link set tap0 promisc on\nlink set tap0 up\nlink set tap0 mtu 1500\n"
                      "addr change 10.0.0.1/24 dev tap0\nlink set tap0 promisc off\n"),
            "");
}

TEST_F(Monitor, CanBeNarrowed) {
  start({"lo", "tap9", "--match", "vm*"});
  const std::string lines = lines_for(
      "tuntap add tap0 mode tap\nlink set br0 up\naddr add 10.0.0.1/24 dev br0\n"
      "link set tap0 name tap9\ntuntap add vm1 mode tun\nlink del vm1\n");
  EXPECT_TRUE(lines.starts_with("tap0: renamed to tap9\nvm1: added (tun, down")) << lines;
  EXPECT_TRUE(lines.ends_with(")\nvm1: removed\n")) << lines;
}

TEST_F(Monitor, HasTimestamps) {
  start({"--timestamps"});
  ip_batch("link set br0 mtu 1400\n");
  ASSERT_TRUE(monitor_->read_until("br0: mtu 1500 -> 1400\n", 10s));
  EXPECT_TRUE(std::regex_match(monitor_->out(),
                               std::regex(R"(20..-..-.. ..:..:..\....  br0: mtu 1500 -> 1400\n)")))
      << monitor_->out();
}

std::vector<json> objects_in(const std::string& text) {
  std::vector<json> objects;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    objects.push_back(valid_json(line));
    EXPECT_EQ(objects.back().value("command", ""), "monitor") << line;
  }
  return objects;
}

TEST_F(Monitor, PrintsJsonObjects) {
  start({"--json", "--timestamps"});
  ip_batch(
      "tuntap add tap0 mode tap user 54321\n"
      "link set tap0 mtu 1400 up\n"
      "link set tap0 master br0\n"
      "link set br0 up\n"
      "addr add 10.0.0.1/24 dev br0\n"
      "route add default via 10.0.0.2\n"
      "route replace default via 10.0.0.3\n"
      "route del default\n"
      "addr del 10.0.0.1/24 dev br0\n"
      "link del tap0\n");
  ASSERT_TRUE(monitor_->read_until("\"link_removed\"", 10s));
  std::map<std::string, json> events;
  for (const json& object : objects_in(monitor_->out())) {
    EXPECT_GT(object.value("time", 0.0), 1.7e9) << object;
    if (object.value("ifname", "") == "br0" && object["event"] == "link_changed")
      continue;  // its MTU follows that of tap0
    events.emplace(object["event"].get<std::string>() + object.value("attribute", ""), object);
  }
  EXPECT_EQ(events["link_added"]["link"]["owner"], 54321);
  EXPECT_EQ(events["link_added"]["link"]["mode"], "tap");
  EXPECT_EQ(events["link_changedmtu"]["before"], 1500);
  EXPECT_EQ(events["link_changedmtu"]["after"], 1400);
  EXPECT_EQ(events["link_changedup"]["after"], true);
  EXPECT_EQ(events["address_added"]["ifname"], "br0");
  EXPECT_EQ(events["address_added"]["address"]["local"], "10.0.0.1");
  EXPECT_EQ(events["default_route_added"]["route"]["nexthops"][0]["gateway"], "10.0.0.2");
  EXPECT_EQ(events["default_route_replaced"]["before"]["nexthops"][0]["gateway"], "10.0.0.2");
  EXPECT_EQ(events["default_route_replaced"]["route"]["nexthops"][0]["gateway"], "10.0.0.3");
  EXPECT_TRUE(events.contains("default_route_removed"));
  EXPECT_TRUE(events.contains("address_removed"));
  EXPECT_EQ(events["link_removed"]["ifname"], "tap0");
}

/// MTU by name, from the objects that were printed.
void replay(std::map<std::string, int>& mtus, const json& object) {
  const std::string event = object["event"];
  const std::string name = object.value("ifname", "");
  if (event == "link_added")
    mtus[name] = object["link"]["mtu"];
  else if (event == "link_removed")
    mtus.erase(name);
  else if (event == "link_changed" && object["attribute"] == "mtu")
    mtus[name] = object["after"];
  else if (event == "link_changed" && object["attribute"] == "ifname") {
    auto node = mtus.extract(object["before"].get<std::string>());
    node.key() = name;
    mtus.insert(std::move(node));
  }
}

std::map<std::string, int> mtus_of_ip() {
  std::map<std::string, int> mtus;
  for (const json& link : json::parse(must_run({"ip", "-j", "link"})))
    mtus[link["ifname"]] = link["mtu"];
  return mtus;
}

/// 5,000 changes of links, new and deleted ones and swapped names among them.
std::string burst() {
  std::ostringstream lines;
  for (int tap = 0; tap < 20; ++tap)
    lines << "tuntap add t" << tap << " mode tap\n";
  for (int round = 0; round < 250; ++round)
    for (int tap = 0; tap < 20; ++tap)
      lines << "link set t" << tap << " mtu " << 1000 + round << "\n";
  lines << "link del t3\nlink set t1 name tmp\nlink set t2 name t1\nlink set tmp name t2\n"
           "link set t1 mtu 777\nlink set t4 name last\n";
  return lines.str();
}

class MonitorOverrun : public Monitor {
 protected:
  void SetUp() override {
    Monitor::SetUp();
    if (IsSkipped() || HasFatalFailure())
      return;
    if (::geteuid() != 0)
      TAPCTL_CANNOT_RUN("needs root, to become somebody else");
    // An ordinary user, whose receive buffer may not be large.
    const std::string copy = "/run/tapctl-test-binary";
    std::filesystem::copy_file(tapctl_path(), copy);
    ::chmod(copy.c_str(), 0755);
    as_nobody_ = {"setpriv", "--reuid",        "65534", "--regid",
                  "65534",   "--clear-groups", copy,    "monitor"};
  }

  Argv as_nobody_;
};

TEST_F(MonitorOverrun, IsSaidAndMadeGood) {
  as_nobody_.emplace_back("--json");
  auto mtus = mtus_of_ip();
  Running monitor(as_nobody_);
  monitor.wait_until_idle();
  monitor.send(SIGSTOP);
  ip_batch(burst());
  monitor.send(SIGCONT);
  ip_batch("tuntap add end mode tap\nlink set end mtu 4321\n");
  ASSERT_TRUE(monitor.read_until("4321", 20s)) << monitor.err();
  bool lost = false;
  for (const json& object : objects_in(monitor.out())) {
    lost = lost || object["event"] == "events_lost";
    replay(mtus, object);
  }
  EXPECT_TRUE(lost);
  EXPECT_EQ(mtus, mtus_of_ip());
  EXPECT_EQ(monitor.err(), "");
}

TEST_F(MonitorOverrun, IsSaidOnStderrInText) {
  Running monitor(as_nobody_);
  monitor.wait_until_idle();
  monitor.send(SIGSTOP);
  ip_batch(burst());
  monitor.send(SIGCONT);
  ASSERT_TRUE(monitor.read_until("last: added", 20s));
  EXPECT_NE(monitor.err().find("changes came faster than they were read"), std::string::npos);
}

TEST_F(Monitor, LosesNothingWhileItIsRead) {
  auto mtus = mtus_of_ip();
  start({"--json"});
  ip_batch(burst() + "tuntap add end mode tap\nlink set end mtu 4321\n");
  ASSERT_TRUE(monitor_->read_until("\"after\":4321", 20s)) << monitor_->err();
  const auto objects = objects_in(monitor_->out());
  EXPECT_GT(objects.size(), 5000U);
  for (const json& object : objects) {
    EXPECT_NE(object["event"], "events_lost");
    replay(mtus, object);
  }
  EXPECT_EQ(mtus, mtus_of_ip());
}

TEST_F(Monitor, EndsAtSignals) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    start();
    ip_batch("link set br0 mtu " + std::to_string(1300 + signal) + "\n");
    monitor_->read_until("\n", 10s);
    monitor_->send(signal);
    EXPECT_EQ(monitor_->wait(), 0) << signal;
    EXPECT_EQ(monitor_->err(), "");
    EXPECT_TRUE(monitor_->out().ends_with("\n")) << monitor_->out();
  }
}

/// The signal may come before, in, or after the write of the line.
TEST_F(Monitor, EndsAtASignalAtAnyMoment) {
  for (int i = 0; i < 40; ++i) {
    start();
    ip_batch("link set br0 mtu " + std::to_string(1300 + i) + "\n");
    if (i % 2 == 0)
      monitor_->read_until("\n", 10s);
    monitor_->send(SIGTERM);
    ASSERT_EQ(monitor_->wait(), 0);
  }
}

TEST_F(Monitor, EndsAtASignalWhileNobodyReads) {
  start();
  ip_batch(burst());  // more than a pipe holds
  ASSERT_TRUE(wait_until(
      [&] {
        return read_file("/proc/" + std::to_string(monitor_->pid()) + "/syscall").starts_with("1 ");
      },
      10s));
  monitor_->send(SIGINT);
  EXPECT_TRUE(wait_until(
      [&] {
        return read_file("/proc/" + std::to_string(monitor_->pid()) + "/stat").find(") Z ") !=
               std::string::npos;
      },
      5s));
  EXPECT_EQ(monitor_->wait(), 0);
  EXPECT_TRUE(monitor_->out().ends_with("\n"));
}

TEST_F(Monitor, EndsWhenItsReaderIsGone) {
  start();
  monitor_->close_reader();
  EXPECT_EQ(monitor_->wait(), 0);
  EXPECT_EQ(monitor_->err(), "");
  // And in the middle of a burst.
  const Result result = run({"sh", "-c",
                             "\"$0\" monitor | head -n 1 & sleep 1; ip link set lo mtu 40000; "
                             "ip link set lo mtu 40001; ip link set lo mtu 40002; wait",
                             tapctl_path()});
  EXPECT_EQ(result.out, "lo: mtu 65536 -> 40000\n");
  EXPECT_EQ(result.err, "");
}

TEST_F(Monitor, IsInErrorWhereItCannotWrite) {
  const Result result = run({"sh", "-c",
                             "\"$0\" monitor >/dev/full & sleep 1; ip link set lo mtu 40000; "
                             "wait $!",
                             tapctl_path()});
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("No space left on device"), std::string::npos) << result.err;
}

TEST_F(Monitor, RunsInAnotherNamespace) {
  add_netns("other");
  Running monitor({tapctl_path(), "--netns", "other", "monitor"});
  monitor.wait_until_idle();
  ip_batch("link set br0 mtu 1400\n");
  must_run({"ip", "-n", "other", "link", "set", "lo", "mtu", "1400"});
  EXPECT_TRUE(monitor.read_until("\n", 10s));
  EXPECT_EQ(monitor.out(), "lo: mtu 65536 -> 1400\n");
}

TEST_F(Monitor, SleepsWhenNothingHappens) {
  start();
  const auto switches = [&] {
    const std::string status = read_file("/proc/" + std::to_string(monitor_->pid()) + "/status");
    return status.substr(status.find("voluntary_ctxt_switches"));
  };
  const std::string before = switches();
  monitor_->read_for(1s);
  EXPECT_EQ(switches(), before);
}

}  // namespace
}  // namespace tapctl::test

// SPDX-License-Identifier: MIT
// `ip tuntap` and its drop-in.
#include "compat/differential.hpp"
#include "support/cli_test.hpp"
#include "support/tap_holder.hpp"

#include <gtest/gtest.h>

#include <random>

namespace tapctl::test {
namespace {

class Tuntap : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (!IsSkipped() && ::geteuid() != 0)
      TAPCTL_CANNOT_RUN("needs root");
  }
};

const Tool tool = {.original = {"ip", "tuntap"}, .drop_in = {"tuntap"}};

Row row(const std::string& line) {
  return {.lines = {line, "show"}};
}

Row differing(const std::string& line, const std::string& why, const std::string& says) {
  return {.lines = {line}, .differs = why, .says = says};
}

TEST_F(Tuntap, Creates) {
  std::vector<Row> rows;
  for (const std::string line :
       {"",
        "show",
        "list",
        "lst",
        "s",
        "ls",
        "lis",
        "sho",
        "show nosuch",
        "show dev nosuch",
        "show mode tap",
        "add a0 mode tap",
        "add mode tap",
        "add mode tun",
        "add name zz mode tun",
        "add dev a1 mode tun user 1000 group 5 one_queue pi vnet_hdr multi_queue",
        "add a2 m tap",
        "add a3 mo tap",
        "add a4 mode ta",
        "add a4 mode t",
        "add a5 mode tap u 1000",
        "add a6 mode tap us nobody",
        "add a7 mode tap g tty",
        "add a8 mode tap o",
        "add a9 mode tap p",
        "add b0 mode tap v",
        "add b1 mode tap mul",
        "add b2 mode tap mu",
        "a c0 mode tap",
        "ad c1 mode tap",
        "add d0 mode tap user 0",
        "add d2 mode tap user 4294967294",
        "add d6 mode tap user 010",
        "add d9 mode tap user root user 5",
        "add dev e1 dev e2 mode tap",
        "add e5 dev e6 mode tap",
        "add aaaaaaaaaaaaaaa mode tap",
        "add f%d mode tap",
        "add n1 mode tap one_queue",
        "add n5 mode tap multi_queue multi_queue",
        "add n6 mode tap pi pi",
        "add n7 mode tap user nobody group nogroup",
        "add n9 mode tap mode tap",
        "add dev dev mode tap",
        "add dev user mode tap",
        "add dev help mode tap",
        "add help2 mode tap",
        "add n tapn mode tap",
        "add y1 mode tun pi one multi vn"})
    rows.push_back(row(line));
  compare(tool, rows);
}

TEST_F(Tuntap, Deletes) {
  const std::vector<std::string> before = {"ip tuntap add a0 mode tap",
                                           "ip tuntap add a1 mode tun user 5",
                                           "ip tuntap add mq mode tap multi_queue",
                                           "ip tuntap add hdr0 mode tap vnet_hdr pi",
                                           "ip link add br0 type bridge",
                                           "ip link set a0 master br0"};
  for (const std::string line :
       {"del a0 mode tap", "d a0 mode tap", "de dev a1 mode tun", "delete a1 mode tun",
        "del a0 mode tun", "del a1 mode tap", "del a0", "del nosuch mode tap", "del mq mode tap",
        "del mq mode tap multi_queue", "del a0 mode tap multi_queue", "del hdr0 mode tap",
        "del hdr0 mode tap pi one_queue", "del br0 mode tap", "del lo mode tap",
        "del a0 mode tap user root", "del user mode tap", "del name a0 m tap"})
    compare(tool, {{.before = before, .lines = {line, "show"}}});
}

TEST_F(Tuntap, RefusesWhatIpRefuses) {
  std::vector<Row> rows;
  for (const std::string line : {"x",
                                 "''",
                                 "adx c1 mode tap",
                                 "helpx",
                                 "help",
                                 "h",
                                 "add",
                                 "add a0",
                                 "add dev",
                                 "add mode",
                                 "add d0 mode",
                                 "add d0 mode bogus",
                                 "add d0 mode ''",
                                 "add d0 user",
                                 "add d0 user nosuch mode tap",
                                 "add d0 user nosuch mode tap user 5",
                                 "add d0 group nosuch mode tap group 5",
                                 "add d0 group nosuch mode tap",
                                 "add d0 mode tap user 0x10",
                                 "add d0 mode tap user ''",
                                 "add d0 mode tap user 1x",
                                 "add d0 mode tap mode tun",
                                 "add e1 e2 mode tap",
                                 "add dev e3 e4 mode tap",
                                 "add n2 mode tap name n3",
                                 "add b3 t tap",
                                 "add b4 type tun",
                                 "add b6 tap",
                                 "add lo mode tap",
                                 "add a/b mode tap",
                                 "add 'a b' mode tap",
                                 "add '' mode tap",
                                 "add dev '' mode tap",
                                 "add help",
                                 "add mode tap help",
                                 "add mode help",
                                 "add d mode tap",
                                 "add m mode tap",
                                 "add x7 pix mode tap",
                                 "add 1234567890123456 mode tap",
                                 "del",
                                 "del dev",

                                 "add d5 mode tap user 5-",
                                 "add u5 mode tap user -"})
    rows.push_back(row(line));
  rows.push_back({.lines = {"add a0 mode tap", "add a0 mode tap", "add a0 mode tun", "show"}});
  compare(tool, rows);
}

TEST_F(Tuntap, DiffersWhereIpDoesAsItLikes) {
  compare(tool, {
                    differing("add d1 mode tap user 4294967295", "ip takes it for no user",
                              "is not a valid number"),
                    differing("add d3 mode tap user 4294967296", "ip cuts the number",
                              "is not a valid number"),
                    differing("add d5 mode tap user -1", "ip takes it for no user", "user '-1'"),
                    differing("add . mode tap", "ip finds out in the kernel, with status 1",
                              "is reserved"),
                    differing("add -x mode tap", "a name is no option", "starts with '-'"),
                    differing("-d show", "ip takes its options before the word tuntap alone", ""),
                    differing("del mode tap", "ip makes a device and deletes it", "no device name"),
                    differing("del f%d mode tap", "ip makes a device and deletes it", "f%d"),
                });
}

TEST_F(Tuntap, RefusesADeviceThatAProcessHolds) {
  const auto hold = [] { return std::make_shared<TapHolder>("a0"); };
  for (const std::string line : {"del a0 mode tap", "add a0 mode tap"})
    compare(tool, {{.before = {"ip tuntap add a0 mode tap"}, .lines = {line}, .hold = hold}});
}

TEST_F(Tuntap, ShowsWithTheOptionsOfIp) {
  const auto hold = [] { return std::make_shared<TapHolder>("held0"); };
  const std::vector<std::string> before = {"ip tuntap add held0 mode tap user 5",
                                           "ip tuntap add a1 mode tun pi one_queue"};
  for (const std::string option : {"-d", "-j", "-o", "-details", "-json", "-oneline"}) {
    const Tool with{.original = {"ip", option, "tuntap"},
                    .drop_in = {"tuntap", option},
                    .normal = [](std::string text) {
                      const size_t at = text.find('(');
                      return at == std::string::npos ? text : text.substr(0, at);
                    }};
    compare(with, {{.before = before, .lines = {"show"}},
                   {.before = before, .lines = {"add a2 mode tap", "show"}}});
    if (option != "-j")
      compare(with, {{.before = before, .lines = {"show"}, .hold = hold}});
  }
}

/// /sys shows the device of that name in the namespace in which it was mounted.
TEST_F(Tuntap, ShowsTheFlagsOfTheNamespaceThatIsNamed) {
  add_netns("other");
  must_run({"ip", "tuntap", "add", "tap0", "mode", "tap", "vnet_hdr"});
  must_run({"ip", "-n", "other", "tuntap", "add", "tap0", "mode", "tap", "one_queue"});
  EXPECT_EQ(must_run({tapctl_path(), "-n", "other", "tuntap"}), "tap0: tap one_queue persist\n");
  // Without a sysfs of one's own, what rtnetlink tells.
  EXPECT_EQ(must_run({"nsenter", "--net=/run/netns/other", "setpriv", "--bounding-set", "-all",
                      tapctl_path(), "tuntap"}),
            "tap0: tap persist\n");
}

/// ip takes a holder of any namespace for one of a device of that name: no other test may hold it.
TEST_F(Tuntap, JsonWithProcessesIsValid) {
  must_run({"ip", "tuntap", "add", "json0", "mode", "tap"});
  const TapHolder holder("json0");
  ASSERT_TRUE(holder.attached());
  const std::string broken = must_run({"ip", "-j", "-d", "tuntap", "show"});
  EXPECT_FALSE(nlohmann::json::accept(broken)) << "ip has been mended: compare it like all others";
  for (const Argv& options : {Argv{"tuntap", "-j", "-d"}, Argv{"-j", "tuntap", "-d"}}) {
    Argv argv = options;
    argv.emplace_back("show");
    const auto document = nlohmann::json::parse(tapctl_ok(argv));
    EXPECT_EQ(document[0]["ifname"], "json0");
    EXPECT_EQ(document[0]["processes"][0]["pid"], holder.pid());
  }
}

/// A line of a few words, right more often than wrong.
std::string random_line(std::mt19937_64& random) {
  static const std::vector<std::string> heads = {"add", "add", "a", "del", "del", "show", "x"};
  static const std::vector<std::string> pieces = {
      "mode tap", "mode tap",    "mode tun", "m tap",   "dev a0", "a1",
      "name b%d", "user nobody", "u 1000",   "group 5", "pi",     "vnet_hdr",
      "mult",     "one_queue",   "nonsense", "mode"};
  std::string line = heads[random() % heads.size()];
  const auto count = 1 + random() % 4;
  for (size_t i = 0; i < count; ++i)
    line += " " + pieces[random() % pieces.size()];
  return line;
}

TEST_F(Tuntap, HasAHelpThatIsNoErrorToo) {
  EXPECT_TRUE(tapctl_ok({"tuntap", "--help"}).starts_with("Usage: tapctl tuntap {"));
}

TEST_F(Tuntap, AgreesOnGeneratedSessions) {
  for (const uint64_t seed : generator_seeds()) {
    SCOPED_TRACE("TAPCTL_SEED=" + std::to_string(seed));
    std::mt19937_64 random(seed);
    for (int i = 0; i < 12; ++i) {
      Row session;
      for (int j = 0; j < 6; ++j) {
        const std::string line = random_line(random);
        // There ip makes a device and deletes it: accepted differences.
        const bool is_nameless = line.starts_with("del") && line.find("a0") == std::string::npos &&
                                 line.find("a1") == std::string::npos &&
                                 line.find("nonsense") == std::string::npos;
        const bool is_template = line.starts_with("del") && line.find("b%d") != std::string::npos;
        if (!is_nameless && !is_template)
          session.lines.push_back(line);
      }
      session.lines.emplace_back("show");
      compare(tool, {session});
    }
  }
}

}  // namespace
}  // namespace tapctl::test

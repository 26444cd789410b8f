// SPDX-License-Identifier: MIT
// brctl of bridge-utils and its drop-in.
#include "compat/differential.hpp"
#include "support/cli_test.hpp"

#include <gtest/gtest.h>

#include <random>
#include <regex>

namespace tapctl::test {
namespace {

class Brctl : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (!IsSkipped() && ::geteuid() != 0)
      TAPCTL_CANNOT_RUN("needs root");
    if (!is_installed("brctl"))
      TAPCTL_CANNOT_RUN("needs bridge-utils");
  }
};

/// Without what brctl says of a wrong command line on stdout, and without what runs on: timers.
std::string normal(const std::string& text) {
  if (text.starts_with("Incorrect number") || text.starts_with("Usage:"))
    return "";
  static const std::regex timer("(timer\t+) *\\d+\\.\\d\\d");
  static const std::regex age("(\tno\t\t) *\\d+\\.\\d\\d");
  return std::regex_replace(std::regex_replace(text, timer, "$1"), age, "$1");
}

const Tool tool = {.original = {"brctl"}, .drop_in = {"brctl"}, .normal = normal};

Row row(const std::string& line) {
  return {.lines = {line}};
}

const std::vector<std::string> lab = {
    "link add d0 address 02:00:00:00:00:10 type veth peer name p0 address 02:00:00:00:00:20",
    "link add d1 address 02:00:00:00:00:11 type veth peer name p1 address 02:00:00:00:00:21",
    "link add d2 address 02:00:00:00:00:12 type veth peer name p2 address 02:00:00:00:00:22",
    "link set d0 addrgenmode none up", "link set p0 addrgenmode none up"};

Row in_lab(const std::vector<std::string>& lines) {
  return {.links = lab,
          .before = {"brctl addbr br0", "brctl addif br0 d1", "brctl addbr ar1"},
          .lines = lines};
}

Row differing(const std::vector<std::string>& lines, const std::string& why,
              const std::string& says) {
  Row result = in_lab(lines);
  result.differs = why;
  result.says = says;
  return result;
}

TEST_F(Brctl, MakesAndDeletesBridges) {
  compare(tool, {
                    {.lines = {"addbr br0", "show", "delbr br0", "show"}},
                    {.lines = {"addbr br0", "addbr br0"}},
                    row("addbr lo"),
                    row("addbr a/b"),
                    row("addbr ''"),
                    row("delbr nosuch"),
                    row("delbr lo"),
                    row("addbr"),
                    row("delbr"),
                    in_lab({"delbr br0", "show"}),
                    in_lab({"delbr d0"}),
                    in_lab({"! ip link set br0 up", "delbr br0", "! ip link set br0 down",
                            "delbr br0", "show"}),
                });
}

TEST_F(Brctl, AddsAndReleasesPorts) {
  for (const std::string line :
       {"addif br0 d0", "addif br0 d0 d2", "addif br0 d1", "addif ar1 d1", "addif br0 nosuch",
        "addif nosuch d0", "addif d2 d0", "addif br0 lo", "addif br0 ar1", "addif br0 br0",
        "addif br0", "delif br0 d1", "delif br0 d0", "delif ar1 d1", "delif br0 nosuch",
        "delif nosuch d1", "delif d2 d1", "delif br0", "delif br0 br0"})
    compare(tool, {in_lab({line, "show", "show br0"})});
}

TEST_F(Brctl, Shows) {
  compare(tool, {
                    row("show"),
                    in_lab({"show"}),
                    in_lab({"show br0"}),
                    in_lab({"show br0 ar1"}),
                    in_lab({"show ar1 nosuch"}),
                    in_lab({"show nosuch"}),
                    in_lab({"show nosuch br0"}),
                    in_lab({"show br0 nosuch br0"}),
                    in_lab({"show lo"}),
                    in_lab({"addif br0 d2 d0", "show", "showstp br0"}),
                    in_lab({"showstp ar1"}),
                    in_lab({"showstp nosuch"}),
                    in_lab({"showstp lo"}),
                    in_lab({"showstp"}),
                    in_lab({"showmacs ar1"}),
                    in_lab({"showmacs nosuch"}),
                    in_lab({"showmacs lo"}),
                    in_lab({"showmacs"}),
                    in_lab({"--version"}),
                    in_lab({"-V"}),
                });
}

TEST_F(Brctl, ShowsWhatABridgeHasLearnt) {
  compare(tool, {in_lab({"addif br0 d0", "! ip link set br0 up",
                         "! bridge fdb add 02:00:00:00:00:99 dev d0 master static",
                         "! bridge fdb add 02:00:00:00:00:98 dev d1 master static",
                         "! bridge fdb add 02:00:00:00:00:97 dev d0 master dynamic",
                         "! bridge fdb add 02:00:00:00:00:96 dev d0 master", "showmacs br0",
                         "showstp br0"}),
                 in_lab({"addif br0 d0", "stp br0 on", "hairpin br0 d0 on", "setportprio br0 d0 1",
                         "! ip link set br0 up", "! ip link set d1 up", "showstp br0"})});
}

/// One session: each line, and `show` after it.
Row session_of(const std::vector<std::string>& lines, const std::string& show) {
  Row session = in_lab({});
  for (const std::string& line : lines) {
    session.lines.push_back(line);
    session.lines.push_back(show);
  }
  return session;
}

std::vector<std::string> with_each(const std::string& command,
                                   const std::vector<std::string>& values) {
  std::vector<std::string> lines;
  for (const std::string& value : values)
    lines.push_back(command + " " + value);
  return lines;
}

TEST_F(Brctl, SetsTimes) {
  for (const std::string command : {"setageing", "setfd", "sethello", "setmaxage"})
    compare(
        tool,
        {session_of(with_each(command + " br0", {"0", "1", "5", "10", "20", "30.5", "0.004",
                                                 "2.999", "6.29", "41", "1e3", "abc", "''", "-1"}),
                    "showstp br0")});
  compare(tool, {session_of({"stp br0 on", "setfd br0 1", "setfd br0 31", "setfd br0 2",
                             "setageing", "setfd br0", "setfd nosuch 5", "setfd lo 5"},
                            "showstp br0")});
}

TEST_F(Brctl, SetsTheRest) {
  const std::vector<std::string> words = {"on", "off", "yes",  "no", "1", "0",
                                          "y",  "On",  "true", "2",  "''"};
  const std::vector<std::string> numbers = {"0",   "1",   "32",    "63",   "64",
                                            "255", "010", "65535", "0x10", "abc"};
  for (const std::string command : {"stp br0", "hairpin br0 d1"})
    compare(tool, {session_of(with_each(command, words), "showstp br0")});
  for (const std::string command :
       {"setportprio br0 d1", "setpathcost br0 d1", "setbridgeprio br0"})
    compare(tool, {session_of(with_each(command, numbers), "showstp br0")});
  compare(tool, {session_of({"stp",
                             "stp br0",
                             "stp nosuch on",
                             "stp lo on",
                             "setbridgeprio",
                             "setbridgeprio br0",
                             "setbridgeprio nosuch 1",
                             "setpathcost br0 d1",
                             "setpathcost br0 nosuch 1",
                             "setpathcost br0 d0 1",
                             "setpathcost br0 d1 65536",
                             "setportprio br0 d1",
                             "setportprio br0 nosuch 1",
                             "setportprio br0 d0 1",
                             "hairpin br0 d1",
                             "hairpin br0 nosuch on",
                             "hairpin br0 d0 on",
                             "bogus",
                             "",
                             "-x",
                             "show -x"},
                            "showstp br0")});
}

TEST_F(Brctl, IsCalledByItsName) {
  Row by_name = in_lab({"show", "addif br0 d0", "stp br0 on", "bogus"});
  by_name.called = Called::by_name;
  compare(tool, {by_name});
}

TEST_F(Brctl, DiffersWhereTheOriginalDoesDamage) {
  compare(tool,
          {
              differing({"addbr 1234567890123456"}, "the original cuts the name", "has 16 bytes"),
              differing({"addbr br%d"}, "the original lets the kernel choose", "br%d"),
              differing({"addbr x y"}, "the original ignores y", "unexpected argument 'y'"),
              differing({"addif br0 d0 nosuch d2"}, "the original adds some and fails",
                        "port 'nosuch'"),
              differing({"delif br0 d1 d0"}, "the original releases some and fails",
                        "is not a port of 'br0'"),
              differing({"setpathcost ar1 d1 7"}, "the original sets the port of another bridge",
                        "is not a port of 'ar1'"),
              differing({"hairpin ar1 d1 on"}, "the original sets the port of another bridge",
                        "is not a port of 'ar1'"),
              differing({"setportprio ar1 d1 7"}, "the original sets the port of another bridge",
                        "is not a port of 'ar1'"),
              differing({"setbridgeprio br0 65536"}, "the original cuts the number",
                        "is no number from 0 to 65535"),
              differing({"setbridgeprio br0 1x"}, "the original stops at the x", "'1x'"),
              differing({"setpathcost br0 d1 1x"}, "the original stops at the x", "'1x'"),
              differing({"setageing br0 1x"}, "the original stops at the x", "'1x'"),
              differing({"setageing br0 0x10"}, "only decimal times are taken", "'0x10'"),
              differing({"setageing br0 inf"}, "the original takes it for some number", "'inf'"),
              differing({"setageing br0 nan"}, "the original takes it for some number", "'nan'"),
              differing({"setageing br0 99999999999"}, "the original cuts the number",
                        "is not from 0 to 10000000 seconds"),
              differing({"setfd br0 5 6"}, "the original ignores the 6", "unexpected argument '6'"),
              differing({"addbr -- -x"}, "a name is no option", "starts with '-'"),
          });
  EXPECT_TRUE(tapctl_ok({"brctl", "--help"}).starts_with("Usage: brctl COMMAND"));
}

std::string random_line(std::mt19937_64& random) {
  static const std::vector<std::string> lines = {"addbr br0",
                                                 "addbr br1",
                                                 "delbr br0",
                                                 "addif br0 d0",
                                                 "addif br0 d1",
                                                 "addif br1 d2",
                                                 "addif br1 d0",
                                                 "delif br0 d0",
                                                 "delif br1 d0",
                                                 "delif br1 d2",
                                                 "show",
                                                 "show br0",
                                                 "stp br0 on",
                                                 "stp br1 off",
                                                 "setfd br0 4",
                                                 "setageing br0 12.34",
                                                 "sethello br0 3",
                                                 "setmaxage br0 7",
                                                 "setbridgeprio br0 9",
                                                 "setpathcost br0 d0 9",
                                                 "setportprio br0 d1 3",
                                                 "hairpin br0 d0 on",
                                                 "showmacs br1",
                                                 "showstp br0",
                                                 "nonsense",
                                                 "addif br0",
                                                 "stp br0 maybe",
                                                 "setfd br0 soon"};
  return lines[random() % lines.size()];
}

TEST_F(Brctl, AgreesOnGeneratedSessions) {
  for (const uint64_t seed : generator_seeds()) {
    SCOPED_TRACE("TAPCTL_SEED=" + std::to_string(seed));
    std::mt19937_64 random(seed);
    for (int i = 0; i < 8; ++i) {
      Row session{.links = lab, .before = {}, .lines = {"addbr br0", "addif br0 d0 d1"}};
      for (int j = 0; j < 10; ++j)
        session.lines.push_back(random_line(random));
      session.lines.emplace_back("show");
      compare(tool, {session});
    }
  }
}

}  // namespace
}  // namespace tapctl::test

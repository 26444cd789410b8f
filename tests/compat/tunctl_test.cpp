// SPDX-License-Identifier: MIT
// tunctl of uml-utilities and its drop-in, and that of busybox.
#include "compat/differential.hpp"
#include "support/cli_test.hpp"
#include "support/rich_host.hpp"
#include "support/tap_holder.hpp"

#include <gtest/gtest.h>

#include <random>

namespace tapctl::test {
namespace {

class Tunctl : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (!IsSkipped() && ::geteuid() != 0)
      TAPCTL_CANNOT_RUN("needs root");
    if (!is_installed("tunctl") || !is_installed("busybox"))
      TAPCTL_CANNOT_RUN("needs uml-utilities and busybox");
  }
};

const Tool uml = {.original = {"tunctl"}, .drop_in = {"tunctl"}};
const Tool busybox = {.original = {"busybox", "tunctl"}, .drop_in = {"tunctl"}};

Row row(const std::string& line) {
  return {.lines = {line}};
}

Row differing(const std::string& line, const std::string& why, const std::string& says) {
  return {.lines = {line}, .differs = why, .says = says};
}

const std::vector<std::string> taps = {
    "ip tuntap add tap0 mode tap user 0",    "ip tuntap add own mode tap user 1000",
    "ip tuntap add open mode tap",           "ip tuntap add tn mode tun",
    "ip tuntap add mq mode tap multi_queue", "ip tuntap add pi0 mode tap pi",
    "ip tuntap add vn0 mode tap vnet_hdr",   "ip tuntap add grp mode tap group 5"};

TEST_F(Tunctl, CreatesAndDeletes) {
  compare(uml, {
                   row(""),
                   row("-t tap0"),
                   row("-t tap7"),
                   row("-t g1 -u nobody"),
                   row("-t g1 -u 1000"),
                   row("-t g1 -g 5"),
                   row("-t g1 -g tty"),
                   row("-t g1 -u 1000 -g tty"),
                   row("-g tty -u nobody"),
                   row("-u nobody"),
                   row("-b"),
                   row("-b -t g2"),
                   row("-bt g2"),
                   row("-tg2"),
                   row("-t 123456789012345"),
                   row("-t q%d"),
                   row("-t tun5"),
                   row("-t ''"),
                   row("-t a -t b"),
                   row("-b -b -t bb"),
                   row("-u 5 -u 6"),
                   row("--"),
                   row("-t dash --"),
                   row("-f /dev/net/tun -t ff"),
                   row("-f /dev/net/../net/tun"),
                   row("-d nosuch"),
                   row("-b -d nosuch"),
                   {.lines = {"", "", "-b", "-d tap1", ""}},
                   {.lines = {"-t x0 -u 1000", "-d x0", "-d x0"}},
                   {.lines = {"-t x0", "-t x0"}},
                   {.lines = {"-t x0", "-t x0 -u nobody"}},
                   {.lines = {"-t a", "-t b", "-d a -t b"}},
                   {.lines = {"-t a", "-t b", "-t a -d b"}},
                   {.lines = {"-t a", "-u 1000 -d a"}},
                   {.lines = {"-t t0 -u 0", "! ip link set t0 up", "-t t0", "-d t0"}},
               });
}

TEST_F(Tunctl, TakesWhatIsThere) {
  for (const std::string line : {"-t tap0",
                                 "-t own -u 1000",
                                 "-t open",
                                 "-t open -u 1000",
                                 "-t open -g 5",
                                 "-t tn",
                                 "-t mq",
                                 "-t pi0",
                                 "-t vn0",
                                 "-d tap0",
                                 "-d own",
                                 "-d open",
                                 "-d tn",
                                 "-d mq",
                                 "-d pi0",
                                 "-d vn0",
                                 "-t grp -u 0",
                                 "-t tap0 -u nobody",
                                 "-b -t own -u 1000",
                                 "-b"})
    compare(uml, {{.before = taps, .lines = {line}}});
}

TEST_F(Tunctl, IsCalledByItsName) {
  compare(uml, {{.lines = {"", "-t a -u nobody", "-d a", "-b", "foo"}, .called = Called::by_name},
                {.lines = {"-d nosuch"}, .called = Called::by_name}});
}

TEST_F(Tunctl, HasAHelpWhereItIsACommandOfTapctl) {
  EXPECT_TRUE(tapctl_ok({"tunctl", "--help"}).starts_with("Usage: tapctl tunctl [-b]"));
}

TEST_F(Tunctl, RefusesWhatTheOriginalRefuses) {
  compare(uml, {
                   row("foo"),
                   row("-t foo bar"),
                   row("bar -t foo"),
                   row("-t"),
                   row("-u"),
                   row("-z"),
                   row("-h"),
                   {.lines = {"--help"}, .called = Called::by_name},
                   row("-- -t x"),
                   row("-t lo"),
                   row("-t ."),
                   row("-t a/b"),
                   row("-t 'a b'"),
                   row("-t a:b"),
                   row("-t all"),
                   row("-t default"),
                   row("-t a%"),
                   row("-t x -u nosuch"),
                   row("-t x -g nosuch"),
                   row("-u 1x"),
                   row("-f /dev/null"),
                   row("-f /nosuch"),
                   row("-f ''"),
               });
}

TEST_F(Tunctl, DiffersWhereTheOriginalDoesDamage) {
  compare(uml,
          {
              differing("-t 1234567890123456", "the original cuts the name", "has 16 bytes"),
              differing("-d 1234567890123456", "the original cuts the name", "has 16 bytes"),
              {.before = taps,
               .lines = {"-t own"},
               .differs = "the original takes a device from its owner",
               .says = "belongs to user 1000"},
              {.before = taps,
               .lines = {"-t own -u nobody"},
               .differs = "the original takes a device from its owner",
               .says = "belongs to user 1000"},
              {.before = taps,
               .lines = {"-t own -g 5"},
               .differs = "the original shuts out the owner of a device",
               .says = {}},
              differing("-u 4294967294", "the original prints it as -2", ""),
              differing("-u -1", "the original takes a number of no user for none", "user '-1'"),
              differing("-u 4294967295", "the original takes a number of no user for none",
                        "is not a valid number"),
              differing("-u 4294967296", "the original cuts the number", "is not a valid number"),
              differing("-u ''", "the original takes nothing for user 0", "user ''"),
              differing("-u 010", "octal to the original", "octal"),
              differing("-u 0x10", "only decimal numbers are taken", "user '0x10'"),
              differing("-u +12", "only decimal numbers are taken", "user '+12'"),
              differing("-d ''", "the original makes a device and deletes it", "empty name"),
              differing("-d tap%d", "the original makes a device and deletes it", "tap%d"),
              differing("-t -x", "a name is no option", "starts with '-'"),
              differing("-n", "Fedora's option, which Debian's does not have", ""),
              differing("-p -t x", "Fedora's option, which Debian's does not have", ""),
          });
}

TEST_F(Tunctl, RefusesADeviceThatAProcessHolds) {
  const auto hold = [] { return std::make_shared<TapHolder>("tap0"); };
  for (const std::string line : {"-t tap0", "-d tap0", "-t tap0 -u nobody"})
    compare(uml, {{.before = taps, .lines = {line}, .hold = hold}});
}

TEST_F(Tunctl, OfFedoraMakesATunToo) {
  EXPECT_EQ(tapctl_ok({"tunctl", "-n", "-t", "net0", "-u", "1000"}),
            "Set 'net0' persistent and owned by uid 1000\n");
  EXPECT_EQ(tapctl_ok({"tunctl", "-p", "-b"}), "tap0\n");
  EXPECT_EQ(must_run({"ip", "tuntap", "show"}),
            "net0: tun persist user 1000\ntap0: tap persist user 0\n");
  EXPECT_EQ(tapctl_ok({"tunctl", "-n", "-d", "net0"}), "Set 'net0' nonpersistent\n");
}

TEST_F(Tunctl, OfBusyboxMakesAndDeletesTheSame) {
  compare(busybox, {
                       row("-d nosuch"),
                       row("-t lo"),
                       row("foo"),
                       row("-z"),
                       {.lines = {"! ip tuntap add x2 mode tap", "-d x2", "-d x2"}},
                       differing("", "busybox prints the name alone, as with -b", ""),
                       differing("-t x2", "busybox prints the name alone, as with -b", ""),
                       differing("-b", "busybox of Debian has no -b, -u and -g", ""),
                       differing("-d x0 -t x1", "busybox refuses both", ""),
                   });
}

/// A line of one to four options, right more often than wrong. One owner alone: taking a device
/// from another is an accepted difference.
std::string random_line(std::mt19937_64& random) {
  static const std::vector<std::string> pieces = {
      "-t tap0", "-t a",  "-t b%d",          "-d a", "-d tap0", "-b",  "-u root", "-u 0",
      "-g tty",  "-g 7",  "-f /dev/net/tun", "",     "-t lo",   "foo", "-z",      "-u nosuch",
      "-ta",     "-d b0", "-bt c",           "-- "};
  std::string line;
  const auto count = 1 + random() % 4;
  for (size_t i = 0; i < count; ++i)
    line += pieces[random() % pieces.size()] + " ";
  // There the original makes a device and deletes it: an accepted difference.
  const bool deletes_a_template =
      line.find("-d") != std::string::npos && line.find('%') != std::string::npos;
  return deletes_a_template ? "-d a" : line;
}

TEST_F(Tunctl, AgreesOnGeneratedSessions) {
  for (const uint64_t seed : generator_seeds()) {
    SCOPED_TRACE("TAPCTL_SEED=" + std::to_string(seed));
    std::mt19937_64 random(seed);
    for (int i = 0; i < 12; ++i) {
      Row session;
      for (int j = 0; j < 5; ++j)
        session.lines.push_back(random_line(random));
      compare(uml, {session});
    }
  }
}

}  // namespace
}  // namespace tapctl::test

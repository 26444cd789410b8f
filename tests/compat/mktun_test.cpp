// SPDX-License-Identifier: MIT
// `openvpn --mktun` and `--rmtun` and their drop-ins.
#include "compat/differential.hpp"
#include "support/cli_test.hpp"
#include "support/tap_holder.hpp"

#include <gtest/gtest.h>

#include <random>
#include <regex>

namespace tapctl::test {
namespace {

class Mktun : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (!IsSkipped() && ::geteuid() != 0)
      TAPCTL_CANNOT_RUN("needs root");
    if (!is_installed("openvpn"))
      TAPCTL_CANNOT_RUN("needs openvpn");
  }
};

/// Without the time; and without the complaints of openvpn, which it prints on stdout.
std::string normal(const std::string& text) {
  if (text.find("Exiting due to fatal error") != std::string::npos ||
      text.find("Options error") != std::string::npos)
    return "";
  static const std::regex stamp("(^|\n)\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d ");
  return std::regex_replace(text, stamp, "$1");
}

const Tool mktun = {.original = {"openvpn", "--mktun"}, .drop_in = {"mktun"}, .normal = normal};
const Tool rmtun = {.original = {"openvpn", "--rmtun"}, .drop_in = {"rmtun"}, .normal = normal};
/// With the dashes of the original, anywhere among the options.
const Tool dashed = {.original = {"openvpn"}, .drop_in = {}, .normal = normal};

Row row(const std::string& line) {
  return {.lines = {line, "! ip tuntap show"}};
}

Row differing(const std::string& line, const std::string& why, const std::string& says) {
  return {.lines = {line}, .differs = why, .says = says};
}

TEST_F(Mktun, Creates) {
  compare(mktun, {
                     row("--dev tap0"),
                     row("--dev tun0"),
                     row("--dev tap"),
                     row("--dev tun"),
                     row("--dev tap%d"),
                     row("--dev taq --dev-type tap"),
                     row("--dev taq1 --dev-type tun"),
                     row("--dev tap10 --dev-type tun"),
                     row("--dev x --dev-type tap"),
                     row("--dev tap7 --user nobody --group nogroup"),
                     row("--dev tap7 --user nobody"),
                     row("--dev tap7 --group tty"),
                     row("--dev tap20 --lladdr 02:00:00:00:00:01"),
                     row("--dev tap21 --txqueuelen 77"),
                     row("--dev tap28 --txqueuelen 0"),
                     row("--dev tap22 --dev-node /dev/net/tun"),
                     row("--dev tap36 --dev tap37"),
                     row("--dev tap41 --user nobody --user root"),
                     row("--dev tap."),
                     {.lines = {"--dev tap0", "--dev tap0", "--dev tap", "--dev tap"}},
                     {.lines = {"--dev tap0 --user nobody", "--dev tap0 --user nobody"}},
                     {.before = {"ip tuntap add tap3 mode tap user 1000"},
                      .lines = {"--dev tap3", "--dev tap3 --txqueuelen 50"}},
                 });
}

TEST_F(Mktun, Deletes) {
  const std::vector<std::string> before = {
      "ip tuntap add tap0 mode tap", "ip tuntap add tun0 mode tun user 5",
      "ip tuntap add tap9 mode tun", "ip tuntap add tap8 mode tap multi_queue"};
  for (const std::string line :
       {"--dev tap0", "--dev tun0", "--dev tap9", "--dev tap9 --dev-type tun", "--dev tap5",
        "--dev tap0 --user nobody", "--dev tap8", "--dev lo --dev-type tap", ""})
    compare(rmtun, {{.before = before, .lines = {line}}});
}

TEST_F(Mktun, TakesTheDashesOfTheOriginal) {
  compare(dashed, {
                      {.lines = {"--mktun --dev tap0", "--rmtun --dev tap0"}},
                      {.lines = {"--dev tap1 --mktun"}},
                      {.lines = {"--rmtun --mktun --dev tap2", "--mktun --rmtun --dev tap2"}},
                      {.lines = {"--mktun", "--rmtun", "--mktun --dev"}},
                  });
}

TEST_F(Mktun, GoesWithoutDashesToo) {
  EXPECT_NE(tapctl_ok({"mktun", "dev", "tap0", "user", "54321"}).find("Persist state set to: ON"),
            std::string::npos);
  EXPECT_EQ(must_run({"ip", "tuntap", "show"}), "tap0: tap one_queue persist user 54321\n");
  EXPECT_NE(tapctl_ok({"rmtun", "dev", "tap0"}).find("Persist state set to: OFF"),
            std::string::npos);
}

TEST_F(Mktun, RefusesWhatTheOriginalRefuses) {
  compare(mktun,
          {
              row(""),
              row("--dev"),
              row("--dev taq"),
              row("--dev null"),
              row("--dev tap30 --dev-type bogus"),
              row("--dev tap31 foo"),
              row("--dev tap31 --bogus"),
              row("--dev tap25 --lladdr zz"),
              row("--dev tap23 --dev-node /dev/null"),
              row("--dev tap24 --dev-node /nosuch"),
              row("--dev lo --dev-type tap"),
              row("--dev tap/4"),
              row("1 --dev tap38"),
              {.before = {"ip tuntap add tap5 mode tun"}, .lines = {"--dev tap5"}},
              {.before = {"ip tuntap add tap5 mode tap multi_queue"}, .lines = {"--dev tap5"}},
          });
}

TEST_F(Mktun, DiffersWhereTheOriginalDoesDamage) {
  compare(mktun,
          {
              differing("--dev aaaaaaaaaaaaaaaaaaaa --dev-type tap", "the original cuts the name",
                        "has 20 bytes"),
              differing("--dev tap8 --user nosuch",
                        "the original leaves a device without owner behind", "user 'nosuch'"),
              differing("--dev tap9 --group nosuch",
                        "the original leaves a device without group behind", "group 'nosuch'"),
              differing("--dev tap34 --user ''",
                        "the original leaves a device without owner behind", "has an empty value"),
              differing("--dev tap33 --user 1000",
                        "the original knows no numbers, and leaves a device behind", ""),
              differing("--dev tap26 --txqueuelen x", "the original takes it for 0",
                        "is no number of packets"),
              differing("--dev tap27 --txqueuelen -1", "the original takes it for 0",
                        "is no number of packets"),
              differing("--dev tap32 --verb 0", "only the options that make a device are known",
                        "unknown option '--verb'"),
              {.before = {"ip tuntap add tap5 mode tap user 1000"},
               .lines = {"--dev tap5 --user nobody"},
               .differs = "the original takes a device from its owner",
               .says = "belongs to user 1000"},
          });
  compare(rmtun, {differing("--dev tap", "the original makes a device and deletes it", "")});
  for (const std::string account : {"--user nosuch", "--group nosuch"}) {
    Row row =
        differing("--dev tap0 " + account, "the original deletes it, and then fails", "nosuch");
    row.before = {"ip tuntap add tap0 mode tap"};
    compare(rmtun, {row});
  }
}

TEST_F(Mktun, RefusesADeviceThatAProcessHolds) {
  const auto hold = [] { return std::make_shared<TapHolder>("tap0"); };
  for (const Tool& tool : {mktun, rmtun})
    compare(tool,
            {{.before = {"ip tuntap add tap0 mode tap"}, .lines = {"--dev tap0"}, .hold = hold}});
}

/// One owner and no group: taking a device from another is an accepted difference.
std::string random_line(std::mt19937_64& random) {
  static const std::vector<std::string> pieces = {
      "--dev tap0",     "--dev tun1",    "--dev tap1",       "--dev-type tap",
      "--dev-type tun", "--user nobody", "--txqueuelen 200", "--mktun",
      "--rmtun",        "--mktun",       "--bogus"};
  std::string line = random() % 3 == 0 ? "--rmtun --dev tap0" : "--mktun --dev tun0";
  const auto count = random() % 4;
  for (size_t i = 0; i < count; ++i)
    line += " " + pieces[random() % pieces.size()];
  return line;
}

TEST_F(Mktun, HasAHelpWhereItIsACommandOfTapctl) {
  for (const char* command : {"mktun", "rmtun"})
    EXPECT_TRUE(tapctl_ok({command, "--help"}).starts_with("Usage: tapctl { mktun | rmtun }"));
}

TEST_F(Mktun, AgreesOnGeneratedSessions) {
  for (const uint64_t seed : generator_seeds()) {
    SCOPED_TRACE("TAPCTL_SEED=" + std::to_string(seed));
    std::mt19937_64 random(seed);
    for (int i = 0; i < 8; ++i) {
      Row session;
      for (int j = 0; j < 4; ++j)
        session.lines.push_back(random_line(random));
      compare(dashed, {session});
    }
  }
}

}  // namespace
}  // namespace tapctl::test

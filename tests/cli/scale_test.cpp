// SPDX-License-Identifier: MIT
// Many devices at once: the most ports that a bridge has, and what is shown meanwhile.
#include "support/cli_test.hpp"
#include "support/rich_host.hpp"
#include "support/running.hpp"

namespace tapctl::test {
namespace {

using nlohmann::json;
using Scale = NetnsTest;

constexpr int most_ports = 1023;  // BR_MAX_PORTS of the kernel is 1024; number 0 is not used

/// All else of 1,024 devices takes long to read. The queueing discipline comes with the first "up".
json links() {
  json all = json::parse(must_run({"ip", "-j", "-d", "link"}));
  for (json& link : all)
    link.erase("qdisc");
  return all;
}

/// tapctl on a terminal, stderr too, with each TUNSETIFF 150 ms late.
std::string on_slow_terminal(const Argv& arguments) {
  Argv argv{"strace",     "-f",          "-o", "/run/trace",
            "-e",         "trace=ioctl", "-e", "inject=ioctl:delay_enter=150000",
            tapctl_path()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  Argv shell{"sh", "-c", R"(exec "$@" 2>&1)", "sh"};
  shell.insert(shell.end(), argv.begin(), argv.end());
  Running program(shell, Window{24, 80});
  EXPECT_EQ(program.wait(), 0);
  return program.out();
}

TEST_F(Scale, ABridgeTakesAllThePortsThatThereCanBeAndGivesThemBack) {
  ASSERT_EQ(tapctl({"add", "vm%d", "--count", std::to_string(most_ports + 1)}).status, 0);
  const json before = links();
  Argv words{"bridge", "br0"};
  for (int i = 0; i <= most_ports; i++)
    words.push_back("vm" + std::to_string(i));
  const Result refused = tapctl(words);
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(refused.err, "tapctl: bridge 'br0': has room for 1023 ports\n");
  EXPECT_TRUE(links() == before);
  words.pop_back();
  const Result bridge = tapctl(words);
  EXPECT_EQ(bridge.status, 0) << bridge.err;
  EXPECT_EQ(tapctl_json({"status", "br0"})["bridges"][0]["ports"].size(), most_ports);
  EXPECT_EQ(tapctl(words).out, "br0: unchanged\n");
  EXPECT_EQ(tapctl({"unbridge", "br0"}).status, 0);
  EXPECT_TRUE(links() == before);
}

TEST_F(Scale, AChangeOfMoreThanASecondShowsHowFarItIsOnATerminal) {
  const std::string shown = on_slow_terminal({"add", "vm%d", "--count", "5"});
  EXPECT_NE(shown.find("\r\x1b[Ktapctl: step "), std::string::npos) << shown;
  EXPECT_NE(shown.find(" of 5\r\x1b[Kvm0: created"), std::string::npos)
      << "not erased before the report: " << shown;
}

TEST_F(Scale, QuietShowsNothingOfIt) {
  EXPECT_EQ(on_slow_terminal({"-q", "add", "vm0", "vm1", "vm2", "vm3", "vm4"}), "");
}

}  // namespace
}  // namespace tapctl::test

// SPDX-License-Identifier: MIT
// The timer that systemd keeps, against programs in systemd's place that write down what they are
// asked for.
#include "support/cli_test.hpp"
#include "support/host_state.hpp"
#include "support/rich_host.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <sstream>
#include <thread>

namespace tapctl::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

const Argv bridge{"bridge", "virbr0", "eth0"};

Argv with(Argv command, const Argv& more) {
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

/// The words that `file` has, a line each; none where it is not there.
Argv words_in(const std::string& file) {
  Argv words;
  if (!fs::exists(file))
    return words;
  std::istringstream lines(read_file(file));
  for (std::string line; std::getline(lines, line);)
    words.push_back(line);
  return words;
}

/// Seconds of --on-active.
long delay_in(const Argv& words) {
  const std::string option = "--on-active=";
  const auto found = std::ranges::find_if(
      words, [&](const std::string& word) { return word.starts_with(option); });
  return found == words.end() ? -1 : std::stol(found->substr(option.size())) / 1000;
}

class RecoveryTimer : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (IsSkipped() || HasFatalFailure())
      return;
    build_plain_host();
    fs::create_directories("/run/systemd/system");
    fs::create_directories("/run/upper");
    fs::create_directories("/run/work");
    must_run({"mount", "-t", "overlay", "overlay", "-o",
              "lowerdir=/usr/bin,upperdir=/run/upper,workdir=/run/work", "/usr/bin"});
    put_program("systemd-run", started);
    put_program("systemctl", stopped);
    must_run({"mkdir", "-p", "/run/netns"});
    must_run({"ip", "netns", "attach", "here", std::to_string(getpid())});
  }

  // The next test begins with a copy of these mounts, and overlays cannot be stacked at will. Lazy,
  // since umount itself runs from there.
  void TearDown() override { run({"umount", "-l", "/usr/bin"}); }

  static void put_program(const std::string& name, const std::string& file) {
    must_run({"dd", "status=none", "of=/usr/bin/" + name},
             "#!/bin/sh\nprintf '%s\\n' \"$@\" >" + file + "\n");
    must_run({"chmod", "0755", "/usr/bin/" + name});
  }

  static constexpr const char* started = "/run/started";
  static constexpr const char* stopped = "/run/stopped";
};

TEST_F(RecoveryTimer, IsStartedBeforeAMoveAndStoppedAfterIt) {
  EXPECT_EQ(tapctl(bridge).status, 0);
  const Argv words = words_in(started);
  ASSERT_GT(words.size(), 4U);
  const Argv command(words.end() - 4, words.end());
  EXPECT_EQ(command, (Argv{tapctl_path(), "--netns", "here", "recover"}));
  // 60 s until the process counts as hanging, 10 s for the checks, 30 s for the guardian.
  EXPECT_EQ(delay_in(words), 100);
  EXPECT_TRUE(wait_until([] { return !words_in(stopped).empty(); }, 5s));
  const auto unit = std::ranges::find_if(
      words, [](const std::string& word) { return word.starts_with("--unit="); });
  ASSERT_NE(unit, words.end());
  EXPECT_EQ(words_in(stopped).back(), unit->substr(7) + ".timer");
}

TEST_F(RecoveryTimer, IsStoppedWhenTheChangeIsConfirmed) {
  tapctl(with(bridge, {"--confirm", "20s"}));
  EXPECT_EQ(delay_in(words_in(started)), 120);
  EXPECT_TRUE(words_in(stopped).empty());
  tapctl_ok({"confirm"});
  EXPECT_TRUE(wait_until([] { return !words_in(stopped).empty(); }, 5s));
}

TEST_F(RecoveryTimer, BringsEverythingBackWhenBothProcessesAreGone) {
  const auto before = host_state();
  tapctl(with(bridge, {"--confirm", "1s"}));
  const pid_t guardian = guardian_pid();
  ASSERT_GT(guardian, 0);
  ASSERT_EQ(kill(guardian, SIGKILL), 0);
  std::this_thread::sleep_for(1100ms);
  EXPECT_NE(difference(before, host_state()), "");
  const Argv words = words_in(started);
  ASSERT_GT(words.size(), 4U);
  must_run({words.end() - 4, words.end()});
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(RecoveryTimer, IsNotForWhatIsNoMove) {
  tapctl_ok({"add", "vm%d", "--count", "3", "--user", "54321"});
  EXPECT_TRUE(words_in(started).empty());
}

TEST_F(RecoveryTimer, IsNotThereWithoutSystemd) {
  fs::remove("/run/systemd/system");
  EXPECT_EQ(tapctl(bridge).status, 0);
  EXPECT_TRUE(words_in(started).empty());
}

TEST_F(RecoveryTimer, MoveGoesOnWhereSystemdRefuses) {
  must_run({"dd", "status=none", "of=/usr/bin/systemd-run"}, "#!/bin/sh\nexit 1\n");
  EXPECT_EQ(tapctl(bridge).status, 0);
  EXPECT_TRUE(words_in(stopped).empty());
}

}  // namespace
}  // namespace tapctl::test

// SPDX-License-Identifier: MIT
// Terminals that go away or are never read, signals, and limits: the change ends in one of its two
// states all the same.
#include "support/cli_test.hpp"
#include "support/host_state.hpp"
#include "support/rich_host.hpp"
#include "util/fd.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace tapctl::test {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

class Terminal : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (IsSkipped() || HasFatalFailure())
      return;
    build_rich_host();
    before_ = host_state();
  }

  /// One of the two states, and nothing left over; the host is as before again afterwards.
  void expect_before_or_after() {
    EXPECT_EQ(tapctl({"recover"}).status, 0);
    if (difference(before_, host_state()).empty())
      return;
    const Result back = tapctl({"unbridge", "virbr0"});
    EXPECT_EQ(back.status, 0) << back.err;
    EXPECT_EQ(difference(before_, host_state()), "");
  }

  json before_;
};

/// tapctl with a terminal of its own as its controlling one.
class OnTerminal {
 public:
  explicit OnTerminal(Argv arguments) : master_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (!master_ || grantpt(master_.get()) != 0 || unlockpt(master_.get()) != 0)
      throw std::runtime_error("no terminal");
    std::array<char, 64> slave{};
    ptsname_r(master_.get(), slave.data(), slave.size());
    const std::string path = tapctl_path();
    arguments.insert(arguments.begin(), path);
    std::vector<char*> argv;
    for (std::string& argument : arguments)
      argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_ = fork();
    if (pid_ != 0)
      return;
    setsid();
    const int fd = open(slave.data(), O_RDWR);
    ioctl(fd, TIOCSCTTY, 0);
    for (int standard = 0; standard <= 2; standard++)
      dup2(fd, standard);
    execv(path.c_str(), argv.data());
    _exit(127);
  }
  OnTerminal(const OnTerminal&) = delete;
  OnTerminal& operator=(const OnTerminal&) = delete;
  ~OnTerminal() {
    hang_up();
    kill(pid_, SIGKILL);
    wait();
  }

  void hang_up() { master_ = Fd(); }

  int wait() {
    int status = 0;
    if (!reaped_)
      waitpid(pid_, &status, 0);
    reaped_ = true;
    return status;
  }

  [[nodiscard]] bool is_running() const { return waitpid(pid_, nullptr, WNOHANG) == 0; }

 private:
  Fd master_;
  pid_t pid_ = -1;
  bool reaped_ = false;
};

TEST_F(Terminal, HangsUpInTheMiddle) {
  for (int delay = 0; delay < 60; delay += 5) {
    SCOPED_TRACE("after " + std::to_string(delay) + " ms");
    OnTerminal tapctl({"bridge", "virbr0", "eth0"});
    std::this_thread::sleep_for(std::chrono::milliseconds(delay));
    tapctl.hang_up();
    tapctl.wait();
    expect_before_or_after();
  }
}

TEST_F(Terminal, IsNeverRead) {
  OnTerminal blocked({"--json", "-v", "bridge", "virbr0", "eth0"});
  EXPECT_TRUE(
      wait_until([] { return tapctl({"log"}).out.find("committed") != std::string::npos; }, 10s));
  EXPECT_TRUE(host_state()["links"].contains("virbr0"));
  EXPECT_TRUE(blocked.is_running()) << "its output went somewhere";
  // It holds nobody up.
  EXPECT_EQ(tapctl({"add", "tap9"}).status, 0);
  EXPECT_EQ(tapctl({"del", "tap9"}).status, 0);
  blocked.hang_up();
  blocked.wait();
  expect_before_or_after();
}

TEST_F(Terminal, SignalsDoNotEndItInTheMiddle) {
  for (const char* name : {"HUP", "INT", "TERM", "QUIT", "PIPE"}) {
    for (int n = 1; n <= 40; n += 13) {
      const std::string injection =
          "inject=sendmsg:signal=" + std::string(name) + ":when=" + std::to_string(n);
      SCOPED_TRACE(injection);
      before_ = host_state();  // lifetimes go by
      const Result result = run({"timeout", "-s", "KILL", "20", "strace", "-qq", "-o", "/dev/null",
                                 "-e", injection, tapctl_path(), "bridge", "virbr0", "eth0"});
      if (result.status == 0) {
        EXPECT_TRUE(host_state()["links"].contains("virbr0"));
      }
      expect_before_or_after();
    }
  }
}

TEST_F(Terminal, LimitsAreErrorsBeforeAnythingIsTouched) {
  const auto limited = [&](const std::string& limit) {
    SCOPED_TRACE(limit);
    const Result result = run({"prlimit", limit, "--", tapctl_path(), "bridge", "virbr0", "eth0"});
    if (result.status != 0) {
      EXPECT_EQ(difference(before_, host_state()), "") << result.err;
    }
    expect_before_or_after();
    return result.status;
  };
  EXPECT_EQ(limited("--fsize=0"), 1);
  for (int files = 4; files <= 16; files++)
    limited("--nofile=" + std::to_string(files));
}

TEST_F(Terminal, FullRunIsAnErrorBeforeAnythingIsTouched) {
  must_run({"mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=6", "tmpfs", "/run"});
  const Result result = tapctl({"bridge", "virbr0", "eth0"});
  must_run({"umount", "/run"});
  EXPECT_EQ(result.status, 1) << result.err;
  EXPECT_EQ(difference(before_, host_state()), "");
}

}  // namespace
}  // namespace tapctl::test

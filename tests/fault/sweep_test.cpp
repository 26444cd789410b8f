// SPDX-License-Identifier: MIT
// The sweep: tapctl is killed at system call after system call, or that call fails, and each time
// the state has to be the one from before or the one after, with an exit status that says which.
//
// strace does both. Calls that a run makes often are sampled; TAPCTL_LONG_TESTS=1 takes them all.
#include "support/cli_test.hpp"
#include "support/scenario.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <sstream>
#include <string_view>
#include <thread>

namespace tapctl::test {
namespace {

using namespace std::chrono_literals;

/// Whom the signal hits: the guardian too counts its calls, and dies at its own.
enum class Victim { main, both };

/// With an injection ("CALL:...") only that call is looked at, which is faster.
Argv traced(Victim victim, const std::string& output, const std::string& injection,
            const Argv& command) {
  Argv argv{"strace", "-qq", "-o", output};
  if (victim == Victim::both)
    argv.emplace_back("-f");
  if (!injection.empty())
    argv.insert(argv.end(), {"-e", "trace=" + injection.substr(0, injection.find(':')), "-e",
                             "inject=" + injection});
  argv.push_back(tapctl_path());
  argv.insert(argv.end(), command.begin(), command.end());
  return argv;
}

/// How often each system call is made by the process that makes it most often, as strace counts
/// too; from its lines "PID name(...", or "name(..." of one process alone.
std::map<std::string, int> count_calls(const std::string& trace) {
  std::map<std::string, std::map<std::string, int>> of_process;
  std::istringstream stream(trace);
  for (std::string line; std::getline(stream, line);) {
    const size_t start = line.find_first_not_of("0123456789 ");
    const size_t end = line.find('(', start == std::string::npos ? 0 : start);
    if (start == std::string::npos || end == std::string::npos)
      continue;
    const std::string name = line.substr(start, end - start);
    if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos)
      ++of_process[line.substr(0, start)][name];
  }
  std::map<std::string, int> counts;
  for (const auto& [process, calls] : of_process) {
    for (const auto& [name, count] : calls)
      counts[name] = std::max(counts[name], count);
  }
  counts.erase("execve");  // strace's own, before there is anything to kill
  return counts;
}

class Sweep : public ScenarioTest {
 protected:
  void SetUp() override {
    if (run({"strace", "-V"}).status != 0)
      TAPCTL_CANNOT_RUN("strace is not there");
    ScenarioTest::SetUp();
  }

  /// What calls it makes when it is undisturbed.
  std::map<std::string, int> rehearse(Victim victim) {
    std::string trace;
    rehearse_as(traced(victim, "/run/trace", "", GetParam().command), [&] {
      trace = read_file("/run/trace");
      must_run({"rm", "/run/trace"});
    });
    return count_calls(trace);
  }

  /// One run with `injection`; then nothing may be left but one of the two states.
  void disturb(Victim victim, const std::string& injection) {
    SCOPED_TRACE(injection);
    Result result = run(traced(victim, "/dev/null", injection, GetParam().command));
    // Whether it sleeps depends on how soon a neighbour answers.
    const bool is_sure = victim == Victim::main && !injection.starts_with("clock_nanosleep:");
    if (is_sure && injection.ends_with(":signal=KILL:when=1")) {
      EXPECT_EQ(result.status, 128 + SIGKILL) << "it was not killed";
    }
    // A file that is not there is no failure, but then nothing may be done.
    if (injection.find(":error=ENOENT:") != std::string::npos &&
        result.err.find("br_netfilter is not loaded") != std::string::npos)
      result.status = 1;
    expect_one_of_both(result);
  }

  /// After the first violation; the long form looks for all.
  static bool is_enough() { return HasFailure() && !is_long(); }
};

TEST_P(Sweep, SurvivesSigkillOfTheProcess) {
  for (const auto& [call, count] : rehearse(Victim::main)) {
    for (const int n : chosen(count, 3)) {
      disturb(Victim::main, call + ":signal=KILL:when=" + std::to_string(n));
      if (is_enough())
        return;
    }
  }
  std::printf("%d kills, %d in the state after\n", runs_, after_runs_);
}

TEST_P(Sweep, SurvivesSigkillOfTheGuardianToo) {
  for (const auto& [call, count] : rehearse(Victim::both)) {
    for (const int n : chosen(count, 2)) {
      disturb(Victim::both, call + ":signal=KILL:when=" + std::to_string(n));
      if (is_enough())
        return;
    }
  }
  std::printf("%d kills, %d in the state after\n", runs_, after_runs_);
}

/// What each call can fail with.
const std::vector<const char*>& errors_of(const std::string& call) {
  using Errors = std::vector<const char*>;
  static const Errors none;
  static const Errors sending{"ENOBUFS", "ENOMEM", "EPERM", "EINTR", "EAGAIN", "ECONNREFUSED"};
  static const Errors receiving{"ENOBUFS", "ENOMEM", "EINTR", "EAGAIN"};
  static const Errors opening{"EMFILE", "EACCES", "ENOENT", "ENFILE", "EROFS", "ENOSPC", "EINTR"};
  static const Errors writing{"ENOSPC", "EIO", "EINTR", "EFBIG", "EPIPE"};
  static const Errors naming{"EIO", "ENOSPC", "EROFS"};
  static const Errors memory{"ENOMEM"};
  static const Errors forking{"EAGAIN", "ENOMEM"};
  static const Errors old_kernel{"ENOSYS"};
  static const Errors interrupted{"EINTR"};
  static const Errors descriptors{"EMFILE"};
  static const Errors refused{"EPERM", "EAGAIN"};
  static const std::map<std::string, Errors> all{
      {"sendmsg", sending},
      {"sendto", sending},
      {"recvmsg", receiving},
      {"recvfrom", receiving},
      {"ioctl", {"EPERM", "EBUSY", "ENOMEM", "ENODEV", "EINTR", "EFAULT"}},
      {"openat", opening},
      {"openat2", opening},
      {"write", writing},
      {"pwrite64", writing},
      {"ftruncate", writing},
      {"fallocate", writing},
      {"renameat", naming},
      {"unlinkat", naming},
      {"fsync", naming},
      {"mmap", memory},
      {"brk", memory},
      {"clone", forking},
      {"clone3", forking},
      {"flock", {"ENOLCK", "EINTR", "EWOULDBLOCK"}},
      {"socket", {"EMFILE", "EAFNOSUPPORT", "EPERM"}},
      {"setsockopt", {"ENOPROTOOPT"}},
      {"pidfd_open", old_kernel},
      {"close_range", old_kernel},
      {"getrandom", old_kernel},
      {"poll", interrupted},
      {"ppoll", interrupted},
      {"pipe2", descriptors},
      {"inotify_init1", descriptors},
      {"timerfd_create", descriptors},
      {"prctl", refused},
      {"capset", refused},
      {"setns", refused}};
  const auto found = all.find(call);
  return found == all.end() ? none : found->second;
}

/// The short form takes one error for each of a few calls, the long one all for all.
TEST_P(Sweep, SurvivesEveryErrno) {
  for (const auto& [call, count] : rehearse(Victim::main)) {
    const std::vector<const char*>& errors = errors_of(call);
    size_t turn = 0;
    for (const int n : chosen(errors.empty() ? 0 : count, 5)) {
      for (const char* error : errors) {
        if (!is_long() && error != errors[turn % errors.size()])
          continue;
        disturb(Victim::main, call + ":error=" + error + ":when=" + std::to_string(n));
        if (is_enough())
          return;
      }
      ++turn;
    }
  }
  std::printf("%d errors, %d in the state after\n", runs_, after_runs_);
}

/// For Child: becomes tapctl, whose output goes nowhere.
std::function<int(const std::function<void()>&)> quiet_tapctl(Argv command) {
  command.insert(command.begin(), tapctl_path());
  return [words = std::move(command)](const std::function<void()>& ready) mutable {
    ready();
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words)
      argv.push_back(word.data());
    argv.push_back(nullptr);
    const int null = open("/dev/null", O_RDWR);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    execv(argv.front(), argv.data());
    return 127;
  };
}

/// Neither gone nor a zombie.
bool is_running(pid_t pid) {
  const std::string status = read_file("/proc/" + std::to_string(pid) + "/status");
  return status.find("State:\tZ") == std::string::npos;
}

/// The first child of a process, or -1.
pid_t child_of(pid_t pid) {
  const std::string id = std::to_string(pid);
  std::ifstream children("/proc/" + id + "/task/" + id + "/children");
  pid_t child = -1;
  return children >> child ? child : -1;
}

/// The guardian alone dies, at any moment: tapctl goes on, or takes back what it did, and says so.
TEST_P(Sweep, SurvivesTheDeathOfTheGuardian) {
  rehearse(Victim::main);
  std::mt19937_64 random(std::random_device{}());
  const int most = is_long() ? 500 : 15;
  int hits = 0;
  for (int i = 0; i < most && !is_enough(); i++) {
    Child tapctl(quiet_tapctl(GetParam().command));
    pid_t guardian = -1;
    wait_until([&] { return (guardian = child_of(tapctl.pid())) > 0 || !is_running(tapctl.pid()); },
               5s);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 30'000));
    if (guardian > 0 && child_of(tapctl.pid()) == guardian) {
      kill(guardian, SIGKILL);
      hits++;
    }
    Result result;
    result.status = tapctl.wait();
    expect_one_of_both(result);
  }
  std::printf("%d runs, %d guardians killed, %d in the state after\n", runs_, hits, after_runs_);
}

/// Not at a system call but at any moment: 40 times, 1,000 in the long form. Also measures how long
/// it takes from the death of the process until the guardian has brought everything back.
TEST_P(Sweep, SurvivesRandomKills) {
  using namespace std::chrono;
  rehearse(Victim::main);
  std::mt19937_64 random(std::random_device{}());
  std::vector<double> restored_ms;
  const microseconds longest = 40ms;
  const int most = is_long() ? 1000 : 40;
  for (int i = 0; i < most && !is_enough(); i++) {
    const microseconds delay(random() % static_cast<uint64_t>(longest.count()));
    SCOPED_TRACE("after " + std::to_string(delay.count()) + " us");
    const Child victim(quiet_tapctl(GetParam().command));
    std::this_thread::sleep_for(delay);
    kill(victim.pid(), SIGKILL);
    const auto death = steady_clock::now();
    if (journal_is_there()) {
      // It stays where there was no guardian yet, and so no change.
      if (wait_until([] { return !journal_is_there(); }, 1s))
        restored_ms.push_back(duration<double, std::milli>(steady_clock::now() - death).count());
    }
    expect_one_of_both({});
  }
  std::ranges::sort(restored_ms);
  if (!restored_ms.empty())
    std::printf("%d kills, %zu restored by the guardian: median %.1f ms, 99 %% within %.1f ms\n",
                runs_, restored_ms.size(), restored_ms[restored_ms.size() / 2],
                restored_ms[restored_ms.size() * 99 / 100]);
}

const Scenario& find_scenario(std::string_view name) {
  return *std::ranges::find(scenarios(), name, &Scenario::name);
}

/// For which every call is taken in the quick form too.
class ShortSweep : public Sweep {};

TEST_P(ShortSweep, WhatCannotBeOpenedIsNotTakenAsAbsent) {
  const int count = rehearse(Victim::main)["openat"];
  for (int n = 1; n <= count && !HasFailure(); n++)
    disturb(Victim::main, "openat:error=EMFILE:when=" + std::to_string(n));
  std::printf("%d errors, %d in the state after\n", runs_, after_runs_);
}

/// Killed between an outcome and its record, with or without the guardian.
TEST_P(ShortSweep, LeavesNoHalfWrittenFile) {
  const int count = rehearse(Victim::both)["write"];
  for (int n = 1; n <= count && !HasFailure(); n++)
    disturb(Victim::both, "write:signal=KILL:when=" + std::to_string(n));
  std::printf("%d kills, %d in the state after\n", runs_, after_runs_);
}

INSTANTIATE_TEST_SUITE_P(Scenarios, ShortSweep, ::testing::Values(find_scenario("NfOff")),
                         [](const auto& each) { return each.param.name; });

INSTANTIATE_TEST_SUITE_P(Scenarios, Sweep, ::testing::ValuesIn(scenarios()),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace tapctl::test

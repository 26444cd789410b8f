// SPDX-License-Identifier: MIT
// The sweep: tapctl is killed at system call after system call, or that call fails, and each time
// the state has to be the one from before or the one after, with an exit status that says which.
//
// strace does both. Calls that a run makes often are sampled; TAPCTL_LONG_TESTS=1 takes them all.
#include "support/cli_test.hpp"
#include "support/host_state.hpp"
#include "support/rich_host.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <random>
#include <sstream>
#include <thread>

namespace tapctl::test {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

/// Whom the signal hits: the guardian too counts its calls, and dies at its own.
enum class Victim { main, both };

struct Scenario {
  const char* name;
  void (*host)();
  void (*prepare)();
  Argv command;
};

void PrintTo(const Scenario& scenario, std::ostream* stream) {
  *stream << scenario.name;
}

void rich_host() {
  build_rich_host();
}

void plain_host() {
  build_plain_host();
}

void add_taps() {
  ip_batch(
      "tuntap add tap0 mode tap user 54321\n"
      "tuntap add tap1 mode tap\n"
      "link set tap0 address 52:54:00:00:01:00\n"
      "link set tap1 address 52:54:00:00:01:01\n");
}

void build_bridge() {
  add_taps();
  tapctl({"bridge", "virbr0", "eth0", "tap0"});
}

void add_bridge() {
  ip_batch("link add virbr0 address 52:54:00:00:02:00 type bridge\nlink set virbr0 up\n");
}

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all{
      {"Bridge", rich_host, add_taps, {"bridge", "virbr0", "eth0", "tap0"}},
      {"Unbridge", rich_host, build_bridge, {"unbridge", "virbr0"}},
      {"AddWithEverything",
       plain_host,
       add_bridge,
       {"add", "vm0", "--user", "54321", "--mtu", "1400", "--mac", "fe:00:00:00:00:07", "--alias",
        "a", "--bridge", "virbr0"}},
      {"AddFifty", plain_host, nullptr, {"add", "vm%d", "--count", "50", "--user", "54321"}},
      {"NfOff", plain_host, build_bridge, {"nf", "off", "virbr0"}},
      {"DeleteMany", plain_host, add_taps, {"del", "tap0", "tap1"}}};
  return all;
}

bool is_long() {
  const char* value = std::getenv("TAPCTL_LONG_TESTS");
  return value != nullptr && std::string_view(value) == "1";
}

Argv traced(Victim victim, const std::string& output, const std::string& injection,
            const Argv& command) {
  Argv argv{"strace", "-qq", "-o", output};
  if (victim == Victim::both)
    argv.emplace_back("-f");
  if (!injection.empty())
    argv.insert(argv.end(), {"-e", "inject=" + injection});
  argv.push_back(tapctl_path());
  argv.insert(argv.end(), command.begin(), command.end());
  return argv;
}

/// How often each system call is made, from strace's lines "[PID] name(...".
std::map<std::string, int> count_calls(const std::string& trace) {
  std::map<std::string, int> counts;
  std::istringstream stream(trace);
  for (std::string line; std::getline(stream, line);) {
    const size_t start = line.find_first_not_of("0123456789 ");
    const size_t end = line.find('(', start == std::string::npos ? 0 : start);
    if (start == std::string::npos || end == std::string::npos)
      continue;
    const std::string name = line.substr(start, end - start);
    if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos)
      ++counts[name];
  }
  counts.erase("execve");  // strace's own, before there is anything to kill
  return counts;
}

/// The numbers from 1 to `count`, or some of them, spread evenly, with the first and the last.
std::vector<int> chosen(int count, int most) {
  std::vector<int> numbers;
  const int wanted = is_long() ? count : std::min(count, most);
  numbers.reserve(static_cast<size_t>(wanted));
  for (int i = 0; i < wanted; i++)
    numbers.push_back(wanted == 1 ? count : 1 + i * (count - 1) / (wanted - 1));
  return numbers;
}

/// Without what differs between two hosts that were built alike.
json comparable(json state) {
  state.erase("memory");
  for (json& link : state["links"]) {
    link.erase("ifindex");
    if (link.value("/linkinfo/info_kind"_json_pointer, "") == "tun")
      link.erase("address");  // a random one
  }
  return state;
}

class Sweep : public ::testing::TestWithParam<Scenario> {
 protected:
  void SetUp() override {
    if (run({"strace", "-V"}).status != 0)
      TAPCTL_CANNOT_RUN("strace is not there");
    build_host();
  }

  void build_host() {
    if (const std::string why = enter_fresh_namespace(); !why.empty())
      TAPCTL_CANNOT_RUN(why);
    GetParam().host();
    if (GetParam().prepare != nullptr)
      GetParam().prepare();
    before_ = host_state();
  }

  /// Runs it undisturbed: what calls it makes, and what the state is after it.
  std::map<std::string, int> rehearse(Victim victim) {
    const Result result = run(traced(victim, "/run/trace", "", GetParam().command));
    EXPECT_EQ(result.status, 0) << result.err;
    const auto counts = count_calls(read_file("/run/trace"));
    must_run({"rm", "/run/trace"});
    after_ = comparable(host_state());
    build_host();
    return counts;
  }

  /// One run with `injection`; then nothing may be left but one of the two states.
  void disturb(Victim victim, const std::string& injection) {
    SCOPED_TRACE(injection);
    expect_one_of_both(run(traced(victim, "/dev/null", injection, GetParam().command)));
  }

  void expect_one_of_both(const Result& result) {
    const Result recovery = tapctl({"recover"});
    EXPECT_EQ(recovery.status, 0) << recovery.err;
    const json now = host_state();
    const bool is_before = difference(before_, now).empty();
    const bool is_after = !is_before && difference(after_, comparable(now)).empty();
    ++runs_;
    after_runs_ += is_after ? 1 : 0;
    EXPECT_TRUE(is_before || is_after)
        << "before: " << difference(before_, now)
        << "\nafter: " << difference(after_, comparable(now)) << "\nstatus " << result.status
        << ": " << result.err << recovery.out;
    // A signal has no status, and what recover() did came later.
    const bool recovered = recovery.out != "nothing to recover\n";
    if (result.status == 0 && !recovered) {
      EXPECT_TRUE(is_after) << "status 0, but it is as before";
    }
    if ((result.status == 1 || result.status == 2) && !recovered) {
      EXPECT_TRUE(is_before) << "status " << result.status
                             << ", but it is not as before: " << result.err;
    }
    if (!is_before)
      build_host();
  }

  json before_;
  json after_;
  int runs_ = 0;
  int after_runs_ = 0;
};

TEST_P(Sweep, SurvivesSigkillOfTheProcess) {
  for (const auto& [call, count] : rehearse(Victim::main)) {
    for (const int n : chosen(count, 3)) {
      disturb(Victim::main, call + ":signal=KILL:when=" + std::to_string(n));
      if (HasFailure())
        return;
    }
  }
  std::printf("%d kills, %d in the state after\n", runs_, after_runs_);
}

TEST_P(Sweep, SurvivesSigkillOfTheGuardianToo) {
  for (const auto& [call, count] : rehearse(Victim::both)) {
    for (const int n : chosen(count, 2)) {
      disturb(Victim::both, call + ":signal=KILL:when=" + std::to_string(n));
      if (HasFailure())
        return;
    }
  }
  std::printf("%d kills, %d in the state after\n", runs_, after_runs_);
}

TEST_P(Sweep, SurvivesEveryErrno) {
  static const std::map<std::string, std::vector<const char*>> errors{
      {"sendmsg", {"ENOBUFS", "ENOMEM", "EPERM"}},
      {"recvmsg", {"ENOBUFS", "ENOMEM"}},
      {"ioctl", {"EPERM", "EBUSY", "ENOMEM"}},
      {"openat", {"EMFILE", "EACCES", "ENOENT"}},
      {"write", {"ENOSPC", "EIO"}},
      {"renameat", {"EIO", "ENOSPC"}},
      {"fallocate", {"ENOSPC"}},
      {"mmap", {"ENOMEM"}},
      {"clone", {"EAGAIN"}},
      {"pipe2", {"EMFILE"}},
      {"socket", {"EMFILE"}},
      {"pidfd_open", {"ENOSYS"}},
      {"inotify_init1", {"EMFILE"}},
      {"timerfd_create", {"EMFILE"}},
      {"flock", {"ENOLCK"}}};
  for (const auto& [call, count] : rehearse(Victim::main)) {
    const auto found = errors.find(call);
    for (const int n : chosen(found == errors.end() ? 0 : count, 2)) {
      for (const char* error : found->second) {
        disturb(Victim::main, call + ":error=" + error + ":when=" + std::to_string(n));
        if (HasFailure())
          return;
      }
    }
  }
  std::printf("%d errors, %d in the state after\n", runs_, after_runs_);
}

bool journal_is_there() {
  return !run({"find", "/run/tapctl", "-name", "journal", "-o", "-name", "undo"}).out.empty();
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
  for (int i = 0; i < most && !HasFailure(); i++) {
    const microseconds delay(random() % static_cast<uint64_t>(longest.count()));
    SCOPED_TRACE("after " + std::to_string(delay.count()) + " us");
    const Child victim([&](const std::function<void()>& ready) {
      ready();
      const std::string path = tapctl_path();
      std::vector<char*> argv;
      Argv words = GetParam().command;
      words.insert(words.begin(), path);
      for (std::string& word : words)
        argv.push_back(word.data());
      argv.push_back(nullptr);
      const int null = open("/dev/null", O_RDWR);
      dup2(null, STDOUT_FILENO);
      dup2(null, STDERR_FILENO);
      execv(path.c_str(), argv.data());
      return 127;
    });
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

INSTANTIATE_TEST_SUITE_P(Scenarios, Sweep, ::testing::ValuesIn(scenarios()),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace tapctl::test

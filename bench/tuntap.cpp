// SPDX-License-Identifier: MIT
// Compares `tapctl add` and `del` with `ip tuntap` and `tunctl`, whole processes, alternating.
//
// usage: bench-tuntap [--tapctl PATH] [--rounds N] [--json FILE]
//
// Runs in a network namespace of its own. In each round every tool creates and deletes one tap
// device, in an order that rotates from round to round, so that what the machine does meanwhile
// hits all alike. Times are from posix_spawn to the end of the process. Deleting is dominated by
// the kernel's grace period; the processor time, in the last column, is the tool's own share.
#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace {

using Argv = std::vector<std::string>;

struct Sample {
  double wall_ms = 0;
  double processor_ms = 0;
};

struct Contender {
  std::string name;
  Argv add;
  Argv del;
  bool present = true;
  std::vector<Sample> add_samples{};
  std::vector<Sample> del_samples{};
};

struct Options {
  std::string tapctl = "tapctl";
  unsigned rounds = 200;
  std::string json_file;
};

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

double milliseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

/// Starts `argv` with its output thrown away; the process id, or -1 when there is no such program.
pid_t spawn(const Argv& argv) {
  std::vector<char*> arguments;
  for (const auto& argument : argv)
    arguments.push_back(const_cast<char*>(argument.c_str()));  // NOLINT: posix_spawn's signature
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  pid_t pid = -1;
  errno = ::posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  return errno == 0 ? pid : -1;
}

Sample measure(const Argv& argv) {
  const auto start = std::chrono::steady_clock::now();
  const pid_t pid = spawn(argv);
  if (pid < 0)
    fail(argv[0]);
  int status = 0;
  rusage usage{};
  if (::wait4(pid, &status, 0, &usage) != pid)
    fail("wait4");
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
  if (status != 0)
    throw std::runtime_error(argv[0] + " " + argv[1] + " failed");
  return {wall.count(), milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime)};
}

bool is_installed(const std::string& program) {
  if (program.find('/') != std::string::npos)
    return ::access(program.c_str(), X_OK) == 0;
  std::string path = std::getenv("PATH") != nullptr ? std::getenv("PATH") : "";
  for (size_t start = 0; start <= path.size();) {
    const size_t end = std::min(path.find(':', start), path.size());
    if (::access((path.substr(start, end - start) + "/" + program).c_str(), X_OK) == 0)
      return true;
    start = end + 1;
  }
  return false;
}

std::vector<Contender> contenders(const std::string& tapctl) {
  std::vector<Contender> all{
      {"tapctl", {tapctl, "add", "tap7", "--user", "1000"}, {tapctl, "del", "tap7"}},
      {"ip tuntap",
       {"ip", "tuntap", "add", "dev", "tap7", "mode", "tap", "user", "1000"},
       {"ip", "tuntap", "del", "dev", "tap7", "mode", "tap"}},
      {"tunctl", {"tunctl", "-t", "tap7", "-u", "1000"}, {"tunctl", "-d", "tap7"}}};
  for (auto& contender : all)
    contender.present = is_installed(contender.add[0]);
  std::erase_if(all, [](const Contender& contender) { return !contender.present; });
  return all;
}

template <class Member>
double median(std::vector<Sample> samples, Member member) {
  std::ranges::sort(samples, {}, member);
  const size_t middle = samples.size() / 2;
  return samples.size() % 2 == 1 ? samples[middle].*member
                                 : (samples[middle - 1].*member + samples[middle].*member) / 2;
}

void enter_own_namespace() {
  if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0)
    fail("a network namespace of its own");
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("tmpfs", "/run", "tmpfs", 0, "mode=0755") != 0 ||
      ::mount("sysfs", "/sys", "sysfs", 0, nullptr) != 0)
    fail("mounts of its own");
}

void run_rounds(std::vector<Contender>& all, unsigned rounds) {
  for (unsigned round = 0; round < rounds; round++)
    for (size_t i = 0; i < all.size(); i++) {
      auto& contender = all[(i + round) % all.size()];
      contender.add_samples.push_back(measure(contender.add));
      contender.del_samples.push_back(measure(contender.del));
    }
}

nlohmann::json results(const std::vector<Contender>& all, unsigned rounds) {
  nlohmann::json document{{"schema", 1}, {"rounds", rounds}, {"results", nlohmann::json::array()}};
  const auto row = [&](const Contender& contender, const char* action,
                       std::vector<Sample> Contender::*samples) {
    const double wall = median(contender.*samples, &Sample::wall_ms);
    document["results"].push_back(
        {{"tool", contender.name},
         {"action", action},
         {"wall_ms", wall},
         {"processor_ms", median(contender.*samples, &Sample::processor_ms)},
         {"ratio", wall / median(all[0].*samples, &Sample::wall_ms)}});
  };
  for (const auto& contender : all)
    row(contender, "add", &Contender::add_samples);
  for (const auto& contender : all)
    row(contender, "del", &Contender::del_samples);
  return document;
}

void print_table(const nlohmann::json& document) {
  std::printf("medians of %u rounds\n\n%-6s %-10s %9s %8s %13s\n",
              document["rounds"].get<unsigned>(), "action", "tool", "wall ms", "ratio",
              "processor ms");
  for (const auto& row : document["results"])
    std::printf("%-6s %-10s %9.2f %8.2f %13.2f\n", row["action"].get<std::string>().c_str(),
                row["tool"].get<std::string>().c_str(), row["wall_ms"].get<double>(),
                row["ratio"].get<double>(), row["processor_ms"].get<double>());
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string option = argv[i];
    if (i + 1 == argc)
      throw std::runtime_error(option + " needs a value");
    if (option == "--tapctl")
      options.tapctl = argv[i + 1];
    else if (option == "--json")
      options.json_file = argv[i + 1];
    else if (option == "--rounds")
      options.rounds = static_cast<unsigned>(std::stoul(argv[i + 1]));
    else
      throw std::runtime_error("unknown option " + option);
  }
  if (options.rounds == 0)
    throw std::runtime_error("--rounds needs a number above 0");
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Options options = parse(argc, argv);
    auto all = contenders(options.tapctl);
    if (all.empty() || all[0].name != "tapctl")
      throw std::runtime_error("no program " + options.tapctl);
    enter_own_namespace();
    run_rounds(all, 1);  // warms the caches
    for (auto& contender : all) {
      contender.add_samples.clear();
      contender.del_samples.clear();
    }
    run_rounds(all, options.rounds);
    const auto document = results(all, options.rounds);
    print_table(document);
    if (!options.json_file.empty() &&
        !(std::ofstream(options.json_file) << document.dump(2) << "\n"))
      throw std::runtime_error("cannot write " + options.json_file);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench-tuntap: %s\n", error.what());
    return 1;
  }
}

// SPDX-License-Identifier: MIT
// Compares tapctl with its peers where there are thousands of devices.
//
// usage: bench-scale [--tapctl PATH] [--rounds N] [--devices N] [--json FILE]
//
// Runs in a network namespace of its own. "few" devices are 1,000, "many" are --devices (10,000).
// The tools take turns in each round, in an order that rotates. A ratio is tapctl's median over the
// peer's: below 1 tapctl is faster, or takes less. `ip tuntap del` in a loop is run for 50 devices
// and counted 20 times over: each waits for its own grace period, so the rest would only repeat it.
#include "common.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace tapctl::bench {
namespace {

using test::Argv;

constexpr unsigned few = 1000;
constexpr unsigned sampled_deletions = 50;
constexpr const char* owner = "1000";
constexpr const char* group = "7";

struct Settings {
  std::string tapctl = "tapctl";
  unsigned rounds = 5;
  unsigned devices = 10000;
  std::string json_file;
};

std::string device(unsigned number) {
  return "vm" + std::to_string(number);
}

/// The line of `ip -batch` for each device, one after the other.
std::string batch(unsigned count, const std::function<std::string(const std::string&)>& line) {
  std::string lines;
  for (unsigned i = 0; i < count; i++)
    lines += line(device(i)) + "\n";
  return lines;
}

double wall_of(const Argv& argv, const std::string& input = {}) {
  const Sample sample = measure(argv, input);
  if (!sample.succeeded)
    throw std::runtime_error(argv[0] + " " + argv[1] + " failed");
  return sample.wall_ms;
}

/// An open queue of a new device, or of one that is there.
int attach(const std::string& name) {
  const int file = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC);
  ifreq request{};
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  name.copy(request.ifr_name, sizeof request.ifr_name - 1);
  if (file < 0 || ::ioctl(file, TUNSETIFF, &request) != 0)
    throw std::runtime_error("cannot attach to " + name);
  return file;
}

/// The system calls that cannot be avoided, and nothing else.
double bare_add(unsigned count) {
  const auto start = std::chrono::steady_clock::now();
  for (unsigned i = 0; i < count; i++) {
    const int file = attach(device(i));
    if (::ioctl(file, TUNSETOWNER, std::strtoul(owner, nullptr, 10)) != 0 ||
        ::ioctl(file, TUNSETPERSIST, 1) != 0)
      throw std::runtime_error("cannot keep " + device(i));
    ::close(file);
  }
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

/// Peak resident memory in KiB. The command starts as a copy of this process, which has to be the
/// smaller one.
double peak_memory(const Argv& argv) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    std::vector<char*> words;
    words.reserve(argv.size() + 1);
    for (const std::string& word : argv)
      words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
    ::execvp(words[0], words.data());
    ::_exit(127);
  }
  rusage usage{};
  int status = 0;
  if (pid < 0 || ::wait4(pid, &status, 0, &usage) != pid || status != 0)
    throw std::runtime_error(argv[0] + " failed");
  return static_cast<double>(usage.ru_maxrss);
}

struct Effort {
  double calls = 0;
  double bytes = 0;
};

/// What the command asks of the kernel, counted by strace: calls, and bytes that it reads.
Effort effort(const Argv& argv) {
  const std::string trace = "/run/bench-scale.trace";
  Argv traced{"strace", "-f", "-qq", "-o", trace};
  traced.insert(traced.end(), argv.begin(), argv.end());
  wall_of(traced);
  Effort total;
  std::ifstream lines(trace);
  for (std::string line; std::getline(lines, line);) {
    total.calls++;
    const bool reads = line.find(" read(") != std::string::npos ||
                       line.find(" pread64(") != std::string::npos ||
                       line.find(" recvmsg(") != std::string::npos ||
                       line.find(" getdents64(") != std::string::npos;
    const size_t result = line.rfind(" = ");
    if (reads && result != std::string::npos)
      total.bytes += std::max(0.0, std::atof(line.c_str() + result + 3));
  }
  return total;
}

class Bench {
 public:
  explicit Bench(Settings settings) : settings_(std::move(settings)) {}

  void run() {
    measure_effort();
    measure_memory();
    measure_reading();
    for (const unsigned count : {few, settings_.devices})
      measure_adding(count);
    measure_deleting();
    std::printf("medians of %u rounds\n\n%-34s %-22s %10s %10s %7s\n", settings_.rounds, "what",
                "beside", "tapctl", "peer", "ratio");
    for (const auto& row : rows_)
      std::printf("%-34s %-22s %10.1f %10.1f %7.2f\n", row["what"].get<std::string>().c_str(),
                  row["peer"].get<std::string>().c_str(), row["tapctl"].get<double>(),
                  row["value"].get<double>(), row["ratio"].get<double>());
    write_json(settings_.json_file,
               {{"schema", 1}, {"rounds", settings_.rounds}, {"results", rows_}});
  }

 private:
  struct Contender {
    std::string name;
    std::function<double()> run;
    std::function<void()> before;
    std::function<void()> after;
    std::vector<double> values{};
  };

  /// The first is tapctl; each other one is a row.
  void compare(const std::string& what, std::vector<Contender> all) {
    for (unsigned round = 0; round < settings_.rounds; round++)
      for (size_t i = 0; i < all.size(); i++) {
        Contender& contender = all[(i + round) % all.size()];
        if (contender.before)
          contender.before();
        contender.values.push_back(contender.run());
        if (contender.after)
          contender.after();
      }
    for (size_t i = 1; i < all.size(); i++)
      row(what, all[i].name, median(all[0].values), median(all[i].values));
  }

  void row(const std::string& what, const std::string& peer, double tapctl, double value) {
    rows_.push_back({{"what", what},
                     {"peer", peer},
                     {"tapctl", tapctl},
                     {"value", value},
                     {"ratio", value > 0 ? tapctl / value : 0}});
  }

  [[nodiscard]] Argv tapctl(const Argv& words) const {
    Argv argv{settings_.tapctl};
    argv.insert(argv.end(), words.begin(), words.end());
    return argv;
  }

  [[nodiscard]] Argv add_command(unsigned count) const {
    return tapctl({"-q", "add", "vm%d", "--count", std::to_string(count), "--user", owner});
  }

  void add(unsigned count) const { wall_of(add_command(count)); }
  void clear() const { wall_of(tapctl({"-q", "del", "--all"})); }

  void measure_effort() {
    const auto one_among = [&](unsigned count) {
      add(count);
      const Effort one = effort(tapctl({"add", "one", "--user", owner}));
      clear();
      return one;
    };
    one_among(10);  // the first one makes /run/tapctl
    const Effort among_few = one_among(10);
    const Effort among_many = one_among(settings_.devices);
    row("add one: system calls", "add among 10", among_many.calls, among_few.calls);
    row("add one: bytes read", "add among 10", among_many.bytes, among_few.bytes);
  }

  void measure_memory() {
    add(settings_.devices);
    const double ip = peak_memory({"ip", "-j", "-d", "link"});
    row("KiB of status --json, many", "ip -j -d link", peak_memory(tapctl({"status", "--json"})),
        ip);
    row("KiB of list, many", "ip -j -d link", peak_memory(tapctl({"list"})), ip);
    clear();
    const Argv batch_add{"ip", "-batch", "/run/bench-scale.batch"};
    std::ofstream(batch_add.back()) << batch(settings_.devices, add_line);
    const double ip_add = peak_memory(batch_add);
    clear();
    row("KiB of add, many", "ip -batch", peak_memory(add_command(settings_.devices)), ip_add);
    row("KiB of del, many", "ip -j -d link", peak_memory(tapctl({"-q", "del", "--all"})), ip);
  }

  void measure_reading() {
    add(settings_.devices);
    compare("status --json, many", {{"tapctl",
                                     [&] {
                                       return wall_of(tapctl({"status", "--json"}));
                                     },
                                     {},
                                     {}},
                                    {"ip -j -d link",
                                     [&] {
                                       return wall_of({"ip", "-j", "-d", "link"});
                                     },
                                     {},
                                     {}}});
    clear();
    add(few);
    std::vector<int> held;
    for (unsigned i = 0; i < few; i += few / 10)
      held.push_back(attach(device(i)));
    compare("list --holders, few", {{"tapctl",
                                     [&] {
                                       return wall_of(tapctl({"list", "--holders"}));
                                     },
                                     {},
                                     {}},
                                    {"ip -d tuntap show",
                                     [&] {
                                       return wall_of({"ip", "-d", "tuntap", "show"});
                                     },
                                     {},
                                     {}}});
    for (const int file : held)
      ::close(file);
    clear();
  }

  static std::string add_line(const std::string& name) {
    return "tuntap add dev " + name + " mode tap user " + owner;
  }

  void measure_adding(unsigned count) {
    const auto cleared = [&] { clear(); };
    const std::string lines = batch(count, add_line);
    compare("add of " + std::to_string(count),
            {{"tapctl", [&] { return wall_of(add_command(count)); }, {}, cleared},
             {"bare system calls", [=] { return bare_add(count); }, {}, cleared},
             {"ip -batch",
              [=] {
                return wall_of({"ip", "-batch", "-"}, lines);
              },
              {},
              cleared}});
  }

  void measure_deleting() {
    const auto filled = [&] { add(few); };
    const auto grouped = [&] {
      add(few);
      wall_of({"ip", "-batch", "-"}, batch(few, [](const std::string& name) {
                return "link set dev " + name + " group " + group;
              }));
    };
    const auto one_by_one = [] {
      double sum = 0;
      for (unsigned i = 0; i < sampled_deletions; i++)
        sum += wall_of({"ip", "tuntap", "del", "dev", device(i), "mode", "tap"});
      return sum * few / sampled_deletions;
    };
    compare("del of " + std::to_string(few),
            {{"tapctl",
              [&] {
                return wall_of(tapctl({"-q", "del", "--match", "vm*"}));
              },
              filled,
              {}},
             {"ip link del group",
              [] {
                return wall_of({"ip", "link", "del", "group", group});
              },
              grouped,
              {}},
             {"ip tuntap del, in a loop", one_by_one, filled, [&] { clear(); }}});
  }

  Settings settings_;
  nlohmann::json rows_ = nlohmann::json::array();
};

void run(int argc, char** argv) {
  Settings settings;
  parse_options(
      argc, argv,
      {{"--tapctl", [&](const std::string& value) { settings.tapctl = value; }},
       {"--json", [&](const std::string& value) { settings.json_file = value; }},
       {"--rounds", [&](const std::string& value) { settings.rounds = count_of(value); }},
       {"--devices", [&](const std::string& value) { settings.devices = count_of(value); }}});
  for (const std::string& program : {settings.tapctl, std::string("ip"), std::string("strace")}) {
    if (!is_installed(program))
      throw std::runtime_error("no program " + program);
  }
  enter_own_namespace();
  Bench(std::move(settings)).run();
}

}  // namespace
}  // namespace tapctl::bench

int main(int argc, char** argv) {
  return tapctl::bench::run_program("bench-scale", [&] { tapctl::bench::run(argc, argv); });
}

// SPDX-License-Identifier: MIT
// The last resort where systemd is PID 1: a timer of its.
//
// systemd's own programs are run, by their full path and without any environment, rather than its
// bus spoken to: that would be a library to load for every command, for the sake of these two.
#include "txn/recovery_timer.hpp"

#include "util/directory.hpp"
#include "util/file.hpp"
#include "util/process.hpp"

#include <fcntl.h>

#include <optional>
#include <vector>

namespace tapctl {
namespace {

using Words = std::vector<std::string>;

constexpr const char* run_program = "/usr/bin/systemd-run";
constexpr const char* control_program = "/usr/bin/systemctl";
const std::string named_namespaces = "/run/netns";

std::string unit_name(const std::string& id) {
  return "tapctl-recover-" + id;
}

/// The options with which a process of PID 1's comes into this network namespace.
std::optional<Words> way_here() {
  const auto here = file_identity("/proc/thread-self/ns/net");
  if (!here)
    return std::nullopt;
  if (here == file_identity("/proc/1/ns/net"))
    return Words{};
  const Directory names = open_directory(AT_FDCWD, named_namespaces.c_str());
  for (const dirent* entry = nullptr; names && (entry = next_entry(names)) != nullptr;) {
    if (here == file_identity(named_namespaces + "/" + entry->d_name))
      return Words{"--netns", entry->d_name};
  }
  return std::nullopt;
}

}  // namespace

bool start_recovery_timer(const std::string& id, std::chrono::milliseconds after) {
  if (!is_systemd_running())
    return false;
  const auto way = way_here();
  const std::string program = link_target("/proc/self/exe");
  if (!way || program.empty())
    return false;
  Words words{run_program,
              "--quiet",
              "--collect",
              "--no-ask-password",
              "--unit=" + unit_name(id),
              "--description=Rolls back tapctl's transaction " + id + " unless it is over",
              "--on-active=" + std::to_string(after.count()) + "ms",
              "--timer-property=AccuracySec=1s",
              "--",
              program};
  words.insert(words.end(), way->begin(), way->end());
  words.emplace_back("recover");
  return run(std::move(words));
}

void stop_recovery_timer(const std::string& id) {
  spawn(control_program,
        {control_program, "--quiet", "--no-block", "stop", unit_name(id) + ".timer"});
}

}  // namespace tapctl

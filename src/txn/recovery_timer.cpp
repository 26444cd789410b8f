// SPDX-License-Identifier: MIT
// The last resort where systemd is PID 1: a timer of its.
//
// systemd's own programs are run, by their full path and without any environment, rather than its
// bus spoken to: that would be a library to load for every command, for the sake of these two.
#include "txn/recovery_timer.hpp"

#include "util/directory.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <utility>
#include <vector>

namespace tapctl {
namespace {

using Words = std::vector<std::string>;

constexpr const char* run_program = "/usr/bin/systemd-run";
constexpr const char* control_program = "/usr/bin/systemctl";
const std::string named_namespaces = "/run/netns";

/// What sd_booted(3) asks.
bool is_systemd_running() {
  struct stat status {};
  return lstat("/run/systemd/system", &status) == 0 && S_ISDIR(status.st_mode);
}

std::string unit_name(const std::string& id) {
  return "tapctl-recover-" + id;
}

/// Device and inode; nothing where it cannot be looked at.
std::optional<std::pair<dev_t, ino_t>> identity(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0)
    return std::nullopt;
  return std::pair(status.st_dev, status.st_ino);
}

/// The options with which a process of PID 1's comes into this network namespace.
std::optional<Words> way_here() {
  const auto here = identity("/proc/thread-self/ns/net");
  if (!here)
    return std::nullopt;
  if (here == identity("/proc/1/ns/net"))
    return Words{};
  const Directory names = open_directory(AT_FDCWD, named_namespaces.c_str());
  for (const dirent* entry = nullptr; names && (entry = next_entry(names)) != nullptr;) {
    if (here == identity(named_namespaces + "/" + entry->d_name))
      return Words{"--netns", entry->d_name};
  }
  return std::nullopt;
}

std::optional<std::string> own_program() {
  std::array<char, 4096> path{};
  const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
  if (size <= 0 || static_cast<size_t>(size) == path.size())
    return std::nullopt;
  return std::string(path.data(), static_cast<size_t>(size));
}

/// Starts it with nothing of this process: no environment, no files, no ignored signals.
std::optional<pid_t> spawn(Words words) {
  std::vector<char*> argv;
  for (std::string& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  std::array<char*, 1> environment{nullptr};

  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  for (int fd = 0; fd <= 2; ++fd)
    posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
  sigset_t all{};
  sigfillset(&all);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
  pid_t pid = -1;
  const int errnum =
      posix_spawn(&pid, argv.front(), &files, &attributes, argv.data(), environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return errnum == 0 ? std::optional(pid) : std::nullopt;
}

bool run(Words words) {
  const auto pid = spawn(std::move(words));
  int status = 0;
  while (pid && waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
  }
  return pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

bool start_recovery_timer(const std::string& id, std::chrono::milliseconds after) {
  if (!is_systemd_running())
    return false;
  const auto way = way_here();
  const auto program = own_program();
  if (!way || !program)
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
              *program};
  words.insert(words.end(), way->begin(), way->end());
  words.emplace_back("recover");
  return run(std::move(words));
}

void stop_recovery_timer(const std::string& id) {
  spawn({control_program, "--quiet", "--no-block", "stop", unit_name(id) + ".timer"});
}

}  // namespace tapctl

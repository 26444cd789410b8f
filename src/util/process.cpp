// SPDX-License-Identifier: MIT
// Starts programs by posix_spawn.
#include "util/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <utility>

namespace tapctl {
namespace {

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

bool is_systemd_running() {
  struct stat status {};
  return lstat("/run/systemd/system", &status) == 0 && S_ISDIR(status.st_mode);
}

std::optional<pid_t> spawn(const std::string& path, std::vector<std::string> argv,
                           std::vector<std::string> environment) {
  const std::vector<char*> arguments = pointers_to(argv);
  const std::vector<char*> variables = pointers_to(environment);
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  for (int fd = 0; fd <= 2; ++fd)
    posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_addchdir_np(&files, "/");
  sigset_t signals{};
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
  pid_t pid = -1;
  const int errnum =
      posix_spawn(&pid, path.c_str(), &files, &attributes, arguments.data(), variables.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  errno = errnum;
  return errnum == 0 ? std::optional(pid) : std::nullopt;
}

bool run(std::vector<std::string> words) {
  const std::string path = words.front();
  const auto pid = spawn(path, std::move(words));
  int status = 0;
  while (pid && waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
  }
  return pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace tapctl

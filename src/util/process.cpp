// SPDX-License-Identifier: MIT
// Starts programs by posix_spawn.
#include "util/process.hpp"

#include "util/fd.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace tapctl {
namespace {

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Its wait status.
int wait_for(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

bool is_systemd_running() {
  struct stat status {};
  return lstat("/run/systemd/system", &status) == 0 && S_ISDIR(status.st_mode);
}

std::optional<pid_t> spawn(const std::string& path, std::vector<std::string> argv,
                           std::vector<std::string> environment, int output) {
  const std::vector<char*> arguments = pointers_to(argv);
  const std::vector<char*> variables = pointers_to(environment);
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  for (int fd = 0; fd <= 2; ++fd)
    posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
  if (output >= 0)
    posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
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

std::optional<std::string> output_of(std::vector<std::string> words) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    return std::nullopt;
  const Fd reader(ends[0]);
  Fd writer(ends[1]);
  const std::string path = words.front();
  const auto pid = spawn(path, std::move(words), {}, writer.get());
  writer = Fd();
  std::array<char, 4096> text{};
  size_t size = 0;
  for (ssize_t got = 1; pid && got > 0 && size < text.size();) {
    got = read(reader.get(), text.data() + size, text.size() - size);
    size += got > 0 ? static_cast<size_t>(got) : 0;
  }
  if (!pid)
    return std::nullopt;
  wait_for(*pid);
  return std::string(text.data(), size);
}

bool run(std::vector<std::string> words) {
  const std::string path = words.front();
  const auto pid = spawn(path, std::move(words));
  return pid && wait_for(*pid) == 0;
}

}  // namespace tapctl

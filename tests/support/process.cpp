// SPDX-License-Identifier: MIT
// posix_spawn with files in memory for stdin, stdout and stderr.
#include "support/process.hpp"

#include "util/fd.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace tapctl::test {

namespace {

constexpr auto run_limit = std::chrono::seconds(60);

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

Fd memory_file(std::string_view content) {
  Fd file(::memfd_create("tapctl-test", MFD_CLOEXEC));
  if (!file)
    fail("memfd_create");
  if (::write(file.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size()))
    fail("write");
  if (::lseek(file.get(), 0, SEEK_SET) != 0)
    fail("lseek");
  return file;
}

std::string whole_content(const Fd& file) {
  std::string content;
  std::array<char, 65536> buffer{};
  if (::lseek(file.get(), 0, SEEK_SET) != 0)
    fail("lseek");
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0)
      fail("read");
    if (got == 0)
      return content;
    content.append(buffer.data(), static_cast<size_t>(got));
  }
}

int exit_status(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

int reap(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      fail("waitpid");
  return exit_status(status);
}

void tell(int fd, std::string_view text) {
  if (::write(fd, text.data(), text.size()) < 0)
    ::_exit(1);
}

void kill_when_too_slow(pid_t pid) {
  const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process)
    fail("pidfd_open");
  pollfd event{.fd = process.get(), .events = POLLIN, .revents = 0};
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(run_limit);
  if (::poll(&event, 1, static_cast<int>(limit.count())) == 0)
    ::kill(pid, SIGKILL);
}

pid_t spawn(const Argv& argv, const std::array<int, 3>& stdio) {
  std::vector<char*> arguments;
  for (const auto& argument : argv)
    arguments.push_back(const_cast<char*>(argument.c_str()));  // NOLINT: posix_spawn's signature
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  for (int fd = 0; fd < 3; fd++)
    ::posix_spawn_file_actions_adddup2(&actions, stdio[static_cast<size_t>(fd)], fd);
  pid_t pid = -1;
  errno = ::posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (errno != 0)
    fail(argv.front());
  return pid;
}

}  // namespace

Result run(const Argv& argv, std::string_view input) {
  const Fd in = memory_file(input);
  const Fd out = memory_file({});
  const Fd err = memory_file({});
  const pid_t pid = spawn(argv, {in.get(), out.get(), err.get()});
  kill_when_too_slow(pid);
  Result result;
  result.status = reap(pid);
  result.out = whole_content(out);
  result.err = whole_content(err);
  return result;
}

std::string must_run(const Argv& argv, std::string_view input) {
  Result result = run(argv, input);
  if (result.status == 0)
    return std::move(result.out);
  std::string line;
  for (const auto& argument : argv)
    line += argument + " ";
  throw std::runtime_error(line + "ended with " + std::to_string(result.status) + ": " +
                           result.out + result.err);
}

Child::Child(const std::function<int(const std::function<void()>& ready)>& body) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    fail("pipe2");
  Fd read_end(ends[0]);
  Fd write_end(ends[1]);
  pid_ = ::fork();
  if (pid_ < 0)
    fail("fork");
  if (pid_ == 0) {
    int status = 1;
    try {
      status = body([&write_end] { tell(write_end.get(), "r"); });
    } catch (const std::exception& error) {
      tell(STDERR_FILENO, error.what());
    }
    ::_exit(status);
  }
  write_end = Fd();
  char byte = 0;
  ssize_t got = -1;
  do
    got = ::read(read_end.get(), &byte, 1);
  while (got < 0 && errno == EINTR);
  ready_ = got == 1;
}

Child::~Child() {
  if (pid_ < 0)
    return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

int Child::wait() {
  return reap(std::exchange(pid_, -1));
}

bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace tapctl::test

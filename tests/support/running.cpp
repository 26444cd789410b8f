// SPDX-License-Identifier: MIT
// See running.hpp.
#include "support/running.hpp"

#include "support/netns_test.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

namespace tapctl::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

struct Ends {
  Fd reader;
  Fd writer;
};

Ends make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe2");
  return {Fd(ends[0]), Fd(ends[1])};
}

Ends make_terminal(Window window) {
  Fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  std::array<char, 64> name{};
  if (!master || ::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0 ||
      ::ptsname_r(master.get(), name.data(), name.size()) != 0)
    throw std::runtime_error("no terminal");
  const winsize size{.ws_row = window.rows, .ws_col = window.columns};
  ::ioctl(master.get(), TIOCSWINSZ, &size);
  return {std::move(master), Fd(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC))};
}

int exit_status(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

}  // namespace

Running::Running(Argv argv, std::optional<Window> window)
    : errors_(::memfd_create("tapctl-test", MFD_CLOEXEC)) {
  Ends ends = window ? make_terminal(*window) : make_pipe();
  std::vector<char*> words;
  for (std::string& word : argv)
    words.push_back(word.data());
  words.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::setsid();
    if (window) {
      ::ioctl(ends.writer.get(), TIOCSCTTY, 0);
      ::setenv("TERM", "xterm", 1);
      ::dup2(ends.writer.get(), STDIN_FILENO);
    }
    ::dup2(ends.writer.get(), STDOUT_FILENO);
    ::dup2(errors_.get(), STDERR_FILENO);
    ::execvp(words[0], words.data());
    ::_exit(127);
  }
  reader_ = std::move(ends.reader);
}

Running::~Running() {
  if (status_ || pid_ < 0)
    return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string Running::err() const {
  return read_file("/proc/self/fd/" + std::to_string(errors_.get()));
}

bool Running::read_some(std::chrono::milliseconds limit) {
  pollfd event{.fd = reader_.get(), .events = POLLIN, .revents = 0};
  if (!reader_ || ::poll(&event, 1, static_cast<int>(limit.count())) <= 0)
    return false;
  std::array<char, 65536> buffer{};
  const ssize_t got = ::read(reader_.get(), buffer.data(), buffer.size());
  if (got <= 0)
    return false;
  out_.append(buffer.data(), static_cast<size_t>(got));
  return true;
}

bool Running::read_until(const std::string& text, std::chrono::milliseconds limit, size_t from) {
  const auto deadline = Clock::now() + limit;
  while (out_.find(text, from) == std::string::npos) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left <= 0ms || (!read_some(left) && Clock::now() < deadline))
      return false;
  }
  return true;
}

void Running::read_for(std::chrono::milliseconds time) {
  const auto deadline = Clock::now() + time;
  for (auto now = Clock::now(); now < deadline; now = Clock::now())
    read_some(std::chrono::ceil<std::chrono::milliseconds>(deadline - now));
}

bool Running::is_idle() const {
  const std::string call = read_file("/proc/" + std::to_string(pid_) + "/syscall");
  return call.starts_with(std::to_string(SYS_ppoll) + " ") ||
         call.starts_with(std::to_string(SYS_poll) + " ");
}

void Running::wait_until_idle() const {
  if (!wait_until([this] { return is_idle(); }, 10s))
    throw std::runtime_error("it does not come to rest: " + err());
}

void Running::resize(Window window) const {
  const winsize size{.ws_row = window.rows, .ws_col = window.columns};
  ::ioctl(reader_.get(), TIOCSWINSZ, &size);
}

void Running::send(int signal) const {
  ::kill(pid_, signal);
}

int Running::wait() {
  const auto deadline = Clock::now() + 10s;
  while (!status_ && Clock::now() < deadline) {
    read_some(10ms);
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_)
      status_ = exit_status(status);
    if (!reader_)
      ::usleep(1000);
  }
  while (read_some(0ms)) {
  }
  return status_.value_or(-1);
}

}  // namespace tapctl::test

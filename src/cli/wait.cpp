// SPDX-License-Identifier: MIT
// What the commands that run until they are stopped wait for: signals, a descriptor, their reader.
//
// The signals are blocked but while the program sleeps, in ppoll(2) or in a write to a reader that
// is slow. Handlers and not a signalfd, since a write has to be interrupted too.
#include "cli/wait.hpp"

#include "util/error.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <vector>

namespace tapctl {
namespace {

using namespace std::chrono_literals;

constexpr auto patience_with_reader = 1s;

volatile std::sig_atomic_t is_ended = 0;
volatile std::sig_atomic_t is_resized = 0;
volatile std::sig_atomic_t is_suspended = 0;

void note(int number) {
  if (number == SIGWINCH)
    is_resized = 1;
  else if (number == SIGTSTP)
    is_suspended = 1;
  else
    is_ended = 1;
}

/// Whether the signal came since the last call.
bool take(volatile std::sig_atomic_t& noted) {
  const bool came = noted != 0;
  noted = 0;
  return came;
}

/// Without SA_RESTART, so that it interrupts.
void catch_signal(int number) {
  struct sigaction before {};
  struct sigaction action {};
  action.sa_handler = note;
  sigaction(number, nullptr, &before);
  if (before.sa_handler != SIG_IGN)
    sigaction(number, &action, nullptr);
}

class Unblocked {
 public:
  explicit Unblocked(const sigset_t& signals) : signals_(signals) {
    sigprocmask(SIG_UNBLOCK, &signals_, nullptr);
  }
  Unblocked(const Unblocked&) = delete;
  Unblocked& operator=(const Unblocked&) = delete;
  Unblocked(Unblocked&&) = delete;
  Unblocked& operator=(Unblocked&&) = delete;
  ~Unblocked() { sigprocmask(SIG_BLOCK, &signals_, nullptr); }

 private:
  const sigset_t& signals_;
};

timespec as_timespec(std::chrono::milliseconds time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  return {.tv_sec = seconds.count(), .tv_nsec = std::chrono::nanoseconds(time - seconds).count()};
}

/// The reader has closed its end, or the terminal is gone.
bool is_unread(int errnum) {
  return errnum == EPIPE || errnum == EIO;
}

bool takes_more() {
  pollfd output{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  const auto limit = std::chrono::milliseconds(patience_with_reader);
  return poll(&output, 1, static_cast<int>(limit.count())) == 1;
}

}  // namespace

Waiter::Waiter(Suspension suspension) {
  std::vector<int> numbers{SIGINT, SIGTERM, SIGHUP, SIGWINCH};
  if (suspension == Suspension::by_caller)
    numbers.push_back(SIGTSTP);
  sigemptyset(&caught_);
  for (const int number : numbers) {
    sigaddset(&caught_, number);
    catch_signal(number);
  }
  sigprocmask(SIG_BLOCK, &caught_, nullptr);
}

Woke Waiter::wait(int descriptor, std::optional<std::chrono::milliseconds> limit) {
  sigset_t while_asleep;
  sigprocmask(SIG_BLOCK, nullptr, &while_asleep);
  for (int number = 1; number < NSIG; ++number) {
    if (sigismember(&caught_, number) == 1)
      sigdelset(&while_asleep, number);
  }
  std::array<pollfd, 2> waits{{{.fd = descriptor, .events = POLLIN, .revents = 0},
                               {.fd = STDOUT_FILENO, .events = 0, .revents = 0}}};
  // One that came at the end of a write is noted already, and does not interrupt this sleep.
  if (is_ended != 0 || is_suspended != 0 || is_resized != 0)
    limit = 0ms;
  const timespec time = as_timespec(limit.value_or(0ms));
  const int ready = ppoll(waits.data(), waits.size(), limit ? &time : nullptr, &while_asleep);
  const int errnum = errno;
  if (is_ended != 0 || (ready > 0 && waits[1].revents != 0))
    return Woke::ended;
  if (take(is_suspended))
    return Woke::suspended;
  if (take(is_resized))
    return Woke::resized;
  if (ready < 0 && errnum != EINTR)
    throw Error::from_errno("wait for changes", errnum);
  return ready > 0 ? Woke::readable : Woke::timeout;
}

void Waiter::write_last(std::string_view text) {
  if (takes_more() && ::write(STDOUT_FILENO, text.data(), text.size()) < 0)
    return;  // there is nobody left to tell
}

bool Waiter::write(std::string_view text) {
  const Unblocked unblocked(caught_);
  const size_t size = text.size();
  while (!text.empty()) {
    if (is_ended != 0 && (text.size() == size || !takes_more()))
      return false;
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    const int errnum = errno;
    if (written < 0 && is_unread(errnum))
      return false;
    if (written < 0 && errnum != EINTR)
      throw Error::from_errno("cannot write to standard output", errnum);
    if (written > 0)
      text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// tapctl status --watch
//
// The kernel says when to look again, and everything is read again then: besides what its messages
// are about, a page shows holders, sysctls and transactions. Messages come in bursts: the first one
// is followed by a short wait for the others, and a page by a longer one.
#include "cli/screen.hpp"
#include "cli/status.hpp"
#include "cli/wait.hpp"
#include "kernel/linux_kernel.hpp"
#include "kernel/netns.hpp"
#include "kernel/notifications.hpp"
#include "kernel/terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>

namespace tapctl {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto burst = 20ms;
constexpr auto least_pause = 100ms;
/// No more than a fifth of the time goes into reading, however many links there are.
constexpr int pause_factor = 4;

/// The remaining lifetimes change by themselves.
void stop_clocks(Snapshot& state) {
  const auto stop = [](std::optional<uint32_t>& seconds) {
    if (seconds && *seconds != 0)
      seconds = 1;
  };
  for (Address& address : state.addresses) {
    stop(address.valid_lft);
    stop(address.preferred_lft);
  }
  for (Route& route : state.routes)
    stop(route.expires);
}

class StatusWatch {
 public:
  StatusWatch(const Invocation& invocation, const std::vector<IfName>& names)
      : options_(invocation.global.report), names_(names) {
    if (is_screen() && !options_.json)
      screen_.emplace(waiter_);
  }

  int run();

 private:
  bool look();
  bool show(const std::string& page);
  bool rest();
  bool handle(Woke woke);
  void suspend();

  ReportOptions options_;
  const std::vector<IfName>& names_;
  Notifications notifications_;
  LinuxKernel kernel_;
  Waiter waiter_{is_screen() && !options_.json ? Suspension::by_caller : Suspension::by_kernel};
  std::optional<Screen> screen_;
  std::optional<std::string> seen_;  ///< what was shown, without what changes by itself
  bool is_pending_ = false;          ///< a transaction: the kernel says nothing of its end
  bool is_again_ = false;            ///< the state has to be read again
  Clock::time_point next_;           ///< when to look again at the earliest
};

/// False when it is to end.
bool StatusWatch::look() {
  const auto start = Clock::now();
  is_again_ = false;
  Snapshot state;
  try {
    state = kernel_.snapshot(status_scope());
  } catch (const Error& error) {
    if (error.errnum != EINTR || !seen_)
      throw;
    is_again_ = true;  // it changes all the time: later
    next_ = Clock::now() + least_pause;
    return true;
  }
  if (!seen_)
    require_links(state, names_);
  const auto pending = pending_here();
  const std::string page = status_text(state, names_, pending, options_);
  stop_clocks(state);
  std::string now = status_text(state, names_, std::nullopt, options_);
  if (pending)
    now += pending->transaction.id + (pending->is_waiting ? " waits" : "");
  if (pending && screen_)
    now += std::to_string(pending->left_seconds());  // counted down where it is drawn in place
  is_pending_ = pending.has_value();
  const bool is_new = seen_ != now;
  const bool goes_on = !is_new || show(page);
  seen_ = std::move(now);
  next_ =
      Clock::now() + std::max<Clock::duration>(least_pause, pause_factor * (Clock::now() - start));
  return goes_on;
}

bool StatusWatch::show(const std::string& page) {
  if (screen_)
    return screen_->draw(page);
  const bool is_first = !seen_;
  return waiter_.write(is_first || options_.json ? page : "\n" + page);
}

/// Waits until the burst is over and it is time. False when it is to end.
bool StatusWatch::rest() {
  const auto until = std::max(next_, Clock::now() + burst);
  for (auto now = Clock::now(); now < until; now = Clock::now()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now);
    if (!handle(waiter_.wait(-1, left)))
      return false;
  }
  return true;
}

/// False when it is to end.
bool StatusWatch::handle(Woke woke) {
  if (woke == Woke::suspended)
    suspend();
  if (woke == Woke::suspended || woke == Woke::resized) {
    if (const auto size = terminal_size(STDOUT_FILENO))
      options_.columns = size->columns;
    if (screen_)
      seen_ = "";
    is_again_ = true;
  }
  return woke != Woke::ended;
}

/// SIGSTOP instead of the signal that was caught: the same to the shell that started it.
void StatusWatch::suspend() {
  if (screen_)
    screen_->leave();
  (void)::raise(SIGSTOP);
}

int StatusWatch::run() {
  if (!look())
    return 0;
  for (;;) {
    const auto limit = is_pending_ ? std::optional<std::chrono::milliseconds>(1s) : std::nullopt;
    const Woke woke = is_again_ ? Woke::timeout : waiter_.wait(notifications_.descriptor(), limit);
    if (!handle(woke))
      return 0;
    if (woke == Woke::readable && !notifications_.discard())
      continue;
    if (!rest())
      return 0;
    notifications_.discard();
    if (!look())
      return 0;
  }
}

}  // namespace

int watch_status(const Invocation& invocation, const std::vector<IfName>& names) {
  if (invocation.global.netns)
    enter_netns(*invocation.global.netns);
  return StatusWatch(invocation, names).run();
}

}  // namespace tapctl

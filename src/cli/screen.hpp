// SPDX-License-Identifier: MIT
// A terminal that shows one page that is drawn anew, and is as before afterwards.
#pragma once

#include "cli/wait.hpp"

#include <string>

namespace tapctl {

/// True where stdout is a terminal that can be drawn on (xterm's sequences, as every terminal has
/// them that is not TERM=dumb).
bool is_screen();

class Screen {
 public:
  explicit Screen(Waiter& waiter) : waiter_(waiter) {}
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  Screen(Screen&&) = delete;
  Screen& operator=(Screen&&) = delete;
  ~Screen() { leave(); }

  /// Draws the page, without the lines at its end that do not fit. False as of Waiter::write.
  bool draw(const std::string& page);

  /// Gives the terminal back as it was; the next draw() takes it again.
  void leave();

 private:
  Waiter& waiter_;
  bool is_entered_ = false;
};

}  // namespace tapctl

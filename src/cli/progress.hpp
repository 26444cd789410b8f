// SPDX-License-Identifier: MIT
// The line that shows how far a long change is.
#pragma once

#include "util/fd.hpp"

#include <chrono>
#include <cstddef>

namespace tapctl {

/// One line on stderr where that is a terminal, once a change has taken a second; it is gone again
/// when this goes out of scope. A terminal that nobody reads holds nothing up: what it does not
/// take at once is not shown.
class ProgressLine {
 public:
  explicit ProgressLine(bool is_wanted);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ProgressLine(ProgressLine&&) = delete;
  ProgressLine& operator=(ProgressLine&&) = delete;
  ~ProgressLine();

  /// `started` of `total` steps are begun. Allocates nothing, never fails.
  void show(size_t started, size_t total);

 private:
  using Clock = std::chrono::steady_clock;

  Fd terminal_;  ///< open anew, since O_NONBLOCK on stderr would be that of others too
  Clock::time_point next_;
  bool is_shown_ = false;
};

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The line that shows how far a long change is.
#include "cli/progress.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace tapctl {
namespace {

constexpr std::chrono::milliseconds first_after{1000};
constexpr std::chrono::milliseconds each_after{100};
constexpr std::string_view erase_line = "\r\x1b[K";

/// True where the terminal took it.
bool put(const Fd& terminal, std::string_view text) {
  return write(terminal.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace

ProgressLine::ProgressLine(bool is_wanted) : next_(Clock::now() + first_after) {
  if (is_wanted && isatty(STDERR_FILENO) != 0)
    terminal_ = Fd(open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

ProgressLine::~ProgressLine() {
  if (is_shown_)
    put(terminal_, erase_line);
}

void ProgressLine::show(size_t started, size_t total) {
  if (!terminal_)
    return;
  const Clock::time_point now = Clock::now();
  if (now < next_)
    return;
  next_ = now + each_after;
  std::array<char, 64> line{};
  const int size =
      std::snprintf(line.data(), line.size(), "\r\x1b[Ktapctl: step %zu of %zu", started, total);
  const size_t length = std::min(static_cast<size_t>(std::max(size, 0)), line.size() - 1);
  is_shown_ = put(terminal_, {line.data(), length}) || is_shown_;
}

}  // namespace tapctl

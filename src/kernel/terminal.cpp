// SPDX-License-Identifier: MIT
// The size of a terminal.
#include "kernel/terminal.hpp"

#include <sys/ioctl.h>

namespace tapctl {

std::optional<TerminalSize> terminal_size(int fd) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
    return std::nullopt;
  return TerminalSize{.columns = size.ws_col, .rows = size.ws_row};
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The size of a terminal.
#pragma once

#include <cstddef>
#include <optional>

namespace tapctl {

struct TerminalSize {
  size_t columns = 0;
  size_t rows = 0;
};

/// Nothing where `fd` is no terminal, or one that does not know its size.
std::optional<TerminalSize> terminal_size(int fd);

}  // namespace tapctl

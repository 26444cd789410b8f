// SPDX-License-Identifier: MIT
// Long lines on a narrow terminal.
#pragma once

#include <cstddef>
#include <string>

namespace tapctl {

/// What stands at the beginning of the first line, and of those that continue it.
struct Margins {
  std::string first;
  std::string rest;
};

/// `text` as lines of at most `columns` characters, each with its line end: broken between facts
/// (two blanks) where that does, else between words, else anywhere. 0 columns: one line. Nothing of
/// it is left out. The escape sequences of colours take no room.
std::string wrapped(const Margins& margins, const std::string& text, size_t columns);

}  // namespace tapctl

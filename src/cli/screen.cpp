// SPDX-License-Identifier: MIT
// A terminal that shows one page that is drawn anew, and is as before afterwards.
#include "cli/screen.hpp"

#include "kernel/terminal.hpp"
#include "util/error.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace tapctl {
namespace {

// The alternate screen, the cursor, and whether the terminal breaks long lines itself.
constexpr std::string_view enter_sequence = "\x1b[?1049h\x1b[?25l\x1b[?7l";
constexpr std::string_view leave_sequence = "\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr std::string_view home = "\x1b[H";
constexpr std::string_view erase_line_end = "\x1b[K";
constexpr std::string_view erase_below = "\x1b[J";

/// Its first `rows` lines; where there are more, the last of these says how many.
std::string cut_to(const std::string& page, size_t rows) {
  const auto lines = static_cast<size_t>(std::ranges::count(page, '\n'));
  if (lines <= rows)
    return page;
  size_t end = 0;
  for (size_t row = 1; row < rows; ++row)
    end = page.find('\n', end) + 1;
  return page.substr(0, end) + "... " + std::to_string(lines - rows + 1) + " more lines\n";
}

/// Overwrites what is there instead of clearing it, which would flicker.
std::string drawing(const std::string& page) {
  std::string out(home);
  for (const char c : page.substr(0, page.find_last_not_of('\n') + 1)) {
    if (c == '\n')
      out += erase_line_end;
    out += c;
  }
  return out.append(erase_line_end).append(erase_below);
}

}  // namespace

bool is_screen() {
  const char* term = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && term != nullptr && *term != '\0' &&
         std::string_view(term) != "dumb" && terminal_size(STDOUT_FILENO);
}

bool Screen::draw(const std::string& page) {
  const auto size = terminal_size(STDOUT_FILENO);
  std::string out = is_entered_ ? std::string() : std::string(enter_sequence);
  is_entered_ = true;
  return waiter_.write(out + drawing(size ? cut_to(page, size->rows) : page));
}

void Screen::leave() {
  if (is_entered_)
    Waiter::write_last(leave_sequence);
  is_entered_ = false;
}

}  // namespace tapctl

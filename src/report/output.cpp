// SPDX-License-Identifier: MIT
// Writing to stdout and stderr: whole texts, with every failure noticed.
#include "report/output.hpp"

#include "util/error.hpp"
#include "util/file.hpp"
#include "util/text.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace tapctl {
void write_stdout(std::string_view text) {
  const int errnum = try_write_all(STDOUT_FILENO, text);
  if (errnum != 0)
    throw Error::from_errno("cannot write to standard output", errnum);
}

void write_stdout_in_pieces(const std::function<void(const TextSink&)>& print) {
  constexpr size_t enough = size_t{64} * 1024;
  std::string waiting;
  print([&](std::string_view piece) {
    waiting += piece;
    if (waiting.size() < enough)
      return;
    write_stdout(waiting);
    waiting.clear();
  });
  write_stdout(waiting);
}

void write_stderr(std::string_view text) {
  try_write_all(STDERR_FILENO, text);
}

std::string without_controls(std::string_view text) {
  std::string out;
  const std::string escaped = printable(text);
  for (size_t i = 0; i < escaped.size(); ++i) {
    out += escaped[i];
    if (escaped.compare(i, 2, "\\\\") == 0)
      ++i;
  }
  return out;
}

bool use_color(Color color) {
  if (color != Color::automatic)
    return color == Color::always;
  const char* no_color = std::getenv("NO_COLOR");
  return (no_color == nullptr || *no_color == '\0') && ::isatty(STDOUT_FILENO) == 1;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Long lines on a narrow terminal.
#include "report/wrap.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace tapctl {
namespace {

/// Below this nothing can be read anyway.
constexpr size_t least_columns = 20;

/// Bytes of what takes one place on the terminal, or none: a sequence such as ESC[1m, or a
/// character of UTF-8.
size_t cell_length(std::string_view text) {
  size_t length = 1;
  if (text[0] == '\x1b')
    return std::min(text.find('m'), text.size() - 1) + 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xc0U) == 0x80)
    ++length;
  return length;
}

size_t cell_width(std::string_view cell) {
  return cell[0] == '\x1b' ? 0 : 1;
}

/// Bytes of the longest beginning of `text` that takes at most `columns`.
size_t fitting_length(std::string_view text, size_t columns) {
  size_t length = 0;
  size_t width = 0;
  while (length < text.size()) {
    const std::string_view rest = text.substr(length);
    const std::string_view cell = rest.substr(0, cell_length(rest));
    width += cell_width(cell);
    if (width > columns)
      break;
    length += cell.size();
  }
  return length;
}

size_t width_of(std::string_view text) {
  size_t width = 0;
  for (; !text.empty(); text.remove_prefix(cell_length(text)))
    width += cell_width(text);
  return width;
}

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  for (size_t end = text.find(separator); end != std::string_view::npos;
       end = text.find(separator)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + separator.size());
  }
  parts.push_back(text);
  return parts;
}

class Wrapper {
 public:
  Wrapper(const Margins& margins, size_t columns)
      : margins_(margins), columns_(columns), room_(columns - width_of(margins.rest)) {
    begin_line(margins.first);
  }

  void add_fact(std::string_view fact) {
    if (width_of(fact) <= room_) {
      place(fact, "  ");
      return;
    }
    std::string_view gap = "  ";
    for (const std::string_view word : split(fact, " ")) {
      add_word(word, gap);
      gap = " ";
    }
  }

  std::string finish() { return out_ + "\n"; }

 private:
  void add_word(std::string_view word, std::string_view gap) {
    while (width_of(word) > room_) {
      const std::string_view part = word.substr(0, fitting_length(word, room_));
      place(part, gap);
      word.remove_prefix(part.size());
    }
    place(word, gap);
  }

  void place(std::string_view text, std::string_view gap) {
    if (!is_empty_ && used_ + gap.size() + width_of(text) > columns_) {
      out_ += "\n";
      begin_line(margins_.rest);
    }
    if (!is_empty_) {
      out_ += gap;
      used_ += gap.size();
    }
    out_ += text;
    used_ += width_of(text);
    is_empty_ = false;
  }

  void begin_line(const std::string& margin) {
    out_ += margin;
    used_ = width_of(margin);
    is_empty_ = true;
  }

  const Margins& margins_;
  size_t columns_;
  size_t room_;  ///< of a line that continues another one
  std::string out_;
  size_t used_ = 0;
  bool is_empty_ = true;
};

}  // namespace

std::string wrapped(const Margins& margins, const std::string& text, size_t columns) {
  const std::string line = text.ends_with('\n') ? text.substr(0, text.size() - 1) : text;
  if (columns == 0)
    return margins.first + line + "\n";
  Wrapper wrapper(margins, std::max(columns, least_columns));
  for (const std::string_view fact : split(line, "  "))
    wrapper.add_fact(fact);
  return wrapper.finish();
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Quotes words for a shell.
#include "plan/command_line.hpp"

#include "util/text.hpp"

#include <algorithm>

namespace tapctl {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_@%+=:,./-").find(c) != std::string_view::npos;
}

std::string replace_quotes(std::string_view text, std::string_view replacement) {
  std::string out;
  for (const char c : text) {
    if (c == '\'')
      out += replacement;
    else
      out += c;
  }
  return out;
}

}  // namespace

std::string shell_quote(std::string_view word) {
  if (!word.empty() && std::ranges::all_of(word, is_plain))
    return std::string(word);
  const std::string escaped = printable(word);
  if (escaped == word)
    return "'" + replace_quotes(word, R"('\'')") + "'";
  return "$'" + replace_quotes(escaped, R"(\')") + "'";
}

CommandLine& CommandLine::add(std::string_view keywords) {
  text_ += " ";
  text_ += keywords;
  return *this;
}

CommandLine& CommandLine::add(std::string_view keyword, std::string_view value) {
  return add(keyword).add(shell_quote(value));
}

CommandLine& CommandLine::add(std::string_view keyword, const IfName& name) {
  return add(keyword, std::string_view(name.str()));
}

CommandLine& CommandLine::add(std::string_view keyword, uint64_t value) {
  return add(keyword).add(std::to_string(value));
}

CommandLine& CommandLine::add_switch(std::string_view keyword, bool value) {
  return add(keyword).add(value ? "on" : "off");
}

CommandLine& CommandLine::end() {
  text_ += ";";
  return *this;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// For the targets that read command lines.
#pragma once

#include "fuzz/target.hpp"
#include "report/text.hpp"
#include "util/error.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tapctl::fuzz {

/// The input's lines are the words of a command line.
inline std::vector<std::string> words_of(const uint8_t* data, size_t size) {
  std::vector<std::string> words;
  std::string word;
  for (size_t i = 0; i < size; ++i) {
    if (data[i] != '\n') {
      word += static_cast<char>(data[i]);
      continue;
    }
    words.push_back(std::move(word));
    word.clear();
  }
  if (!word.empty())
    words.push_back(std::move(word));
  return words;
}

/// The value, or nothing where it is refused, with a message that can be printed.
template <class Parse>
auto attempt(Parse parse) -> std::optional<decltype(parse())> {
  try {
    return parse();
  } catch (const Error& error) {
    require_printable_lines(error_text(error));
    require(!error.line().empty(), "a refusal says why");
    return std::nullopt;
  }
}

/// What the kernel takes as the name of a link (net/core/dev.c, dev_valid_name).
inline void require_valid_name(const std::string& name) {
  require(!name.empty() && name.size() < 16, "a name has 1 to 15 bytes", name);
  require(name.find_first_of(std::string("/:% \t\n\v\f\r\0", 10)) == std::string::npos,
          "a name is valid to the kernel", name);
}

}  // namespace tapctl::fuzz

// SPDX-License-Identifier: MIT
// What a fuzz target defines, and what it needs to say that a property does not hold.
//
// A target is one file. It is linked with driver.cpp, or with libFuzzer and libfuzzer.cpp.
#pragma once

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

/// One run of the target. Ends the program by a signal where something does not hold.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace tapctl::fuzz {

/// Inputs that get far, to be mutated.
std::vector<std::string> seeds();

/// Ends the program where `holds` is false.
inline void require(bool holds, std::string_view what, std::string_view of = {}) {
  if (holds)
    return;
  std::fprintf(stderr, "does not hold: %.*s: \"", static_cast<int>(what.size()), what.data());
  for (const char c : of)
    std::fprintf(stderr, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
  std::fputs("\"\n", stderr);
  std::abort();
}

/// Well-formed UTF-8, as another library sees it.
inline bool is_valid_utf8(std::string_view text) {
  try {
    return !nlohmann::json(text).dump().empty();
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

/// Nothing in it moves a cursor, starts an escape sequence or ends a line.
inline void require_printable(std::string_view text) {
  const auto is_c0 = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  require(std::ranges::none_of(text, is_c0), "has no control characters", text);
  for (size_t i = 1; i < text.size(); ++i) {
    const auto second = static_cast<unsigned char>(text[i]);
    require(text[i - 1] != '\xc2' || second < 0x80 || second > 0x9f, "has no C1", text);
  }
  require(is_valid_utf8(text), "is UTF-8", text);
}

/// The same of text of several lines.
inline void require_printable_lines(std::string text) {
  std::erase(text, '\n');
  require_printable(text);
}

/// JSON, which is UTF-8 whatever is in it.
inline void require_json(std::string_view document) {
  require(nlohmann::json::accept(document), "is JSON", document);
}

/// What a target takes from the front of its input; short at its end.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : left_(reinterpret_cast<const char*>(data), size) {}

  uint8_t byte() {
    const std::string_view taken = take(1);
    return taken.empty() ? uint8_t{0} : static_cast<uint8_t>(taken.front());
  }
  std::string_view take(size_t size) {
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(taken.size());
    return taken;
  }
  /// As long as the byte before it says.
  std::string_view word() { return take(byte()); }
  std::string_view rest() { return take(left_.size()); }
  [[nodiscard]] bool empty() const { return left_.empty(); }

 private:
  std::string_view left_;
};

}  // namespace tapctl::fuzz

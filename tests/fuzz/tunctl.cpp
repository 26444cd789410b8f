// SPDX-License-Identifier: MIT
// Fuzz target: command lines of tunctl.
#include "compat/tunctl.hpp"

#include "compat/short_options.hpp"
#include "fuzz/words.hpp"

#include <algorithm>

namespace {

using namespace tapctl;
using fuzz::require;

/// Nothing is lost or made up: every letter and value stands in some word.
void check_options(const std::vector<std::string>& words) {
  const auto given =
      fuzz::attempt([&] { return parse_short_options(words, "ab:c", "x [-a] [-b VALUE]"); });
  if (!given)
    return;
  for (const auto& [letter, value] : given->options) {
    const auto holds = [&, letter = letter, value = value](const std::string& word) {
      return word == value || word.ends_with(letter + value);
    };
    require(letter == 'a' || letter == 'b' || letter == 'c', "the option is known");
    require(letter == 'b' || value.empty(), "only -b has a value", value);
    require(letter != 'b' || std::ranges::any_of(words, holds), "a value was typed", value);
  }
  for (const std::string& operand : given->operands)
    require(std::ranges::find(words, operand) != words.end(), "an operand was typed", operand);
}

}  // namespace

std::vector<std::string> tapctl::fuzz::seeds() {
  return {"-t\ntap0",    "-b\n-u\nbrezular", "-d\ntap0", "-ttap0",  "-bt\ntap0\n--",
          "-n\n-p\n-g5", "-f\n/dev/net/tun", "-u\n010",  "-a\n-bc", "-cab\nx\n--\n-a"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto words = fuzz::words_of(data, size);
  check_options(words);
  const auto line = fuzz::attempt([&] { return parse_tunctl(words); });
  if (!line)
    return 0;
  require(!line->deletes || !line->name.empty(), "what is deleted has a name");
  for (const auto* texts : {&line->users, &line->groups}) {
    for (const std::string& text : *texts)
      fuzz::attempt([&] {
        require_decimal("user", text);
        return 0;
      });
  }
  const std::string text = tunctl_text(*line, "tap0", 1, 2);
  require(text.find("tap0") != std::string::npos, "the name is printed", text);
  return 0;
}

// SPDX-License-Identifier: MIT
// Command lines of older tools that read theirs with getopt(3).
#include "compat/short_options.hpp"

#include "util/error.hpp"
#include "util/text.hpp"

namespace tapctl {
namespace {

/// Reads the letters of one word, and the next word where the last of them takes a value. Returns
/// how many words that were.
size_t take_cluster(const std::vector<std::string>& words, size_t at, std::string_view letters,
                    const std::string& usage, ShortOptions& result) {
  const std::string& word = words[at];
  for (size_t i = 1; i < word.size(); ++i) {
    const size_t known = word[i] == ':' ? std::string_view::npos : letters.find(word[i]);
    if (known == std::string_view::npos)
      throw usage_error("unknown option " + quote(word[1] == '-' ? word : "-" + word.substr(i, 1)),
                        usage);
    if (letters.substr(known + 1, 1) != ":") {
      result.options.push_back({word[i], ""});
      continue;
    }
    if (i + 1 < word.size()) {
      result.options.push_back({word[i], word.substr(i + 1)});
      return 1;
    }
    if (at + 1 == words.size())
      throw usage_error("option " + quote("-" + word.substr(i, 1)) + ": has no value", usage);
    result.options.push_back({word[i], words[at + 1]});
    return 2;
  }
  return 1;
}

}  // namespace

ShortOptions parse_short_options(const std::vector<std::string>& words, std::string_view letters,
                                 const std::string& usage) {
  ShortOptions result;
  for (size_t i = 0; i < words.size();) {
    if (words[i] == "--") {
      result.operands.insert(result.operands.end(), words.begin() + static_cast<ptrdiff_t>(i) + 1,
                             words.end());
      break;
    }
    if (words[i].size() > 1 && words[i][0] == '-') {
      i += take_cluster(words, i, letters, usage, result);
    } else {
      result.operands.push_back(words[i]);
      ++i;
    }
  }
  return result;
}

}  // namespace tapctl

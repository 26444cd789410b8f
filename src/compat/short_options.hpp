// SPDX-License-Identifier: MIT
// Command lines of older tools that read theirs with getopt(3).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tapctl {

struct ShortOption {
  char letter = 0;
  std::string value;  ///< "" for one without
};

struct ShortOptions {
  std::vector<ShortOption> options;
  std::vector<std::string> operands;
};

/// Reads `words` as getopt(3) does with `letters`, in which a letter that takes a value is followed
/// by ':'. Options may stand behind operands; "--" ends them. Throws a usage Error that names an
/// unknown option, or one whose value is missing, with `usage` as its hint.
ShortOptions parse_short_options(const std::vector<std::string>& words, std::string_view letters,
                                 const std::string& usage);

}  // namespace tapctl

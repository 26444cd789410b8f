// SPDX-License-Identifier: MIT
// The options of `bridge` and `unbridge` that say when a move counts as done.
#pragma once

#include "cli/parser.hpp"
#include "txn/reachability.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace tapctl {

/// What has to hold before a change is committed.
struct Safety {
  CheckWish check;
  std::optional<std::chrono::milliseconds> confirm;
};

struct SafetyTexts {
  std::optional<std::string> check;
  std::optional<std::string> timeout;
  std::optional<std::string> confirm;
};

void add_safety_options(Parser& parser, SafetyTexts& texts);

/// Throws a usage Error.
Safety parse_safety(const SafetyTexts& texts);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The options of every move that say when it counts as done.
#pragma once

#include "cli/parser.hpp"
#include "input/safety.hpp"

#include <string>

namespace tapctl {

/// For the help of a command with such options.
inline const std::string time_note = "A TIME has its unit: 300ms, 2s, 5m, 24h.";

void add_safety_options(Parser& parser, SafetyTexts& texts);

}  // namespace tapctl

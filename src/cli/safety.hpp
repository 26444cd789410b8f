// SPDX-License-Identifier: MIT
// The options of every move that say when it counts as done.
#pragma once

#include "cli/parser.hpp"
#include "input/safety.hpp"

namespace tapctl {

void add_safety_options(Parser& parser, SafetyTexts& texts);

}  // namespace tapctl

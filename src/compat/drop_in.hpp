// SPDX-License-Identifier: MIT
// What every drop-in does at its end.
#pragma once

#include "cli/command.hpp"

#include <string>

namespace tapctl {

/// Prints what the older tool prints where all went well, else the error. Returns the exit status.
int print_said(Report report, std::string said, const Invocation& invocation);

/// Prints `text` where that is `tapctl TOOL --help`. Under a name of its own the tool has the say.
bool prints_help(const Invocation& invocation, const char* text);

}  // namespace tapctl

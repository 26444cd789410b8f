// SPDX-License-Identifier: MIT
// An operation as the command line that does the same by hand.
#pragma once

#include "plan/op.hpp"

#include <string>

namespace tapctl {

/// A line for a shell, quoted where it has to be: `ip ...`, `sysctl -w ...`, or a `#` comment for
/// what no command can do. Several commands are joined by `; `.
std::string ip_line(const Op& op);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Columns of text, each as wide as its widest cell.
#pragma once

#include <string>
#include <vector>

namespace tapctl {

/// Two blanks between columns, none at the end of a line. Cells are printable text.
std::string table(const std::vector<std::vector<std::string>>& rows);

}  // namespace tapctl

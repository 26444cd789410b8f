// SPDX-License-Identifier: MIT
// Writing a configuration file so that a crash leaves the old one or the new one.
#pragma once

#include <string>

namespace tapctl {

enum class IfPresent { refuse, replace };

/// Writes `text` to `file`, mode 0644, synced; makes its directory where that is absent. Throws
/// Error, EEXIST where it is there and may not be replaced.
void write_config(const std::string& file, const std::string& text, IfPresent if_present);

}  // namespace tapctl

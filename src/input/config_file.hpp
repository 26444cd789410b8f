// SPDX-License-Identifier: MIT
// Configuration files as texts, written so that a crash leaves the old one or the new one.
#pragma once

#include <optional>
#include <string>

namespace tapctl {

/// Nothing when it is not there. Throws Error, EFBIG for more than 16 MiB.
std::optional<std::string> read_config_text(const std::string& file);

enum class IfPresent { refuse, replace };

/// Writes `text` to `file`, mode 0644, synced; makes its directory where that is absent. Throws
/// Error, EEXIST where it is there and may not be replaced.
void write_config(const std::string& file, const std::string& text, IfPresent if_present);

}  // namespace tapctl

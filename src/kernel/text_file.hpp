// SPDX-License-Identifier: MIT
// Reading a small file of /proc, /run or /etc whole.
#pragma once

#include <optional>
#include <string>

namespace tapctl {

/// At most the first MiB. Nothing when it cannot be opened or read, or is no regular file; errno
/// says why (EINVAL for the last). Throws Error as throw_if_exhausted does.
std::optional<std::string> read_text(const std::string& path);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Small files that are read and written whole, in a directory of this user's alone.
#pragma once

#include "util/fd.hpp"

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tapctl {

/// 0, or the errno of the write that failed.
int try_write_all(int file, std::string_view bytes);

/// Throws Error that begins with `subject`.
void write_all(const Fd& file, std::string_view bytes, const std::string& subject);

/// Afterwards `name` in `directory` holds these bytes, mode 0600; or nothing has changed, and it
/// throws Error. In between they are in NAME.new. Not synced: what is in /run ends with the boot.
void replace_file(const Fd& directory, const std::string& name, std::string_view bytes,
                  const std::string& subject);

/// What is in it. Nothing where there is none, and for what is longer than `most`, no plain file,
/// somebody else's, or has a second name. Throws Error where it is there and cannot be read.
std::optional<std::string> read_file(const Fd& directory, const std::string& name, size_t most);

/// What tells the file from every other one, such as a namespace in /proc; nothing where it cannot
/// be looked at.
std::optional<std::pair<dev_t, ino_t>> file_identity(const std::string& path);

/// What a symbolic link such as /proc/self/exe points to; empty where it cannot be read.
std::string link_target(const std::string& path);

}  // namespace tapctl

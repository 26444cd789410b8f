// SPDX-License-Identifier: MIT
// Reading the names in a directory.
#pragma once

#include <dirent.h>

#include <memory>

namespace tapctl {

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

/// `path` relative to the directory `parent` (or AT_FDCWD). Null when it cannot be opened; errno
/// says why. Throws Error as throw_if_exhausted does.
Directory open_directory(int parent, const char* path);

/// The next entry, or null at the end. Each directory is read by one thread alone.
const dirent* next_entry(const Directory& directory);

}  // namespace tapctl

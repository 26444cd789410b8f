// SPDX-License-Identifier: MIT
// Reading the names in a directory.
#include "util/directory.hpp"

#include "util/error.hpp"
#include "util/fd.hpp"
#include "util/text.hpp"

#include <fcntl.h>

#include <cerrno>

namespace tapctl {

Directory open_directory(int parent, const char* path) {
  Fd file(openat(parent, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file) {
    throw_if_exhausted("directory " + quote(path), errno);
    return nullptr;
  }
  Directory directory(fdopendir(file.get()));
  if (!directory)
    throw OutOfMemory();
  static_cast<void>(file.release());  // the directory owns it now
  return directory;
}

const dirent* next_entry(const Directory& directory) {
  return readdir(directory.get());  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Reading a small file of /proc, /run or /etc whole.
#include "kernel/text_file.hpp"

#include "util/error.hpp"
#include "util/fd.hpp"
#include "util/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace tapctl {
namespace {

constexpr size_t size_limit = size_t{1024} * 1024;

}  // namespace

std::optional<std::string> read_text(const std::string& path) {
  const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file)
    throw_if_exhausted("file " + quote(path), errno);
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0)
    return std::nullopt;
  if (!S_ISREG(status.st_mode)) {
    errno = EINVAL;
    return std::nullopt;
  }
  std::string text;
  std::array<char, 16384> buffer{};
  ssize_t size = 0;
  while (text.size() < size_limit && (size = read(file.get(), buffer.data(), buffer.size())) > 0)
    text.append(buffer.data(), static_cast<size_t>(size));
  if (size < 0)
    return std::nullopt;
  return text;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Small files that are read and written whole.
#include "util/file.hpp"

#include "util/error.hpp"
#include "util/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace tapctl {
namespace {

/// One that a killed process left is replaced.
Fd create_temporary(const Fd& directory, const std::string& name, const std::string& subject) {
  const auto create = [&] {
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    return Fd(openat(directory.get(), name.c_str(), flags, 0600));
  };
  Fd file = create();
  if (!file && errno == EEXIST && unlinkat(directory.get(), name.c_str(), 0) == 0)
    file = create();
  if (!file)
    throw Error::from_errno(subject + ": create", errno);
  return file;
}

bool is_ours_alone(const struct stat& status) {
  return S_ISREG(status.st_mode) && status.st_nlink == 1 && status.st_uid == geteuid();
}

}  // namespace

int try_write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR)
      return errno;
    bytes.remove_prefix(written > 0 ? static_cast<size_t>(written) : 0);
  }
  return 0;
}

void write_all(const Fd& file, std::string_view bytes, const std::string& subject) {
  if (const int errnum = try_write_all(file.get(), bytes); errnum != 0)
    throw Error::from_errno(subject + ": write", errnum);
}

void replace_file(const Fd& directory, const std::string& name, std::string_view bytes,
                  const std::string& subject) {
  const std::string temporary = name + ".new";
  const Fd file = create_temporary(directory, temporary, subject);
  try {
    write_all(file, bytes, subject);
    if (renameat(directory.get(), temporary.c_str(), directory.get(), name.c_str()) != 0)
      throw Error::from_errno(subject + ": rename", errno);
  } catch (const Error&) {
    unlinkat(directory.get(), temporary.c_str(), 0);
    throw;
  }
}

std::optional<std::string> read_file(const Fd& directory, const std::string& name, size_t most) {
  if (!directory)
    return std::nullopt;
  const Fd file(
      openat(directory.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file && (errno == ENOENT || errno == ELOOP || errno == ENXIO))
    return std::nullopt;
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0)
    throw Error::from_errno("file " + quote(name) + ": open", errno);
  if (!is_ours_alone(status) || static_cast<size_t>(status.st_size) > most)
    return std::nullopt;
  std::string bytes(static_cast<size_t>(status.st_size), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t size = read(file.get(), bytes.data() + done, bytes.size() - done);
    if (size < 0 && errno != EINTR)
      throw Error::from_errno("file " + quote(name) + ": read", errno);
    if (size == 0)
      return std::nullopt;  // somebody cut it
    done += size > 0 ? static_cast<size_t>(size) : 0;
  }
  return bytes;
}

std::optional<std::pair<dev_t, ino_t>> file_identity(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0)
    return std::nullopt;
  return std::pair(status.st_dev, status.st_ino);
}

std::string link_target(const std::string& path) {
  std::array<char, 4096> target{};
  const ssize_t size = readlink(path.c_str(), target.data(), target.size());
  if (size <= 0 || static_cast<size_t>(size) == target.size())
    return {};
  return {target.data(), static_cast<size_t>(size)};
}

}  // namespace tapctl

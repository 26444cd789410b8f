// SPDX-License-Identifier: MIT
// Configuration files as texts, written so that a crash leaves the old one or the new one.
#include "input/config_file.hpp"

#include "util/error.hpp"
#include "util/fd.hpp"
#include "util/file.hpp"
#include "util/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace tapctl {
namespace {

constexpr size_t most_bytes = size_t{16} * 1024 * 1024;
constexpr mode_t file_mode = 0644;
constexpr mode_t directory_mode = 0755;

Fd open_directory_of(const std::filesystem::path& file, const std::string& subject) {
  const std::filesystem::path parent = file.parent_path();
  if (mkdir(parent.c_str(), directory_mode) == 0)
    static_cast<void>(chmod(parent.c_str(), directory_mode));  // whatever the umask
  Fd directory(open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory)
    throw Error::from_errno(subject, errno);
  return directory;
}

}  // namespace

std::optional<std::string> read_config_text(const std::string& file) {
  const std::string subject = "file " + quote(file) + ": read";
  const Fd in(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in && errno == ENOENT)
    return std::nullopt;
  if (!in)
    throw Error::from_errno(subject, errno);
  std::string text;
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t length = read(in.get(), buffer.data(), buffer.size());
    if (length == 0)
      return text;
    if (length < 0 && errno != EINTR)
      throw Error::from_errno(subject, errno);
    text.append(buffer.data(), static_cast<size_t>(std::max(length, ssize_t{0})));
    if (text.size() > most_bytes)
      throw Error::from_errno(subject, EFBIG);
  }
}

void write_config(const std::string& file, const std::string& text, IfPresent if_present) {
  const std::filesystem::path path = std::filesystem::absolute(file).lexically_normal();
  const std::string subject = "file " + quote(path.string()) + ": write";
  const Fd directory = open_directory_of(path, subject);
  const std::string name = path.filename().string();
  const std::string draft = "." + name + ".new";
  const auto fail = [&](int errnum) {
    unlinkat(directory.get(), draft.c_str(), 0);
    throw Error::from_errno(subject, errnum)
        .with_hint(errnum == EEXIST ? "--force replaces it; tapctl save - prints instead" : "");
  };
  unlinkat(directory.get(), draft.c_str(), 0);
  const Fd out(
      openat(directory.get(), draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file_mode));
  if (!out)
    fail(errno);
  if (const int errnum = try_write_all(out.get(), text); errnum != 0)
    fail(errnum);
  if (fchmod(out.get(), file_mode) != 0 || fsync(out.get()) != 0)
    fail(errno);
  const unsigned flags = if_present == IfPresent::refuse ? RENAME_NOREPLACE : 0;
  if (renameat2(directory.get(), draft.c_str(), directory.get(), name.c_str(), flags) != 0)
    fail(errno);
}

}  // namespace tapctl

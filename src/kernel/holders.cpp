// SPDX-License-Identifier: MIT
// Finds the processes that have a tun/tap device open.
//
// An attached file is the clone device (character device 10:200, wherever its node lies) and shows
// the device's name in fdinfo as "iff:\t<name>". The name alone does not say in which namespace the
// device is, and a process may use a device of a namespace that it is not in.
#include "kernel/holders.hpp"

#include "kernel/clone_device.hpp"
#include "util/directory.hpp"
#include "util/error.hpp"
#include "util/fd.hpp"
#include "util/text.hpp"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <pwd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tapctl {
namespace {

/// Device and inode number, which identify a namespace.
using NamespaceId = std::pair<dev_t, ino_t>;

/// The entries whose names are numbers: processes in /proc, descriptors in /proc/PID/fd.
std::vector<int> numbers_in(const Directory& directory) {
  std::vector<int> numbers;
  while (const dirent* entry = next_entry(directory)) {
    const std::string_view name(entry->d_name);
    int number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc{} && end == name.data() + name.size())
      numbers.push_back(number);
  }
  return numbers;
}

/// A small file of /proc; empty when it cannot be read.
std::string read_small(int directory, const std::string& path) {
  const Fd file(openat(directory, path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file)
    throw_if_exhausted("/proc/PID/" + path, errno);
  std::array<char, 4096> buffer{};
  const ssize_t size = file ? read(file.get(), buffer.data(), buffer.size()) : -1;
  return size > 0 ? std::string(buffer.data(), static_cast<size_t>(size)) : std::string();
}

/// What follows `key` at the start of a line, up to the line's end.
std::optional<std::string_view> line_value(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.starts_with(key))
      return line.substr(key.size());
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return std::nullopt;
}

/// Does not ask a file server for what is cached, so that a dead one cannot block.
bool is_clone_device(int process, int descriptor) {
  struct statx status {};
  const std::string path = "fd/" + std::to_string(descriptor);
  return statx(process, path.c_str(), AT_STATX_DONT_SYNC, STATX_TYPE, &status) == 0 &&
         S_ISCHR(status.stx_mode) && status.stx_rdev_major == clone_major &&
         status.stx_rdev_minor == clone_minor;
}

std::optional<NamespaceId> identify(const Fd& file) {
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0)
    return std::nullopt;
  return NamespaceId(status.st_dev, status.st_ino);
}

std::optional<NamespaceId> identify(int directory, const char* path) {
  struct stat status {};
  if (fstatat(directory, path, &status, 0) != 0)
    return std::nullopt;
  return NamespaceId(status.st_dev, status.st_ino);
}

/// The namespace of the device that the file is attached to; nothing where the caller may not ask.
std::optional<NamespaceId> namespace_of_file(int pid, int descriptor) {
  const Fd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!process)
    return std::nullopt;
  const Fd copy(static_cast<int>(syscall(SYS_pidfd_getfd, process.get(), descriptor, 0)));
  if (!copy)
    return std::nullopt;
  return identify(Fd(ioctl(copy.get(), TUNGETDEVNETNS)));
}

/// The names of the devices that the process has open in the namespace `here`, among those wanted.
/// Counts it as unseen where the caller may not look into it.
std::vector<IfName> devices_of(int pid, int process, const std::vector<IfName>& wanted,
                               NamespaceId here, size_t& unseen) {
  std::vector<IfName> found;
  const Directory descriptors = open_directory(process, "fd");
  if (!descriptors) {
    unseen += errno == EACCES || errno == EPERM ? 1 : 0;
    return found;
  }
  for (const int descriptor : numbers_in(descriptors)) {
    if (!is_clone_device(process, descriptor))
      continue;
    const std::string info = read_small(process, "fdinfo/" + std::to_string(descriptor));
    const IfName name = IfName::from_kernel(line_value(info, "iff:\t").value_or(""));
    if (std::ranges::find(wanted, name) == wanted.end() ||
        std::ranges::find(found, name) != found.end())
      continue;
    std::optional<NamespaceId> there = namespace_of_file(pid, descriptor);
    if (!there)
      there = identify(process, "ns/net");
    if (there == here)
      found.push_back(name);
  }
  return found;
}

std::string user_name(uint32_t uid) {
  passwd entry{};
  passwd* result = nullptr;
  std::vector<char> buffer(16384);
  if (getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &result) != 0 || result == nullptr)
    return {};
  return entry.pw_name;
}

/// The effective user of "Uid:\treal\teffective\t...".
uint32_t effective_uid(std::string_view status) {
  std::string_view value = line_value(status, "Uid:\t").value_or("");
  value.remove_prefix(std::min(value.find('\t') + 1, value.size()));
  return static_cast<uint32_t>(parse_decimal(value.substr(0, value.find('\t'))).value_or(0));
}

Holder describe_process(int pid, int process) {
  Holder holder;
  holder.pid = pid;
  holder.command = read_small(process, "comm");
  if (holder.command.ends_with('\n'))
    holder.command.pop_back();
  holder.uid = effective_uid(read_small(process, "status"));
  holder.user = user_name(holder.uid);
  return holder;
}

}  // namespace

FoundHolders find_holders(const std::vector<IfName>& devices) {
  FoundHolders found;
  const auto here = identify(AT_FDCWD, "/proc/thread-self/ns/net");
  const Directory proc = open_directory(AT_FDCWD, "/proc");
  if (!here || !proc)
    return found;
  for (const int pid : numbers_in(proc)) {
    const Fd process(
        openat(dirfd(proc.get()), std::to_string(pid).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!process) {
      throw_if_exhausted("/proc/" + std::to_string(pid), errno);
      continue;
    }
    for (const IfName& name : devices_of(pid, process.get(), devices, *here, found.unseen))
      found.of[name].push_back(describe_process(pid, process.get()));
  }
  return found;
}

}  // namespace tapctl

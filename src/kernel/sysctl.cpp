// SPDX-License-Identifier: MIT
// Reads and writes files below /proc/sys.
#include "kernel/sysctl.hpp"

#include "util/directory.hpp"
#include "util/error.hpp"
#include "util/fd.hpp"
#include "util/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

namespace tapctl {
namespace {

Fd open_root() {
  Fd root(open("/proc/sys", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root)
    throw Error::from_errno("/proc/sys", errno);
  return root;
}

/// Some are there and cannot be read: net/ipv6/conf/*/stable_secret gives EIO until it is set, and
/// only those who may administrate the namespace can open it.
bool is_unreadable(int directory, const char* path, int errnum) {
  struct stat status {};
  return errnum == EIO || (errnum == EACCES && fstatat(directory, path, &status, 0) == 0 &&
                           (status.st_mode & S_IROTH) == 0);
}

/// One read gives the whole value, whatever its length: the kernel starts at offset 0 only. Nothing
/// where there is none (errno is ENOENT) or none to be read.
std::optional<std::string> read_value(int directory, const char* path) {
  const Fd file(openat(directory, path, O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> buffer{};
  const ssize_t size = file ? read(file.get(), buffer.data(), buffer.size()) : -1;
  if (size < 0) {
    if (errno != ENOENT && !is_unreadable(directory, path, errno))
      throw Error::from_errno("sysctl " + quote(path), errno);
    return std::nullopt;
  }
  std::string value(buffer.data(), static_cast<size_t>(size));
  if (value.ends_with('\n'))
    value.pop_back();
  return value;
}

/// Adds the values of the directory `path` whose names `wanted` accepts.
template <class Predicate>
void read_values(const std::string& path, Predicate wanted,
                 std::map<std::string, std::string>& values) {
  const Directory directory = open_directory(open_root().get(), path.c_str());
  if (!directory && errno != ENOENT)
    throw Error::from_errno("sysctls below " + quote(path), errno);
  if (!directory)
    return;
  while (const dirent* entry = next_entry(directory)) {
    const std::string_view name(entry->d_name);
    if (entry->d_type != DT_REG || !wanted(name))
      continue;
    if (auto value = read_value(dirfd(directory.get()), entry->d_name))
      values.emplace(path + "/" + std::string(name), *std::move(value));
    else if (errno == ENOENT)  // it went while they were being read
      throw Error::from_errno("sysctl " + quote(path + "/" + std::string(name)), ENOENT);
  }
}

const char* write_hint(int errnum) {
  if (errnum == EACCES || errnum == EPERM)
    return "needs CAP_NET_ADMIN in this network namespace";
  return errnum == EROFS ? "/proc/sys is mounted read-only" : "";
}

bool travels(std::string_view name) {
  constexpr std::array<std::string_view, 4> stay = {"mtu", "base_reachable_time", "retrans_time",
                                                    "mc_forwarding"};
  return std::ranges::find(stay, name) == stay.end();
}

/// Only the first network namespace has neigh/default; elsewhere new links get a copy of what lo
/// got too (net/core/neighbour.c, neigh_sysctl_register).
void read_neighbour_defaults(std::map<std::string, std::string>& values) {
  for (const std::string parent : {"net/ipv4/neigh/", "net/ipv6/neigh/"}) {
    std::map<std::string, std::string> loopback;
    read_values(parent + "lo", travels, loopback);
    for (const auto& [path, value] : loopback)
      values.emplace(parent + "default" + path.substr(path.rfind('/')), value);
  }
}

}  // namespace

std::optional<std::string> read_sysctl(const std::string& path) {
  return read_value(open_root().get(), path.c_str());
}

void write_sysctl(const std::string& path, const std::string& value) {
  const auto fail = [&](int errnum) {
    return Error::from_errno("sysctl " + quote(path) + ": set to " + quote(value), errnum)
        .with_hint(write_hint(errnum));
  };
  const Fd file(openat(open_root().get(), path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file)
    throw fail(errno);
  if (write(file.get(), value.data(), value.size()) < 0)
    throw fail(errno);
}

void require_writable_sysctls() {
  const Fd root = open_root();
  struct statvfs status {};
  if (fstatvfs(root.get(), &status) != 0)
    throw Error::from_errno("/proc/sys", errno);
  if ((status.f_flag & ST_RDONLY) != 0)
    throw Error::from_errno("sysctls cannot be changed", EROFS).with_hint(write_hint(EROFS));
}

std::map<std::string, std::string> read_link_sysctls(const IfName& link) {
  std::map<std::string, std::string> values;
  for (const char* parent :
       {"net/ipv4/conf/", "net/ipv6/conf/", "net/ipv4/neigh/", "net/ipv6/neigh/"})
    read_values(parent + link.str(), travels, values);
  if (link.str() == "default" && !values.contains("net/ipv4/neigh/default/gc_stale_time"))
    read_neighbour_defaults(values);
  return values;
}

std::map<std::string, std::string> read_bridge_nf() {
  std::map<std::string, std::string> values;
  read_values(
      "net/bridge", [](std::string_view name) { return name.starts_with("bridge-nf-"); }, values);
  return values;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Entering namespaces, and the guard that keeps the machine's own network out of reach.
#include "support/netns.hpp"

#include "support/process.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace tapctl::test {

namespace {

using Inode = std::pair<dev_t, ino_t>;

std::optional<Inode> inode_of(const char* path) {
  struct stat status {};
  if (::stat(path, &status) != 0)
    return std::nullopt;
  return Inode{status.st_dev, status.st_ino};
}

std::string reason(const char* what) {
  return std::string(what) + ": " + std::strerror(errno);
}

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// The namespace that this program was started in, which it must never change.
const Inode& namespace_at_start() {
  static const Inode inode = inode_of("/proc/self/ns/net").value();
  return inode;
}

void refuse_the_machines_own_network() {
  const auto mine = inode_of("/proc/self/ns/net");
  const auto machines = inode_of("/proc/1/ns/net");
  static bool said = false;
  if (!machines && !std::exchange(said, true))
    std::fputs("note: /proc/1/ns/net cannot be read; compared with the start alone\n", stderr);
  if (mine && mine != machines && mine != namespace_at_start())
    return;
  std::fputs("refusing to run: this is the machine's own network namespace\n", stderr);
  std::abort();
}

std::string enter_user_namespace() {
  const std::string uid = std::to_string(::geteuid());
  const std::string gid = std::to_string(::getegid());
  if (::unshare(CLONE_NEWUSER) != 0)
    return reason("no user namespace");
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", "0 " + uid + " 1");
  write_file("/proc/self/gid_map", "0 " + gid + " 1");
  return {};
}

}  // namespace

std::string enter_fresh_namespace() {
  static bool inside = false;
  namespace_at_start();
  if (!inside && ::geteuid() != 0)
    if (auto why = enter_user_namespace(); !why.empty())
      return why;
  if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0)
    return reason("no namespace");
  refuse_the_machines_own_network();
  if (inside) {
    ::umount2("/run", MNT_DETACH);
    ::umount2("/sys", MNT_DETACH);
    while (::umount2("/dev/net", MNT_DETACH) == 0) {
    }
  }
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") != 0 ||
      ::mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
    return reason("no mounts of its own");
  inside = true;
  must_run({"ip", "link", "set", "lo", "up"});
  return {};
}

void add_netns(const std::string& name) {
  const std::string path = "/run/netns/" + name;
  ::mkdir("/run/netns", 0755);
  const Fd file(::open(path.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
  const Fd back(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!file || !back || ::unshare(CLONE_NEWNET) != 0)
    fail("network namespace " + name);
  if (::mount("/proc/thread-self/ns/net", path.c_str(), nullptr, MS_BIND, nullptr) != 0)
    fail("mount " + path);
  must_run({"ip", "link", "set", "lo", "up"});
  if (::setns(back.get(), CLONE_NEWNET) != 0)
    std::abort();
}

InNetns::InNetns(const std::string& name)
    : back_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
  const Fd target(::open(("/run/netns/" + name).c_str(), O_RDONLY | O_CLOEXEC));
  if (!back_ || !target || ::setns(target.get(), CLONE_NEWNET) != 0)
    fail("enter network namespace " + name);
}

InNetns::~InNetns() {
  if (::setns(back_.get(), CLONE_NEWNET) != 0)
    std::abort();
}

std::string replace_clone_device(mode_t mode) {
  if (::mount("tmpfs", "/dev/net", "tmpfs", MS_NOSUID, "mode=0755") != 0)
    return reason("no mount on /dev/net");
  if (mode == 0)
    return {};
  const mode_t mask = ::umask(0);
  const int failed = ::mknod("/dev/net/tun", S_IFCHR | mode, makedev(10, 200));
  ::umask(mask);
  return failed != 0 ? reason("no device node") : std::string();
}

void write_file(const std::string& path, const std::string& content) {
  const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file)
    fail(path);
  if (::write(file.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size()))
    fail(path);
}

std::string read_file(const std::string& path) {
  const std::ifstream file(path);
  if (!file)
    throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file.rdbuf()), std::istreambuf_iterator<char>()};
}

}  // namespace tapctl::test

// SPDX-License-Identifier: MIT
// What sysfs alone tells of links.
#include "kernel/sysfs.hpp"

#include "kernel/text_file.hpp"
#include "util/error.hpp"

#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace tapctl {
namespace {

Fd call(long number, auto... arguments) {
  Fd result(static_cast<int>(syscall(number, arguments...)));
  if (!result)
    throw_if_exhausted("sysfs", errno);
  return result;
}

/// Goes away with its descriptor.
Fd mount_sysfs() {
  const Fd context = call(SYS_fsopen, "sysfs", FSOPEN_CLOEXEC);
  if (!context ||
      syscall(SYS_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
    return {};
  return call(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, 0);
}

}  // namespace

Sysfs::Sysfs() : mount_(mount_sysfs()) {
  if (mount_)
    folder_ = "/proc/thread-self/fd/" + std::to_string(mount_.get());
}

std::optional<std::string> Sysfs::read_line(const Link& link, const char* file) const {
  auto text = read_text(folder_ + "/class/net/" + link.name.str() + "/" + file);
  if (text)
    text->erase(std::min(text->find('\n'), text->size()));
  return text;
}

std::optional<std::string> Sysfs::read(const Link& link, const char* file) const {
  const std::string mac = link.settings.mac ? link.settings.mac->str() : "";
  const bool is_right = mount_ || (read_line(link, "address") == mac &&
                                   read_line(link, "ifindex") == std::to_string(link.ifindex));
  return is_right ? read_line(link, file) : std::nullopt;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// How the clone device of the tun driver is known, wherever its node lies.
#pragma once

#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace tapctl {

/// Misc major and TUN_MINOR of the kernel's Documentation/admin-guide/devices.txt.
inline constexpr unsigned clone_major = 10;
inline constexpr unsigned clone_minor = 200;

inline bool is_clone_device(const struct stat& status) {
  return S_ISCHR(status.st_mode) && major(status.st_rdev) == clone_major &&
         minor(status.st_rdev) == clone_minor;
}

}  // namespace tapctl

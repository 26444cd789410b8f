// SPDX-License-Identifier: MIT
// What sysfs alone tells of links.
#pragma once

#include "model/link.hpp"
#include "util/fd.hpp"

#include <optional>
#include <string>

namespace tapctl {

/// A sysfs shows the network namespace of whoever mounted it. This one is mounted anew, and
/// nowhere; where that is refused (CAP_SYS_ADMIN), /sys is read, but believed only of links whose
/// index and MAC there are those that rtnetlink says.
class Sysfs {
 public:
  /// Of the network namespace of this thread. Throws Error as throw_if_exhausted does.
  Sysfs();

  /// A file of a link, such as "tun_flags", without its line end. Nothing where it cannot be read,
  /// or is not known to be that of this link. Throws Error as throw_if_exhausted does.
  [[nodiscard]] std::optional<std::string> read(const Link& link, const char* file) const;

 private:
  [[nodiscard]] std::optional<std::string> read_line(const Link& link, const char* file) const;

  Fd mount_;
  std::string folder_ = "/sys";
};

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// A process that has a tap device open, as qemu would.
#pragma once

#include "support/process.hpp"

#include <string>

namespace tapctl::test {

/// Who attaches: opens the clone device as root, then becomes this user.
struct User {
  unsigned uid = 0;
  unsigned gid = 0;
};

/// Attaches to tap device `name` of the current network namespace in a child that calls itself
/// "qemu-guest", and keeps it until the child is destroyed. attached() is false when it may not.
class TapHolder {
 public:
  explicit TapHolder(const std::string& name, User user = {});

  [[nodiscard]] bool attached() const { return child_.became_ready(); }
  [[nodiscard]] int pid() const { return child_.pid(); }

 private:
  Child child_;
};

}  // namespace tapctl::test

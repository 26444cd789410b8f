// SPDX-License-Identifier: MIT
// /run/tapctl: where the locks and the memory of a namespace are kept, and the lock itself.
#pragma once

#include "util/fd.hpp"

#include <chrono>
#include <string>

namespace tapctl {

enum class IfAbsent { create, leave };

/// Opens /run/tapctl, creating it 0700 (IfAbsent::leave: an empty Fd when there is none). Follows
/// no symbolic link; throws Error when it is not a directory of the effective user with that mode,
/// or cannot be made.
Fd open_run_dir(IfAbsent if_absent = IfAbsent::create);

/// The same for this network namespace's directory in it.
Fd open_namespace_dir(IfAbsent if_absent = IfAbsent::create);

/// What tells this boot from all others, for files that end with it. Throws Error.
std::string boot_id();

/// Serialises mutations in this network namespace (flock on /run/tapctl/<namespace>.lock, 0600, and
/// an abstract socket, which other mount namespaces see too). A process that is forked under it
/// holds it as well.
/// Waits up to `timeout`, then throws an Error that says which process holds it.
class NamespaceLock {
 public:
  explicit NamespaceLock(std::chrono::milliseconds timeout);

 private:
  Fd file_;
  Fd name_;  ///< the same across mount namespaces, which have a /run each
};

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// A change as a whole: what it was, what it started from, and how far it is.
#pragma once

#include "plan/plan.hpp"

#include <cstdint>
#include <string>

namespace tapctl {

/// Everything that another process needs to take a change back, or to say what it was.
struct Transaction {
  std::string id;       ///< 6 hex digits, unique enough for the journals of one boot
  std::string command;  ///< the command line, quoted for a shell
  int64_t time = 0;     ///< seconds since the epoch
  Scope scope;
  Snapshot before;
  Plan plan;
};

/// A transaction that was committed, with what was read then.
struct Committed {
  Transaction transaction;
  Snapshot after;
};

inline auto fields(Transaction& x) {
  return std::tie(x.id, x.command, x.time, x.scope, x.before, x.plan);
}

inline auto fields(Committed& x) {
  return std::tie(x.transaction, x.after);
}

/// A new id; throws Error when the kernel gives no random bytes.
std::string new_id();

}  // namespace tapctl

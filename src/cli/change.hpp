// SPDX-License-Identifier: MIT
// What every command that changes something does first: the lock, and what an earlier one left.
#pragma once

#include "cli/command.hpp"
#include "kernel/kernel.hpp"
#include "kernel/run_dir.hpp"
#include "txn/guardian.hpp"
#include "txn/pending.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tapctl {

/// The kernel that a guardian works with.
std::unique_ptr<Kernel> make_kernel();

/// What a change works under. Both are had before it begins: nothing may fail for want of a
/// descriptor later.
struct Begun {
  TransactionFiles files;
  NamespaceLock lock;
  /// What became of a transaction that was interrupted before.
  std::optional<Outcome> settled;
};

/// Takes the lock of the namespace. A transaction that waits to be confirmed is an Error that says
/// how to end it. One whose processes are gone is ended first, which is said on stderr.
Begun begin_change(Kernel& kernel, const Invocation& invocation);

/// An undo may take this long: releasing a port waits for a grace period, and RTNL may be busy.
inline constexpr std::chrono::seconds undo_limit{30};

/// The one ID among `words`, or nothing. Throws a usage Error.
std::optional<std::string> parse_transaction_id(const std::vector<std::string>& words);

/// Throws Error where `id` is given and is not that of `pending`.
void require_asked_for(const std::optional<Pending>& pending, const std::optional<std::string>& id);

/// "tapctl confirm 1a2b3c", with --netns where it was given.
std::string suggest(const Invocation& invocation, const std::string& words);

}  // namespace tapctl

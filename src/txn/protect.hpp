// SPDX-License-Identifier: MIT
// Runs a transaction so that whatever ends this process, the state is the one from before or the
// one that was asked for.
#pragma once

#include "txn/execute.hpp"
#include "txn/guardian.hpp"
#include "txn/transaction.hpp"

#include <chrono>
#include <functional>
#include <optional>

namespace tapctl {

struct Protection {
  KernelFactory kernel;  ///< for the guardian, which needs a socket of its own
  /// Throws Error where the change turns out to be no good: it is taken back then.
  std::function<void()> check;
  std::chrono::milliseconds check_limit{0};  ///< how long `check` takes at most
  /// Before each step of several: shows that something goes on. Must neither block nor throw.
  std::function<void(size_t started, size_t total)> progress;
  /// Committed only when `tapctl confirm` comes within this time.
  std::optional<std::chrono::milliseconds> confirm;
};

/// Under the lock of the namespace. Journal and guardian come before the first change, and only
/// where there is a moment between two changes at which this process could end: one operation
/// alone is atomic as it is. Throws Error where they cannot be had, and NetworkChanged; nothing was
/// changed then.
Outcome run_protected(Kernel& kernel, const TransactionFiles& files, const Transaction& transaction,
                      const Protection& protection);

}  // namespace tapctl

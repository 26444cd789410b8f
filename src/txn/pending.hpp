// SPDX-License-Identifier: MIT
// A transaction that is not over: it waits to be confirmed, or whoever made it is gone.
#pragma once

#include "kernel/kernel.hpp"
#include "txn/execute.hpp"
#include "txn/guardian.hpp"
#include "txn/transaction.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tapctl {

struct Pending {
  Transaction transaction;
  /// Steps that may have changed something; nothing where it is not known.
  std::optional<size_t> started;
  bool is_waiting = false;  ///< for `tapctl confirm`, with time left
  int64_t left_ms = 0;      ///< until it is rolled back

  [[nodiscard]] int64_t left_seconds() const { return (left_ms + 999) / 1000; }  ///< rounded up
};

/// Nothing when there is none, or none that can be read. Needs no lock.
std::optional<Pending> read_pending(const TransactionFiles& files);

/// As read_pending(), under the lock. Where there is none it removes what is no journal: one that
/// is damaged or that another boot or version left, and what a process that was killed had begun to
/// write.
std::optional<Pending> take_pending(const TransactionFiles& files);

/// Under the lock, so that neither its process nor its guardian lives any more: ends it as
/// recover() does, and forgets it. Where something could not be undone it is forgotten all the
/// same: the outcome says what is left, and later changes are not held up for ever.
Outcome settle(Kernel& kernel, const TransactionFiles& files, const Pending& pending);

/// Throws Error where `committed` cannot be taken back: where the state is not the one that it
/// left, naming what differs, and where it deleted something, which nothing can bring back.
void require_revocable(Kernel& kernel, const Committed& committed);

/// Under the lock: takes back what `committed` did, with journal and guardian, but without
/// asking gateways: where it goes back to worked before. Throws as require_revocable().
Outcome roll_back(Kernel& kernel, const KernelFactory& factory, const TransactionFiles& files,
                  const Committed& committed);

}  // namespace tapctl

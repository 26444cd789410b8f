// SPDX-License-Identifier: MIT
// The process that takes a change back when the one that makes it dies, hangs, or is not confirmed
// in time.
#pragma once

#include "kernel/kernel.hpp"
#include "txn/journal.hpp"
#include "txn/transaction.hpp"

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>

namespace tapctl {

using KernelFactory = std::function<std::unique_ptr<Kernel>()>;

/// The main process's end.
class Guardian {
 public:
  /// Forks it and waits until it is ready. It is a session of its own without a terminal, ignores
  /// what ends other processes, holds the lock for as long as it lives, and keeps heap in reserve.
  /// When this process ends, or has not come to an end after `limit`, it undoes what `progress`
  /// says.
  /// Throws Error where it cannot be made.
  Guardian(const Transaction& transaction, const Progress& progress, const KernelFactory& kernel,
           std::chrono::milliseconds limit);
  Guardian(const Guardian&) = delete;
  Guardian& operator=(const Guardian&) = delete;
  Guardian(Guardian&&) = delete;
  Guardian& operator=(Guardian&&) = delete;
  /// Without dismiss() or leave(): it takes that for the death of this process.
  ~Guardian();

  [[nodiscard]] bool is_alive() const;
  /// The transaction is over: it ends, and is waited for.
  void dismiss();
  /// From now on it waits for the transaction to be confirmed until Progress::deadline, whatever
  /// becomes of this process.
  void leave();

 private:
  void tell(char message);

  pid_t pid_ = -1;
  Fd process_;  ///< pidfd
  Fd control_;  ///< the write end
};

}  // namespace tapctl

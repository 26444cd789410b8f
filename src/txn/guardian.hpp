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

/// After this without an end the main process hangs, such as by SIGSTOP.
inline constexpr std::chrono::seconds hang_limit{60};
/// ... and so much more for each step.
inline constexpr std::chrono::milliseconds step_limit{20};

/// What a guardian starts from.
struct GuardianTerms {
  std::chrono::milliseconds limit = hang_limit;  ///< when the main process counts as hanging
  std::chrono::milliseconds confirm{0};          ///< how much longer a confirmation may take
  size_t started = 0;                            ///< steps that are begun
  Decision decision = Decision::none;            ///< taken already
};

/// The main process's end.
class Guardian {
 public:
  /// Writes the journal, and for a move, or with `confirm`, sets a timer of systemd's. Then
  /// forks the guardian and waits until it is ready. It is a session of its own without a terminal,
  /// ignores what ends other processes, holds the lock for as long as it lives, and keeps heap in
  /// reserve. When this process ends, or has not come to an end after `limit`, it undoes what
  /// `progress` says. Throws Error where that cannot be had; no file is left then.
  Guardian(const TransactionFiles& files, const Transaction& transaction,
           const KernelFactory& kernel, const GuardianTerms& terms);
  Guardian(const Guardian&) = delete;
  Guardian& operator=(const Guardian&) = delete;
  Guardian(Guardian&&) = delete;
  Guardian& operator=(Guardian&&) = delete;
  /// Without end() or leave(): it takes that for the death of this process.
  ~Guardian();

  [[nodiscard]] bool is_alive() const;
  [[nodiscard]] Progress::State& progress() const { return *progress_; }
  /// The transaction is over: the journal is closed, the guardian ends, and is waited for.
  void end(OutcomeKind kind);
  /// This process cannot undo it: the guardian does, and is waited for. Returns what became of it:
  /// rolled_back, committed, or partial where it is left to the next tapctl.
  OutcomeKind give_up();
  /// From now on it waits for the transaction to be confirmed until Progress::deadline, whatever
  /// becomes of this process.
  void leave();

 private:
  void start(const Transaction& transaction, const KernelFactory& kernel,
             std::chrono::milliseconds limit);
  void tell();

  const TransactionFiles& files_;
  Progress progress_;
  pid_t pid_ = -1;
  Fd life_;     ///< the read end of a pipe that closes with the guardian
  Fd control_;  ///< the write end
  bool has_timer_ = false;
};

}  // namespace tapctl

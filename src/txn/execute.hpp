// SPDX-License-Identifier: MIT
// Carries out a plan: all of it, or nothing.
#pragma once

#include "kernel/kernel.hpp"
#include "plan/plan.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tapctl {

enum class OutcomeKind {
  committed,    ///< done, read back and compared
  unchanged,    ///< there was nothing to do
  planned,      ///< --dry-run
  rolled_back,  ///< a step failed; all is as before
  partial,      ///< a step failed, and the undo of another one too
  failed,       ///< refused or failed before anything was touched
};

/// "committed", "rolled_back", ...: the word of the JSON documents and the log.
const char* outcome_name(OutcomeKind kind);

/// Somebody else changed what a move is about while it was prepared.
class NetworkChanged final : public Error {
 public:
  /// `changes` as semantic_difference() has them.
  explicit NetworkChanged(const std::vector<std::string>& changes);
};

struct Outcome {
  OutcomeKind kind = OutcomeKind::failed;
  std::vector<Op> done;        ///< every operation carried out, the undo included, in order
  std::optional<Error> error;  ///< why it is not committed
  std::vector<Op> left;        ///< partial: the operations that would make it as before
  std::vector<std::string> differences;  ///< partial: what is not as it was before
  Snapshot after;                        ///< committed: what was read back
  std::string id;                        ///< of the transaction
  bool is_outdated = false;  ///< rolled back, since somebody else changed what moves meanwhile
  bool is_kept = true;       ///< committed: `rollback` has what it needs
  /// Committed: only when it is confirmed within this time.
  std::optional<std::chrono::milliseconds> confirm_within;
};

/// What is done beside the steps.
struct ExecuteHooks {
  /// Before each step: `started` of them may have changed something from now on. May throw Error.
  std::function<void(size_t started)> step;
  /// After all is done and read back, but before a deletion that cannot be undone. Throws Error
  /// where the result is no good.
  std::function<void()> check;
  /// Leave out the deletion that ends the plan: it comes when the transaction is confirmed.
  bool keeps_links = false;
};

/// Runs the steps in order, reads back with `scope`, and compares with what the plan asked for.
/// When a step fails, or the read-back does not agree, undoes what was done in reverse order, reads
/// again and compares with `before`. Never throws for a failure of the kernel's: it is in the
/// Outcome. Throws OutOfMemory where there is none to undo it with.
Outcome execute(Kernel& kernel, const Plan& plan, const Snapshot& before, const Scope& scope,
                const ExecuteHooks& hooks = {});

/// Undoes the first `started` steps of `plan`, however much of each was done, in reverse order, and
/// compares with `before`. Does nothing where all is as before already.
Outcome undo(Kernel& kernel, const Plan& plan, const Snapshot& before, const Scope& scope,
             size_t started);

}  // namespace tapctl

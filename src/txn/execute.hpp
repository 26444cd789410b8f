// SPDX-License-Identifier: MIT
// Carries out a plan: all of it, or nothing.
#pragma once

#include "kernel/kernel.hpp"
#include "plan/plan.hpp"

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

struct Outcome {
  OutcomeKind kind = OutcomeKind::failed;
  std::vector<Op> done;        ///< every operation carried out, the undo included, in order
  std::optional<Error> error;  ///< why it is not committed
  std::vector<Op> left;        ///< partial: the operations that would make it as before
  std::vector<std::string> differences;  ///< partial: what is not as it was before
};

/// Runs the steps in order, reads back with `scope`, and compares with what the plan asked for.
/// When a step fails, or the read-back does not agree, undoes what was done in reverse order, reads
/// again and compares with `before`. Never throws for a failure of the kernel's: it is in the
/// Outcome.
Outcome execute(Kernel& kernel, const Plan& plan, const Snapshot& before, const Scope& scope);

}  // namespace tapctl

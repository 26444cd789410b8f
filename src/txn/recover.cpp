// SPDX-License-Identifier: MIT
// Ends a transaction whose process is gone: back to before, or forward where that was decided or
// there is no way back.
#include "txn/recover.hpp"

#include <algorithm>

namespace tapctl {
Outcome recover(Kernel& kernel, const Transaction& transaction, size_t started, Decision decision) {
  const Plan& plan = transaction.plan;
  const DeleteLinks* deletion = plan.final_deletion();
  const bool is_begun = deletion != nullptr && started >= plan.steps.size();
  Outcome outcome{.kind = OutcomeKind::committed};
  if (deletion != nullptr && (is_begun || decision == Decision::finish)) {
    const std::vector<Op> ops{*deletion};
    const std::optional<Error> failure = kernel.apply(ops).front();
    const Snapshot now = kernel.snapshot(transaction.scope);
    const bool is_gone = std::ranges::none_of(
        deletion->names, [&](const IfName& name) { return now.find(name) != nullptr; });
    if (is_gone)
      return outcome;
    if (decision == Decision::finish) {
      outcome.kind = OutcomeKind::partial;
      outcome.error = failure;
      outcome.left = ops;
      return outcome;
    }
    started = plan.steps.size() - 1;
  }
  if (decision == Decision::finish)
    return outcome;
  return undo(kernel, plan, transaction.before, transaction.scope, started);
}

}  // namespace tapctl

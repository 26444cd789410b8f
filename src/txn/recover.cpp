// SPDX-License-Identifier: MIT
// Ends a transaction whose process is gone: back to before, or forward where that was decided or
// there is no way back.
#include "txn/recover.hpp"

#include <algorithm>

namespace tapctl {
namespace {

bool are_gone(Kernel& kernel, const Transaction& transaction, const DeleteLinks& deletion) {
  const Snapshot now = kernel.snapshot(transaction.scope);
  return std::ranges::none_of(deletion.names,
                              [&](const IfName& name) { return now.find(name) != nullptr; });
}

}  // namespace

Outcome recover(Kernel& kernel, const Transaction& transaction, std::optional<size_t> started,
                Decision decision) {
  const Plan& plan = transaction.plan;
  const DeleteLinks* deletion = plan.final_deletion();
  const size_t revocable = plan.steps.size() - (deletion != nullptr ? 1 : 0);
  const bool is_begun = deletion != nullptr &&
                        (started ? *started > revocable : are_gone(kernel, transaction, *deletion));
  Outcome outcome{.kind = OutcomeKind::committed};
  if (deletion != nullptr && (is_begun || decision == Decision::finish)) {
    const std::vector<Op> ops{*deletion};
    const std::optional<Error> failure = kernel.apply(ops).front();
    if (are_gone(kernel, transaction, *deletion))
      return outcome;
    if (decision == Decision::finish) {
      outcome.kind = OutcomeKind::partial;
      outcome.error = failure;
      outcome.left = ops;
      return outcome;
    }
  }
  if (decision == Decision::finish)
    return outcome;
  return undo(kernel, plan, transaction.before, transaction.scope,
              std::min(started.value_or(revocable), revocable));
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Runs a transaction so that whatever ends this process, the state is the one from before or the
// one that was asked for.
#include "txn/protect.hpp"

#include "txn/journal.hpp"
#include "txn/signals.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <algorithm>

namespace tapctl {
namespace {

/// Holding a device ends with the process.
bool leaves_something(const Step& step) {
  return std::ranges::any_of(step.ops, [](const Op& op) {
    return !std::holds_alternative<HoldTun>(op) && !std::holds_alternative<ReleaseTun>(op);
  });
}

bool has_several_changes(const Plan& plan) {
  return std::ranges::count_if(plan.steps, leaves_something) > 1;
}

/// What a `rollback` needs later. Where it cannot be kept, the change stands all the same.
void keep(const TransactionFiles& files, Rank rank, const Transaction& transaction,
          Outcome& outcome) {
  try {
    files.keep(rank, transaction, outcome.after);
  } catch (const Error&) {
    outcome.is_kept = false;
  }
}

/// A dump is no one moment, and asking the gateways takes time: a move starts only when the state
/// is read the same twice.
void require_unchanged(Kernel& kernel, const Transaction& transaction) {
  if (transaction.plan.moved.empty())
    return;
  const auto changed = semantic_difference(transaction.before, kernel.snapshot(transaction.scope));
  if (!changed.empty())
    throw NetworkChanged(changed);
}

/// Whether the guardian lives is asked before each batch, and otherwise once a millisecond: a
/// system call before each of 10,000 devices is a fiftieth of what they cost.
class Look {
 public:
  bool is_due(const Step& next) {
    const auto now = std::chrono::steady_clock::now();
    if (next.ops.size() == 1 && now - last_ < std::chrono::milliseconds(1))
      return false;
    last_ = now;
    return true;
  }

 private:
  std::chrono::steady_clock::time_point last_;
};

Outcome run_alone(Kernel& kernel, const TransactionFiles& files, const Transaction& transaction,
                  const Protection& protection) {
  Outcome outcome;
  try {
    outcome = execute(kernel, transaction.plan, transaction.before, transaction.scope,
                      {.step = {}, .check = protection.check, .keeps_links = false});
  } catch (const OutOfMemory& error) {
    outcome.kind = OutcomeKind::partial;  // or done, or not: there is nothing to find out with
    outcome.error = error;
  }
  if (outcome.kind == OutcomeKind::committed) {
    keep(files, Rank::last, transaction, outcome);
    files.append_log(transaction, outcome.kind);
  }
  return outcome;
}

}  // namespace

Outcome run_protected(Kernel& kernel, const TransactionFiles& files, const Transaction& transaction,
                      const Protection& protection) {
  if (!protection.confirm && !has_several_changes(transaction.plan))
    return run_alone(kernel, files, transaction, protection);

  kernel.preflight(transaction.plan.steps);
  require_unchanged(kernel, transaction);

  const IgnoredSignals ignored;
  const size_t total = transaction.plan.steps.size();
  Guardian guardian(files, transaction, protection.kernel,
                    {.limit = hang_limit + protection.check_limit + step_limit * total,
                     .confirm = protection.confirm.value_or(std::chrono::milliseconds(0))});
  Look look;
  const auto step = [&](size_t started) {
    if (look.is_due(transaction.plan.steps[started - 1]) && !guardian.is_alive())
      throw Error("the guardian that watches over the change was killed");
    guardian.progress().started = static_cast<uint32_t>(started);
    if (protection.progress)
      protection.progress(started, total);
  };
  Outcome outcome;
  try {
    outcome = execute(
        kernel, transaction.plan, transaction.before, transaction.scope,
        {.step = step, .check = protection.check, .keeps_links = protection.confirm.has_value()});
  } catch (const Error& error) {
    outcome.kind = guardian.give_up();
    outcome.error = error;
    return outcome;
  }
  if (outcome.kind == OutcomeKind::committed) {
    keep(files, Rank::next, transaction, outcome);
    if (protection.confirm) {
      guardian.progress().deadline = boottime_ms() + protection.confirm->count();
      guardian.progress().phase = Progress::Phase::waiting;
      guardian.leave();
      outcome.confirm_within = protection.confirm;
      return outcome;
    }
    static_cast<void>(files.decide(Decision::finish));
  }
  files.append_log(transaction, outcome.kind, outcome.error ? outcome.error->line() : "");
  guardian.end(outcome.kind);
  return outcome;
}

}  // namespace tapctl

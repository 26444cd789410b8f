// SPDX-License-Identifier: MIT
// A transaction that is not over: it waits to be confirmed, or whoever made it is gone.
#include "txn/pending.hpp"

#include "txn/guardian.hpp"
#include "txn/journal.hpp"
#include "txn/recover.hpp"
#include "txn/signals.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

namespace tapctl {
std::optional<Pending> read_pending(const TransactionFiles& files) {
  auto transaction = files.read_journal();
  if (!transaction)
    return std::nullopt;
  Pending pending{.transaction = std::move(*transaction)};
  try {
    const Progress progress = files.open_progress();
    pending.started = progress->started;
    if (progress->phase == Progress::Phase::waiting) {
      pending.left_ms = progress->deadline - boottime_ms();
      pending.is_waiting = pending.left_ms > 0 && files.decision() == Decision::none;
    }
  } catch (const Error& error) {  // it is gone
    rethrow_if_exhausted(error);
  }
  return pending;
}

Outcome settle(Kernel& kernel, const TransactionFiles& files, const Pending& pending) {
  const IgnoredSignals ignored;
  const Decision decided = files.decide(Decision::undo) ? Decision::undo : Decision::finish;
  Outcome outcome = recover(kernel, pending.transaction, pending.started, decided);
  files.append_log(pending.transaction, outcome.kind,
                   decided == Decision::undo ? "it was left unfinished" : "");
  files.close(outcome.kind);
  files.remove_leftovers();
  outcome.id = pending.transaction.id;
  return outcome;
}

std::optional<Pending> take_pending(const TransactionFiles& files) {
  auto pending = read_pending(files);
  if (!pending)
    files.remove_leftovers();
  return pending;
}

void require_revocable(Kernel& kernel, const Committed& committed) {
  const Transaction& transaction = committed.transaction;
  const std::string subject = "transaction " + transaction.id;
  if (const DeleteLinks* deletion = transaction.plan.final_deletion()) {
    const IfName& name = deletion->names.front();
    const Link* link = transaction.before.find(name);
    const bool is_device = link != nullptr && link->tun;
    throw Error(subject + ": deleted " + name.quoted() + ", which cannot be brought back")
        .with_hint(
            "it was: " + transaction.command + "; " +
            (is_device ? "tapctl add makes a device anew" : "tapctl bridge builds a bridge anew"));
  }
  const auto changed = semantic_difference(committed.after, kernel.snapshot(transaction.scope));
  if (!changed.empty())
    throw Error(subject + ": the state is not as it left it: " + join(changed, "; "))
        .with_hint("nothing was changed; put that back, and run it again");
}

Outcome roll_back(Kernel& kernel, const KernelFactory& factory, const TransactionFiles& files,
                  const Committed& committed) {
  require_revocable(kernel, committed);
  const Transaction& transaction = committed.transaction;
  const IgnoredSignals ignored;
  const size_t all = transaction.plan.steps.size();
  Guardian guardian(files, transaction, factory, {.started = all, .decision = Decision::undo});
  files.remove_last();
  Outcome outcome;
  try {
    outcome = undo(kernel, transaction.plan, transaction.before, transaction.scope, all);
  } catch (const Error& error) {
    outcome.kind = guardian.give_up();
    outcome.error = error;
    outcome.id = transaction.id;
    return outcome;
  }
  files.append_log(transaction, outcome.kind, "rollback was asked for");
  guardian.end(outcome.kind);
  outcome.id = transaction.id;
  return outcome;
}

}  // namespace tapctl

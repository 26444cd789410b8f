// SPDX-License-Identifier: MIT
// tapctl rollback
#include "cli/change.hpp"
#include "cli/parser.hpp"
#include "kernel/linux_kernel.hpp"
#include "kernel/netns.hpp"
#include "txn/journal.hpp"
#include "txn/pending.hpp"

namespace tapctl {
namespace {

/// The guardian undoes it, and holds the lock until it has. Where it is gone, or could not undo all
/// of it, this process does.
Outcome take_back_waiting(Kernel& kernel, const TransactionFiles& files, const Pending& pending) {
  if (!files.decide(Decision::undo))
    throw Error("transaction " + pending.transaction.id + ": too late, it was confirmed");
  Outcome outcome{.kind = OutcomeKind::rolled_back};
  outcome.id = pending.transaction.id;
  try {
    const NamespaceLock lock(undo_limit);
    if (const auto left = read_pending(files))
      return settle(kernel, files, *left);
  } catch (const Error& error) {  // it is decided all the same
    outcome.kind = OutcomeKind::partial;
    outcome.differences = {"not finished yet, tapctl recover waits for it: " + error.line()};
  }
  return outcome;
}

Committed require_last(const TransactionFiles& files, const std::optional<std::string>& id) {
  auto last = files.read_last();
  if (!last)
    throw Error("there is nothing to roll back")
        .with_hint("only the last change can be taken back");
  if (id && *id != last->transaction.id)
    throw Error("transaction " + *id + ": is not the last one")
        .with_hint("that is " + last->transaction.id + ": " + last->transaction.command);
  return std::move(*last);
}

Outcome take_back_last(Kernel& kernel, const Invocation& invocation,
                       const std::optional<std::string>& id) {
  const Begun begun = begin_change(kernel, invocation);
  if (begun.settled && (!id || *id == begun.settled->id) &&
      begun.settled->kind != OutcomeKind::committed)
    return *begun.settled;
  return roll_back(kernel, make_kernel, begun.files, require_last(begun.files, id));
}

Transaction would_take_back(Kernel& kernel, const TransactionFiles& files,
                            const std::optional<Pending>& pending,
                            const std::optional<std::string>& id) {
  if (pending && (!id || *id == pending->transaction.id))
    return pending->transaction;
  Committed last = require_last(files, id);
  require_revocable(kernel, last);
  return std::move(last.transaction);
}

}  // namespace

int rollback_command(Invocation& invocation) {
  std::vector<std::string> words;
  Parser parser(
      invocation,
      "Takes back the change that waits to be confirmed, or else the last one, where the\n"
      "state is still as that left it.",
      "[ID] [OPTIONS]");
  parser.positionals("ID", words, "of the transaction");
  if (!parser.parse())
    return 0;
  const std::optional<std::string> id = parse_transaction_id(words);
  if (invocation.global.netns)
    enter_netns(*invocation.global.netns);
  LinuxKernel kernel;
  const TransactionFiles files(IfAbsent::leave);
  const auto pending = read_pending(files);
  const bool waits = pending && pending->is_waiting;
  if (waits)
    require_asked_for(pending, id);
  Report report{.command = invocation.command};
  if (invocation.global.dry_run) {
    const Transaction transaction = would_take_back(kernel, files, pending, id);
    report.outcome.kind = OutcomeKind::planned;
    report.summary =
        "transaction " + transaction.id + ": would be rolled back: " + transaction.command;
    return print_report(report, invocation.global.report);
  }
  kernel.preflight({});
  const auto last = files.read_last();
  report.outcome =
      waits ? take_back_waiting(kernel, files, *pending) : take_back_last(kernel, invocation, id);
  if (report.outcome.kind == OutcomeKind::partial) {
    report.outcome.error = Error("transaction " + report.outcome.id + ": roll back");
  } else {
    const bool is_pending = pending && pending->transaction.id == report.outcome.id;
    const Transaction& transaction = is_pending ? pending->transaction : last->transaction;
    report.summary = "transaction " + transaction.id + ": rolled back: " + transaction.command;
    report.outcome.kind = OutcomeKind::committed;  // what this command was for
  }
  return print_report(report, invocation.global.report);
}

}  // namespace tapctl

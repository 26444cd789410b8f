// SPDX-License-Identifier: MIT
// tapctl confirm
#include "cli/change.hpp"
#include "cli/parser.hpp"
#include "kernel/linux_kernel.hpp"
#include "kernel/netns.hpp"
#include "txn/journal.hpp"
#include "txn/pending.hpp"

namespace tapctl {
namespace {

/// The guardian does what is left to do, and holds the lock until then. Where it is gone, this
/// process does.
Outcome keep(const TransactionFiles& files, const Pending& pending) {
  LinuxKernel kernel;
  kernel.preflight({});
  if (!files.decide(Decision::finish))
    throw Error("transaction " + pending.transaction.id + ": too late, it is being rolled back");
  const NamespaceLock lock(undo_limit);
  if (const auto left = read_pending(files))
    return settle(kernel, files, *left);
  return {.kind = OutcomeKind::committed};
}

}  // namespace

int confirm_command(Invocation& invocation) {
  std::vector<std::string> words;
  Parser parser(invocation, "Keeps a change that was made with --confirm.", "[ID]");
  parser.positionals("ID", words, "of the transaction (default: the one that waits)");
  if (!parser.parse())
    return 0;
  const std::optional<std::string> id = parse_transaction_id(words);
  if (invocation.global.netns)
    enter_netns(*invocation.global.netns);
  const TransactionFiles files(IfAbsent::leave);
  const auto pending = read_pending(files);
  require_asked_for(pending, id);
  if (!pending)
    throw Error("nothing waits to be confirmed").with_hint("tapctl log shows what became of it");
  const std::string& name = pending->transaction.id;
  if (!pending->is_waiting)
    throw Error("transaction " + name + ": does not wait to be confirmed");
  Report report{.command = invocation.command};
  report.summary = "transaction " + name + ": would be kept";
  report.outcome.kind = OutcomeKind::planned;
  if (!invocation.global.dry_run) {
    report.outcome = keep(files, *pending);
    report.summary = "transaction " + name + ": kept";
  }
  report.outcome.id = name;
  return print_report(report, invocation.global.report);
}

}  // namespace tapctl

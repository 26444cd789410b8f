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

/// The guardian has to delete a bridge at most.
constexpr std::chrono::seconds confirm_limit{5};

/// The guardian does what is left to do, and holds the lock until then. Where it is gone, this
/// process does.
Outcome keep(const TransactionFiles& files, const Pending& pending) {
  LinuxKernel kernel;
  kernel.preflight({});
  if (!files.decide(Decision::finish))
    throw Error("transaction " + pending.transaction.id + ": too late, it is being rolled back");
  try {
    const NamespaceLock lock(confirm_limit);
    if (const auto left = read_pending(files))
      return settle(kernel, files, *left);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch)
    // It is decided: the guardian does the rest, or the next command that changes something.
  }
  return {.kind = OutcomeKind::committed};
}

/// What became of the one that was asked for, or of the last one.
Error nothing_waits(const TransactionFiles& files, const std::optional<std::string>& id) {
  const std::vector<LogEntry> log = files.read_log();
  for (size_t i = log.size(); i-- > 0;) {
    if (!id || log[i].id == *id)
      return Error("nothing waits to be confirmed")
          .with_hint("transaction " + log[i].id + " is " +
                     (log[i].outcome == "rolled_back" ? "rolled back" : log[i].outcome) +
                     (log[i].reason.empty() ? "" : " (" + log[i].reason + ")") + ": " +
                     log[i].command);
  }
  return Error("nothing waits to be confirmed").with_hint("tapctl log lists what was done");
}

}  // namespace

int confirm_command(Invocation& invocation) {
  std::vector<std::string> words;
  Parser parser(invocation, "Keeps a change that was made with --confirm.", "[ID] [OPTIONS]");
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
    throw nothing_waits(files, id);
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

// SPDX-License-Identifier: MIT
// tapctl recover
#include "cli/change.hpp"
#include "cli/parser.hpp"
#include "kernel/linux_kernel.hpp"
#include "kernel/netns.hpp"
#include "txn/pending.hpp"

namespace tapctl {

int recover_command(Invocation& invocation) {
  std::vector<std::string> words;
  Parser parser(
      invocation,
      "Ends a change whose processes were killed: the state from before comes back. Every\n"
      "command that changes something does the same first.",
      "");
  parser.positionals("", words, "");
  if (!parser.parse())
    return 0;
  if (!words.empty())
    throw usage_error("recover takes no names");
  if (invocation.global.netns)
    enter_netns(*invocation.global.netns);
  LinuxKernel kernel;
  Report report{.command = invocation.command};
  report.summary = "nothing to recover";
  report.outcome.kind = OutcomeKind::unchanged;
  const TransactionFiles files(IfAbsent::leave);
  if (const auto pending = read_pending(files); pending && pending->is_waiting) {
    report.outcome.id = pending->transaction.id;
    const std::string& id = pending->transaction.id;
    report.summary = "transaction " + id + ": waits to be confirmed for " +
                     std::to_string(pending->left_seconds()) +
                     " s more: " + suggest(invocation, "confirm " + id) + ", or " +
                     suggest(invocation, "rollback " + id);
    return print_report(report, invocation.global.report);
  }
  std::optional<NamespaceLock> lock;
  if (!invocation.global.dry_run) {
    kernel.preflight({});
    lock.emplace(undo_limit);
  }
  if (const auto pending = lock ? take_pending(files) : read_pending(files)) {
    report.outcome.id = pending->transaction.id;
    const std::string subject = "transaction " + pending->transaction.id + ": ";
    report.outcome.kind = OutcomeKind::planned;
    report.summary = subject + "would be rolled back: " + pending->transaction.command;
    if (lock) {
      report.outcome = settle(kernel, files, *pending);
      report.summary =
          subject +
          (report.outcome.kind == OutcomeKind::committed ? "finished: " : "rolled back: ") +
          pending->transaction.command;
      if (report.outcome.kind == OutcomeKind::partial)
        report.outcome.error = Error(subject + "roll back");
      else
        report.outcome.kind = OutcomeKind::committed;
    }
  }
  return print_report(report, invocation.global.report);
}

}  // namespace tapctl

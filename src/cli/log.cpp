// SPDX-License-Identifier: MIT
// tapctl log
#include "cli/parser.hpp"
#include "kernel/netns.hpp"
#include "report/report.hpp"
#include "txn/journal.hpp"

namespace tapctl {
namespace {

std::vector<LogEntry> read_marked_log(const TransactionFiles& files) {
  std::vector<LogEntry> entries = files.read_log();
  const auto last = files.read_last();
  if (!last || last->transaction.plan.final_deletion() != nullptr)
    return entries;
  for (LogEntry& entry : entries)
    entry.is_last = entry.id == last->transaction.id;
  return entries;
}

}  // namespace

int log_command(Invocation& invocation) {
  std::vector<std::string> words;
  Parser parser(invocation, "Lists the changes of this network namespace since boot, oldest first.",
                "[OPTIONS]");
  parser.positionals("", words, "");
  if (!parser.parse())
    return 0;
  if (!words.empty())
    throw usage_error("log takes no names");
  if (invocation.global.netns)
    enter_netns(*invocation.global.netns);
  print_log(read_marked_log(TransactionFiles(IfAbsent::leave)), invocation.global.report);
  return 0;
}

}  // namespace tapctl

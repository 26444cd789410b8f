// SPDX-License-Identifier: MIT
// What every command that changes something does first: the lock, and what an earlier one left.
#include "cli/change.hpp"

#include "kernel/linux_kernel.hpp"
#include "plan/command_line.hpp"
#include "report/output.hpp"
#include "report/text.hpp"
#include "txn/pending.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

namespace tapctl {
namespace {

constexpr std::chrono::seconds lock_timeout{5};

void require_none_waiting(const std::optional<Pending>& pending, const Invocation& invocation) {
  if (!pending || !pending->is_waiting)
    return;
  const std::string& id = pending->transaction.id;
  throw Error("transaction " + id + " waits to be confirmed for " +
              std::to_string(pending->left_seconds()) + " s more: " + pending->transaction.command)
      .with_hint(suggest(invocation, "confirm " + id) + ", or " +
                 suggest(invocation, "rollback " + id));
}

const char* what_became(OutcomeKind kind) {
  if (kind == OutcomeKind::committed)
    return "is finished";
  return kind == OutcomeKind::partial ? "could not be rolled back" : "is rolled back";
}

}  // namespace

std::unique_ptr<Kernel> make_kernel() {
  return std::make_unique<LinuxKernel>();
}

Begun begin_change(Kernel& kernel, const Invocation& invocation) {
  TransactionFiles files;
  require_none_waiting(read_pending(files), invocation);
  NamespaceLock lock(lock_timeout);
  const auto pending = take_pending(files);
  require_none_waiting(pending, invocation);
  std::optional<Outcome> settled;
  if (pending) {
    const Outcome& outcome = settled.emplace(settle(kernel, files, *pending));
    write_stderr("tapctl: transaction " + outcome.id + " was interrupted and " +
                 what_became(outcome.kind) + ": " + without_controls(pending->transaction.command) +
                 "\n" +
                 (outcome.kind == OutcomeKind::partial ? aftermath_text(outcome) : std::string()));
  }
  return {.files = std::move(files), .lock = std::move(lock), .settled = std::move(settled)};
}

std::optional<std::string> parse_transaction_id(const std::vector<std::string>& words) {
  if (words.size() > 1)
    throw usage_error("more than one transaction given");
  if (words.empty())
    return std::nullopt;
  const bool is_id = words.front().size() == 6 &&
                     words.front().find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_id)
    throw usage_error("transaction " + quote(words.front()) + ": is no ID",
                      "six hex digits, as tapctl log shows them");
  return words.front();
}

void require_asked_for(const std::optional<Pending>& pending,
                       const std::optional<std::string>& id) {
  if (pending && id && *id != pending->transaction.id)
    throw Error("transaction " + *id + ": is not the one that waits")
        .with_hint(pending->transaction.id + " does: " + pending->transaction.command);
}

std::string suggest(const Invocation& invocation, const std::string& words) {
  const auto& netns = invocation.global.netns;
  return "tapctl " + (netns ? "--netns " + shell_quote(*netns) + " " : std::string()) + words;
}

}  // namespace tapctl

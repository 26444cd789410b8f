// SPDX-License-Identifier: MIT
// Transactions as text: `tapctl log`, and the line of `tapctl status`.
#include "report/output.hpp"
#include "report/text.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace tapctl {
namespace {

/// Local time: "2026-11-24 13:05:00".
std::string time_text(int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  std::array<char, 32> buffer{};
  localtime_r(&time, &parts);
  const size_t size = std::strftime(buffer.data(), buffer.size(), "%F %T", &parts);
  return {buffer.data(), size};
}

}  // namespace

std::string text_pending(const std::optional<Pending>& pending) {
  if (!pending)
    return {};
  const std::string subject = "transaction " + pending->transaction.id;
  const std::string command = without_controls(pending->transaction.command) + "\n";
  if (!pending->is_waiting)
    return subject + " is not finished: " + command;
  return subject + " waits to be confirmed, " + std::to_string(pending->left_seconds()) +
         " s left: " + command;
}

std::string text_log(const std::vector<LogEntry>& entries) {
  if (entries.empty())
    return "no change was made in this network namespace since boot\n";
  constexpr size_t longest_outcome = 11;  // "rolled_back"
  std::string out;
  for (const LogEntry& entry : entries) {
    std::string outcome = entry.outcome;
    outcome.resize(std::max(outcome.size(), longest_outcome), ' ');
    out += entry.id + "  " + time_text(entry.time) + "  " + without_controls(outcome) + "  " +
           without_controls(entry.command) +
           (entry.reason.empty() ? "" : " (" + without_controls(entry.reason) + ")") +
           (entry.is_last ? " (rollback takes it back)\n" : "\n");
  }
  return out;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// A mutation's result, and errors, as text.
#include "report/text.hpp"

#include "plan/ip_line.hpp"
#include "report/accounts.hpp"
#include "report/output.hpp"
#include "util/text.hpp"

namespace tapctl {
namespace {

/// The planner knows ids alone; a reader wants names.
std::string value_text(const Change& change, const std::string& value) {
  const auto id = parse_decimal(value);
  if (id && *id <= UINT32_MAX && change.attribute == "owner")
    return user_text(static_cast<uint32_t>(*id));
  if (id && *id <= UINT32_MAX && change.attribute == "group")
    return group_text(static_cast<uint32_t>(*id));
  return value.empty() ? "none" : without_controls(value);
}

/// "tap, owner 1000" with the name of the id behind `word`.
std::string with_account(const std::string& text, std::string_view word,
                         std::string (*name_of)(uint32_t)) {
  const size_t at = text.find(word);
  if (at == std::string::npos)
    return text;
  const size_t start = at + word.size();
  const size_t end = std::min(text.find_first_not_of("0123456789", start), text.size());
  const auto id = parse_decimal(std::string_view(text).substr(start, end - start));
  if (!id || *id > UINT32_MAX)
    return text;
  return text.substr(0, start) + name_of(static_cast<uint32_t>(*id)) + text.substr(end);
}

std::string change_text(const Change& change) {
  const std::string subject = printable(change.subject) + ": ";
  if (change.attribute == "created") {
    const std::string what =
        with_account(with_account(without_controls(change.after), "owner ", user_text), "group ",
                     group_text);
    return subject + (what.empty() ? "created" : "created (" + what + ")");
  }
  if (change.attribute == "deleted")
    return subject + "deleted";
  return subject + without_controls(change.attribute) + " " + value_text(change, change.before) +
         " -> " + value_text(change, change.after);
}

/// Lines that a shell can run: the changes are comments.
std::string script(const Plan& plan) {
  std::string out;
  for (const Change& change : plan.changes)
    out += "# " + change_text(change) + "\n";
  for (const Step& step : plan.steps) {
    for (const Op& op : step.ops)
      out += ip_line(op) + "\n";
  }
  return out;
}

std::string unchanged_text(const Plan& plan) {
  std::string out;
  for (const std::string& name : plan.names)
    out += printable(name) + ": unchanged\n";
  return out.empty() ? "unchanged\n" : out;
}

std::string lines(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts)
    out += without_controls(text) + "\n";
  return out;
}

}  // namespace

std::string text_report(const Report& report, const ReportOptions& options) {
  const OutcomeKind kind = report.outcome.kind;
  if (kind == OutcomeKind::planned)
    return report.plan.empty() ? "# nothing to do\n" : script(report.plan);
  if (kind != OutcomeKind::committed && kind != OutcomeKind::unchanged)
    return {};
  if (options.quiet)
    return lines(report.obtained);
  if (kind == OutcomeKind::unchanged)
    return unchanged_text(report.plan);
  std::string out;
  for (const Change& change : report.plan.changes)
    out += change_text(change) + "\n";
  return out;
}

std::string error_text(const Error& error) {
  std::string out = "tapctl: " + without_controls(error.line()) + "\n";
  if (!error.hint.empty())
    out += "hint: " + without_controls(error.hint) + "\n";
  return out;
}

std::string aftermath_text(const Outcome& outcome) {
  if (outcome.kind == OutcomeKind::rolled_back)
    return "nothing was changed: all is as before\n";
  if (outcome.kind != OutcomeKind::partial)
    return {};
  std::string out = "not everything could be undone; what differs from before:\n";
  for (const std::string& difference : outcome.differences)
    out += "  " + without_controls(difference) + "\n";
  if (!outcome.left.empty())
    out += "these commands finish it:\n";
  for (const Op& op : outcome.left)
    out += "  " + ip_line(op) + "\n";
  return out;
}

}  // namespace tapctl

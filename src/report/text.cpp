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

/// The kernel says "address" for the MAC of a link, and "inet" or "inet6" for an IP address.
bool is_ip_address(const Change& change) {
  const std::string& value = change.after.empty() ? change.before : change.after;
  return change.attribute == "inet" || change.attribute == "inet6" ||
         (change.attribute == "address" && value.find('/') != std::string::npos);
}

std::string attribute_text(const Change& change) {
  if (is_ip_address(change))
    return "address";
  return change.attribute == "address" ? "MAC" : without_controls(change.attribute);
}

std::string change_text(const Change& change) {
  const std::string subject = printable(change.subject) + ": ";
  if (change.after.empty() && change.attribute.find("deleted") != std::string::npos)
    return subject + change.attribute;
  const std::string attribute = subject + attribute_text(change) + " ";
  if (is_ip_address(change) && change.before.empty())
    return attribute + change.after + " added";
  if (is_ip_address(change) && change.after.empty())
    return attribute + change.before + " removed";
  return attribute + value_text(change, change.before) + " -> " + value_text(change, change.after);
}

/// One line for each change; what something was created with stands in the line of its creation:
/// "tap0: created (tap, owner brezular, mtu 9000)".
std::vector<std::string> change_lines(const std::vector<Change>& changes) {
  std::vector<std::string> out;
  for (auto change = changes.begin(); change != changes.end();) {
    if (change->attribute != "created") {
      out.push_back(change_text(*change++));
      continue;
    }
    const std::string& subject = change->subject;
    std::string line = printable(subject) + ": created (" + without_controls(change->after);
    for (++change; change != changes.end() && change->subject == subject; ++change)
      line += ", " + attribute_text(*change) + " " + value_text(*change, change->after);
    out.push_back(line + ")");
  }
  return out;
}

bool sets_mtu_twice(const Op& op) {
  const auto* create = std::get_if<CreateBridge>(&op);
  return create != nullptr && create->link.mtu;
}

/// Lines that a shell can run: the changes are comments, and so is what no command can do.
std::string script(const Plan& plan) {
  std::string out = "# a dry run: nothing was changed; what would be:\n";
  for (const std::string& line : change_lines(plan.changes))
    out += "# " + line + "\n";
  bool runs = false;
  for (const Step& step : plan.steps) {
    for (const Op& op : step.ops) {
      const std::string line = ip_line(op);
      runs = runs || !line.starts_with('#');
      if (sets_mtu_twice(op))
        out += "# the MTU is set twice, so that it stays when ports come and go\n";
      out += line + "\n";
    }
  }
  return runs ? out : out + "# nothing to run: no command does this but tapctl\n";
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
  if (!report.summary.empty())
    return options.quiet ? std::string() : without_controls(report.summary) + "\n";
  if (kind == OutcomeKind::planned && report.is_drift && !report.plan.changes.empty())
    return "tapctl apply would change:\n" + lines(change_lines(report.plan.changes));
  if (kind == OutcomeKind::planned)
    return report.plan.empty() ? "# nothing to do\n" : script(report.plan);
  if (kind != OutcomeKind::committed && kind != OutcomeKind::unchanged)
    return {};
  if (report.said)
    return *report.said;
  if (options.quiet)
    return lines(report.obtained);
  if (kind == OutcomeKind::unchanged)
    return unchanged_text(report.plan);
  return lines(change_lines(report.plan.changes));
}

std::string error_text(const Error& error, const std::string& program,
                       const std::string& aftermath) {
  std::string out =
      program + ": " + without_controls(error.line()) + "\n" + lines(error.details) + aftermath;
  if (!error.hint.empty())
    out += "hint: " + without_controls(error.hint) + "\n";
  return out;
}

std::string aftermath_text(const Outcome& outcome) {
  if (outcome.kind == OutcomeKind::rolled_back)
    return outcome.done.empty() ? "nothing was changed\n" : "rolled back: all is as before\n";
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

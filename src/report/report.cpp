// SPDX-License-Identifier: MIT
// Which of the two printers says it, and what goes to stderr whichever it is.
#include "report/report.hpp"

#include "plan/ip_line.hpp"
#include "report/json.hpp"
#include "report/output.hpp"
#include "report/text.hpp"

namespace tapctl {

int exit_status(const Outcome& outcome) {
  switch (outcome.kind) {
    case OutcomeKind::committed:
    case OutcomeKind::unchanged:
    case OutcomeKind::planned:
      return 0;
    case OutcomeKind::partial:
      return 3;
    case OutcomeKind::rolled_back:
    case OutcomeKind::failed:
      break;
  }
  return outcome.error && outcome.error->kind == ErrorKind::usage ? 2 : 1;
}

void print_report(const Report& report, const ReportOptions& options) {
  if (options.verbose) {
    for (const Op& op : report.outcome.done)
      write_stderr(ip_line(op) + "\n");
  }
  if (report.outcome.error)
    write_stderr(error_text(*report.outcome.error) + aftermath_text(report.outcome));
  try {
    write_stdout(options.json ? json_report(report) : text_report(report, options));
  } catch (Error& error) {
    if (report.outcome.kind == OutcomeKind::committed)
      error.with_hint("the change itself was made");
    throw;
  }
  if (!options.quiet) {
    for (const std::string& hint : report.plan.hints)
      write_stderr("hint: " + without_controls(hint) + "\n");
  }
}

void print_error(const std::string& command, const Error& error, const ReportOptions& options) {
  write_stderr(error_text(error));
  if (!options.json)
    return;
  try {
    write_stdout(json_error(command, error));
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the exit status says it already
  }
}

void print_list(const Snapshot& snapshot, const std::vector<IfName>& devices, Header header,
                bool holders, const ReportOptions& options) {
  write_stdout(options.json ? json_list(snapshot, devices)
                            : text_list(snapshot, devices, header, holders));
}

void print_status(const Snapshot& snapshot, const std::vector<IfName>& names,
                  const ReportOptions& options) {
  write_stdout(options.json ? json_status(snapshot, names)
                            : text_status(snapshot, names, use_color(options.color)));
}

void print_nf(const Snapshot& snapshot, const std::vector<IfName>& bridges,
              const ReportOptions& options) {
  write_stdout(options.json ? json_nf(snapshot, bridges) : text_nf(snapshot, bridges));
}

}  // namespace tapctl

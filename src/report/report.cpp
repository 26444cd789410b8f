// SPDX-License-Identifier: MIT
// Which of the two printers says it, and what goes to stderr whichever it is.
#include "report/report.hpp"

#include "plan/ip_line.hpp"
#include "report/json.hpp"
#include "report/output.hpp"
#include "report/text.hpp"
#include "report/wrap.hpp"

namespace tapctl {

namespace {

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

/// Of a result that could not be reported: 1 would mean that nothing was changed.
int unreported_status(const Outcome& outcome) {
  const bool is_changed =
      outcome.kind == OutcomeKind::committed || outcome.kind == OutcomeKind::partial;
  return is_changed ? 3 : 1;
}

/// Why a result could not be reported.
void complain(const Error& why, const Outcome& outcome, const ReportOptions& options) {
  try {
    Error error = why;
    if (outcome.kind == OutcomeKind::committed)
      error.with_hint("the change itself was made");
    write_stderr(error_text(error, options.program));
  } catch (const OutOfMemory&) {
    write_stderr("tapctl: out of memory\n");
  }
}

void print_done(const Report& report, const ReportOptions& options) {
  const Outcome& outcome = report.outcome;
  if (options.verbose) {
    for (const Op& op : outcome.done)
      write_stderr(ip_line(op) + "\n");
  }
  if (outcome.error)
    write_stderr(error_text(*outcome.error, options.program, aftermath_text(outcome)));
  write_stdout(options.json ? json_report(report) : text_report(report, options));
}

}  // namespace

int print_report(const Report& report, const ReportOptions& options) {
  const Outcome& outcome = report.outcome;
  try {
    print_done(report, options);
    const bool stands = exit_status(outcome) == 0;
    if (!options.quiet && !report.said && stands) {
      for (const std::string& hint : report.plan.hints)
        write_stderr("hint: " + without_controls(hint) + "\n");
    }
  } catch (const Error& error) {
    complain(error, outcome, options);
    return unreported_status(outcome);
  }
  return exit_status(outcome);
}

void print_error(const std::string& command, const Error& error, const ReportOptions& options) {
  write_stderr(error_text(error, options.program));
  if (!options.json)
    return;
  try {
    write_stdout(json_error(command, error));
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the exit status says it already
  }
}

void print_log(const std::vector<LogEntry>& entries, const ReportOptions& options) {
  write_stdout(options.json ? json_log(entries) : text_log(entries));
}

void say_what_was_not_seen(const Snapshot& snapshot, const ReportOptions& options) {
  if (snapshot.unseen_processes == 0 || options.json || options.quiet)
    return;
  write_stderr("hint: " + std::to_string(snapshot.unseen_processes) +
               " processes of others could not be looked into and may hold devices too: as root "
               "they are seen\n");
}

void print_list(const Snapshot& snapshot, const std::vector<IfName>& devices, Header header,
                bool holders, const ReportOptions& options) {
  if (options.json)
    write_stdout_in_pieces([&](const TextSink& sink) { json_list(snapshot, devices, sink); });
  else
    write_stdout(text_list(snapshot, devices, header, holders));
  say_what_was_not_seen(snapshot, options);
}

void print_status(const Snapshot& snapshot, const std::vector<IfName>& names,
                  const std::optional<Pending>& pending, const ReportOptions& options) {
  if (options.json)
    write_stdout_in_pieces([&](const TextSink& sink) {
      json_status(snapshot, names, pending, JsonLayout::indented, sink);
    });
  else
    write_stdout(status_text(snapshot, names, pending, options));
  say_what_was_not_seen(snapshot, options);
}

std::string status_text(const Snapshot& snapshot, const std::vector<IfName>& names,
                        const std::optional<Pending>& pending, const ReportOptions& options) {
  std::string text;
  if (options.json) {
    json_status(snapshot, names, pending, JsonLayout::line,
                [&](std::string_view piece) { text += piece; });
    return text;
  }
  text = text_status(snapshot, names, use_color(options.color), options.columns);
  if (pending)
    text += wrapped({.first = "", .rest = "    "}, text_pending(pending), options.columns);
  return text;
}

void print_nf(const Snapshot& snapshot, const std::vector<IfName>& bridges,
              const ReportOptions& options) {
  if (options.json)
    write_stdout_in_pieces([&](const TextSink& sink) { json_nf(snapshot, bridges, sink); });
  else
    write_stdout(text_nf(snapshot, bridges));
}

int print_diagnosis(const Diagnosis& diagnosis, const ReportOptions& options) {
  write_stdout(options.json ? json_diagnosis(diagnosis)
                            : text_diagnosis(diagnosis, use_color(options.color)));
  return diagnosis.count(Severity::problem) > 0 ? 4 : 0;
}

}  // namespace tapctl

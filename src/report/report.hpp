// SPDX-License-Identifier: MIT
// What a command has to say, and the two printers for it.
#pragma once

#include "model/finding.hpp"
#include "model/snapshot.hpp"
#include "plan/plan.hpp"
#include "txn/execute.hpp"
#include "txn/journal.hpp"
#include "txn/pending.hpp"

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace tapctl {

enum class Color { automatic, always, never };

/// How to print, from the global options.
struct ReportOptions {
  std::string program = "tapctl";  ///< what stands before an error
  bool json = false;
  bool verbose = false;
  bool quiet = false;
  Color color = Color::automatic;
  size_t columns = 0;  ///< of the terminal; 0: there is none, and no line is wrapped
};

/// A mutation's result.
struct Report {
  std::string command;  ///< "add", "bridge", ...
  Plan plan;
  Outcome outcome;
  bool is_drift = false;              ///< the plan is shown as what differs, not as a script
  std::string summary;                ///< instead of the changes: a line that says all
  std::vector<std::string> obtained;  ///< those of Plan::names that came from a `%d` template
  /// What an older tool prints, word for word, where all went well: instead of changes and hints.
  std::optional<std::string> said;
};

/// Prints a mutation's result: text or one JSON document on stdout, diagnostics on stderr. Returns
/// the exit status: 0, 1, 2 or 3 (interface.md), where a change that was made and could not be
/// reported is 3, since 1 would mean that nothing changed.
int print_report(const Report& report, const ReportOptions& options);

/// Prints an error that came before any plan (in JSON too where asked for). Never throws: when this
/// cannot be written either, the exit status has to say it.
void print_error(const std::string& command, const Error& error, const ReportOptions& options);

/// `tapctl log`: a line a change. Throws Error when stdout cannot be written, as all below.
void print_log(const std::vector<LogEntry>& entries, const ReportOptions& options);

/// On stderr, once, not for every device: that some processes could not be looked into.
void say_what_was_not_seen(const Snapshot& snapshot, const ReportOptions& options);

enum class Header { show, omit };

/// `tapctl list`: one line a device.
void print_list(const Snapshot& snapshot, const std::vector<IfName>& devices, Header header,
                bool holders, const ReportOptions& options);

/// `tapctl status`: a tree, or one JSON document. Empty `names` is everything.
void print_status(const Snapshot& snapshot, const std::vector<IfName>& names,
                  const std::optional<Pending>& pending, const ReportOptions& options);

/// What `tapctl status --watch` prints each time: the tree, or the document on one line.
std::string status_text(const Snapshot& snapshot, const std::vector<IfName>& names,
                        const std::optional<Pending>& pending, const ReportOptions& options);

/// `tapctl nf show`: the sysctls and each bridge's effective filtering.
void print_nf(const Snapshot& snapshot, const std::vector<IfName>& bridges,
              const ReportOptions& options);

/// `tapctl doctor`: the findings and what to do about each. Returns the exit status: 4 where there
/// is a problem.
int print_diagnosis(const Diagnosis& diagnosis, const ReportOptions& options);

}  // namespace tapctl

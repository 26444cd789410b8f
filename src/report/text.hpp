// SPDX-License-Identifier: MIT
// The text printer: what report.hpp prints, as strings.
#pragma once

#include "report/report.hpp"

#include <string>

namespace tapctl {

/// A mutation's stdout: what changed, or for --dry-run the plan as a script.
std::string text_report(const Report& report, const ReportOptions& options);

/// "PROGRAM: ...", `aftermath` and, where there is one, "hint: ...".
std::string error_text(const Error& error, const std::string& program = "tapctl",
                       const std::string& aftermath = {});

/// After the error of a change: that nothing was changed, or what is left to do by hand.
std::string aftermath_text(const Outcome& outcome);

std::string text_log(const std::vector<LogEntry>& entries);
std::string text_list(const Snapshot& snapshot, const std::vector<IfName>& devices, Header header,
                      bool holders);
/// `color` marks the names of bridges and devices. Lines are wrapped to `columns` unless it is 0.
std::string text_status(const Snapshot& snapshot, const std::vector<IfName>& names, bool color,
                        size_t columns = 0);
/// The line of `status` about a transaction that is not over; empty when there is none.
std::string text_pending(const std::optional<Pending>& pending);
/// `color` marks severities.
std::string text_diagnosis(const Diagnosis& diagnosis, bool color);
std::string text_nf(const Snapshot& snapshot, const std::vector<IfName>& bridges);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The JSON printer: what report.hpp prints, as documents (one a call, with a line end).
#pragma once

#include "report/report.hpp"

#include <string>

namespace tapctl {

std::string json_report(const Report& report);
std::string json_error(const std::string& command, const Error& error);
std::string json_log(const std::vector<LogEntry>& entries);
std::string json_list(const Snapshot& snapshot, const std::vector<IfName>& devices);
std::string json_status(const Snapshot& snapshot, const std::vector<IfName>& names,
                        const std::optional<Pending>& pending);
std::string json_diagnosis(const Diagnosis& diagnosis);
std::string json_nf(const Snapshot& snapshot, const std::vector<IfName>& bridges);

}  // namespace tapctl

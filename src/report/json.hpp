// SPDX-License-Identifier: MIT
// The JSON printer: what report.hpp prints, as documents (one a call, with a line end).
#pragma once

#include "report/output.hpp"
#include "report/report.hpp"

#include <string>

namespace tapctl {

enum class JsonLayout { indented, line };

std::string json_report(const Report& report);
std::string json_error(const std::string& command, const Error& error);
std::string json_log(const std::vector<LogEntry>& entries);
std::string json_diagnosis(const Diagnosis& diagnosis);

// These can be long, and are given piece by piece.
void json_list(const Snapshot& snapshot, const std::vector<IfName>& devices, const TextSink& sink);
void json_status(const Snapshot& snapshot, const std::vector<IfName>& names,
                 const std::optional<Pending>& pending, JsonLayout layout, const TextSink& sink);
void json_nf(const Snapshot& snapshot, const std::vector<IfName>& bridges, const TextSink& sink);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// What every drop-in does at its end.
#include "compat/drop_in.hpp"

#include "report/output.hpp"

#include <utility>

namespace tapctl {

int print_said(Report report, std::string said, const Invocation& invocation) {
  if (report.outcome.kind != OutcomeKind::planned)
    report.said = std::move(said);
  const int status = print_report(report, invocation.global.report);
  return status == 2 ? invocation.usage_status : status;
}

bool prints_help(const Invocation& invocation, const char* text) {
  const bool is_asked = invocation.global.report.program == "tapctl" &&
                        invocation.arguments == std::vector<std::string>{"--help"};
  if (is_asked)
    write_stdout(text);
  return is_asked;
}

}  // namespace tapctl

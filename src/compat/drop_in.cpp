// SPDX-License-Identifier: MIT
// What every drop-in does at its end.
#include "compat/drop_in.hpp"

#include <utility>

namespace tapctl {

int print_said(Report report, std::string said, const Invocation& invocation) {
  if (report.outcome.kind != OutcomeKind::planned)
    report.said = std::move(said);
  const int status = print_report(report, invocation.global.report);
  return status == 2 ? invocation.usage_status : status;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// What `doctor` found, counted and named.
#include "model/finding.hpp"

#include <algorithm>

namespace tapctl {

const char* severity_name(Severity severity) {
  switch (severity) {
    case Severity::problem:
      return "problem";
    case Severity::warning:
      return "warning";
    case Severity::info:
      break;
  }
  return "info";
}

size_t Diagnosis::count(Severity severity) const {
  return static_cast<size_t>(std::ranges::count(findings, severity, &Finding::severity));
}

}  // namespace tapctl

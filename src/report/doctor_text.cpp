// SPDX-License-Identifier: MIT
// `tapctl doctor` as text: a paragraph for each finding, then how much was looked at.
#include "report/output.hpp"
#include "report/text.hpp"
#include "util/text.hpp"

namespace tapctl {
namespace {

/// Red, yellow, blue.
const char* color_of(Severity severity) {
  switch (severity) {
    case Severity::problem:
      return "\x1b[1;31m";
    case Severity::warning:
      return "\x1b[1;33m";
    case Severity::info:
      break;
  }
  return "\x1b[1;34m";
}

std::string counted(size_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string finding_text(const Finding& finding, bool color) {
  std::string text = severity_name(finding.severity);
  if (color)
    text = color_of(finding.severity) + text + "\x1b[0m";
  text += " " + finding.id;
  if (!finding.subject.empty())
    text += " " + finding.subject.quoted();
  text += "\n  " + without_controls(finding.evidence) + "\n";
  for (const std::string& line : finding.remedy)
    text += "    " + without_controls(line) + "\n";
  return text + "\n";
}

std::string summary(const Diagnosis& diagnosis) {
  const std::string extent =
      counted(diagnosis.checks, "check") + " on " + counted(diagnosis.links, "link");
  if (diagnosis.findings.empty())
    return "nothing found: " + extent + "\n";
  return counted(diagnosis.count(Severity::problem), "problem") + ", " +
         counted(diagnosis.count(Severity::warning), "warning") + ", " +
         std::to_string(diagnosis.count(Severity::info)) + " info: " + extent + "\n";
}

}  // namespace

std::string text_diagnosis(const Diagnosis& diagnosis, bool color) {
  std::string text;
  for (const Finding& finding : diagnosis.findings)
    text += finding_text(finding, color);
  text += summary(diagnosis);
  for (const Unseen& unseen : diagnosis.unseen)
    text += "not looked at: " + without_controls(unseen.what) + " (" +
            without_controls(unseen.why) + ")\n";
  return text;
}

}  // namespace tapctl

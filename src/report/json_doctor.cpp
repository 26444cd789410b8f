// SPDX-License-Identifier: MIT
// The JSON document of `tapctl doctor`.
#include "report/json.hpp"
#include "report/json_values.hpp"

namespace tapctl {

std::string json_diagnosis(const Diagnosis& diagnosis) {
  Json out = {{"schema", 1},
              {"command", "doctor"},
              {"findings", Json::array()},
              {"problems", diagnosis.count(Severity::problem)},
              {"warnings", diagnosis.count(Severity::warning)},
              {"checks", diagnosis.checks},
              {"links", diagnosis.links},
              {"not_looked_at", Json::array()}};
  for (const Finding& finding : diagnosis.findings) {
    Json entry = {{"id", finding.id}, {"severity", severity_name(finding.severity)}};
    put_name(entry, "ifname", finding.subject);
    entry["evidence"] = finding.evidence;
    entry["remedy"] = finding.remedy;
    out["findings"].push_back(entry);
  }
  for (const Unseen& unseen : diagnosis.unseen)
    out["not_looked_at"].push_back({{"what", unseen.what}, {"why", unseen.why}});
  return print_json(out);
}

}  // namespace tapctl

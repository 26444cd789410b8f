// SPDX-License-Identifier: MIT
// All checks of `doctor`, one after the other.
#include "doctor/diagnose.hpp"

#include "doctor/checks.hpp"

#include <algorithm>
#include <array>

namespace tapctl {
namespace {

constexpr std::array checks = {check_clone_device, check_clone_device_mode, check_capability,
                               check_open_change,  check_nfs_root,          check_forward_drop,
                               check_ip_forward,   check_wireless,          check_macvlan,
                               check_addresses,    check_dhcp_client,       check_owner,
                               check_stp,          check_bridge_mac,        check_mtu,
                               check_querier,      check_port_limit,        check_managers};

bool is_about(const Snapshot& snapshot, const std::vector<IfName>& names, const IfName& subject) {
  const auto named = [&](const IfName& name) {
    return std::ranges::find(names, name) != names.end();
  };
  if (names.empty() || subject.empty() || named(subject))
    return true;
  const Link* link = snapshot.find(subject);
  return link != nullptr && !link->master().empty() && named(link->master());
}

}  // namespace

Scope doctor_scope() {
  Scope scope;
  scope.all_links = true;
  scope.all_addresses = true;
  scope.default_routes = true;
  scope.bridging = true;
  scope.bridge_nf = true;
  scope.holders = true;
  return scope;
}

Diagnosis diagnose(const Snapshot& snapshot, const HostFacts& facts,
                   const std::vector<IfName>& names) {
  Diagnosis diagnosis{.checks = checks.size(), .unseen = facts.unseen};
  for (const auto& check : checks) {
    for (Finding& finding : check({snapshot, facts})) {
      if (is_about(snapshot, names, finding.subject))
        diagnosis.findings.push_back(std::move(finding));
    }
  }
  std::ranges::stable_sort(diagnosis.findings, {}, &Finding::severity);
  diagnosis.links = static_cast<size_t>(std::ranges::count_if(
      snapshot.links, [&](const Link& link) { return is_about(snapshot, names, link.name); }));
  return diagnosis;
}

}  // namespace tapctl

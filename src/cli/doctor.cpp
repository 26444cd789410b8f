// SPDX-License-Identifier: MIT
// tapctl doctor
#include "cli/parser.hpp"
#include "cli/run.hpp"
#include "cli/status.hpp"
#include "doctor/diagnose.hpp"
#include "input/values.hpp"
#include "kernel/host_facts.hpp"
#include "plan/command_line.hpp"
#include "plan/device_checks.hpp"
#include "report/accounts.hpp"
#include "util/text.hpp"

namespace tapctl {
namespace {

/// A shell in the namespace that was asked for (see enter_netns()).
std::string shell_in(const std::string& netns) {
  if (netns.find('/') != std::string::npos)
    return "nsenter --net=" + shell_quote(netns) + " sh";
  return parse_decimal(netns) ? "nsenter --target " + netns + " --net sh"
                              : "ip netns exec " + shell_quote(netns) + " sh";
}

/// What is to be done has to be done where it was seen.
void put_in_place(Diagnosis& diagnosis, const std::string& netns) {
  for (Finding& finding : diagnosis.findings)
    finding.remedy.insert(finding.remedy.begin(), "# in that namespace: " + shell_in(netns));
}

}  // namespace

int doctor_command(Invocation& invocation) {
  std::vector<std::string> words;
  Parser parser(invocation,
                "Looks for what makes bridging fail on this host, and says what to do about it.\n"
                "Changes nothing, loads no module and runs no program.",
                "[NAME...] [OPTIONS]");
  parser.positionals("NAME", words, "only what is about these links and the host (default: all)");
  parser.footer(
      "Exit status 4 where a problem was found; warnings and infos do not count. As\n"
      "root it sees more, and says what it could not look at.");
  if (!parser.parse())
    return 0;
  const std::vector<IfName> names = parse_names(words);
  const Snapshot state = read_state(invocation, doctor_scope());
  for (const IfName& name : names) {
    if (state.find(name) == nullptr)
      throw missing_link(state, "link", name);
  }
  HostFacts facts = read_host_facts(state);
  facts.user = user_text(invoking_user());
  if (const auto pending = pending_here()) {
    facts.open_change = OpenChange{
        .id = pending->transaction.id, .command = pending->transaction.command, .left_seconds = {}};
    if (pending->is_waiting)
      facts.open_change->left_seconds = pending->left_seconds();
  }
  Diagnosis diagnosis = diagnose(state, facts, names);
  if (invocation.global.netns)
    put_in_place(diagnosis, *invocation.global.netns);
  return print_diagnosis(diagnosis, invocation.global.report);
}

}  // namespace tapctl

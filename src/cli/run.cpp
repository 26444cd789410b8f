// SPDX-License-Identifier: MIT
// The pipelines: one for everything that changes something, one for everything that only reads.
#include "cli/run.hpp"

#include "kernel/linux_kernel.hpp"
#include "kernel/netns.hpp"
#include "kernel/run_dir.hpp"
#include "plan/plan.hpp"
#include "txn/execute.hpp"

#include <algorithm>

namespace tapctl {
namespace {

constexpr std::chrono::seconds lock_timeout{5};

/// The names that the user did not know before.
std::vector<std::string> obtained_names(const Request& request, const Plan& plan) {
  const auto* add = std::get_if<AddRequest>(&request);
  if (add == nullptr)
    return {};
  std::vector<std::string> names = plan.names;
  std::erase_if(names, [&](const std::string& name) {
    return std::ranges::find(add->names, name, &NameTemplate::str) != add->names.end();
  });
  return names;
}

}  // namespace

int run_mutation(const Invocation& invocation, const Request& request) {
  const GlobalOptions& global = invocation.global;
  if (global.netns)
    enter_netns(*global.netns);
  LinuxKernel kernel;
  std::optional<NamespaceLock> lock;
  if (!global.dry_run) {
    kernel.preflight({});
    lock.emplace(lock_timeout);
  }
  Scope scope = scope_of(request);
  Snapshot current = kernel.snapshot(scope);
  if (const auto wider = wider_scope(request, current)) {
    scope = *wider;
    current = kernel.snapshot(scope);
  }
  Report report{.command = invocation.command, .plan = make_plan(current, request)};
  report.obtained = obtained_names(request, report.plan);
  if (global.dry_run && !report.plan.empty())
    report.outcome.kind = OutcomeKind::planned;
  else
    report.outcome = execute(kernel, report.plan, current, scope);
  return print_report(report, global.report);
}

Snapshot read_state(const Invocation& invocation, const Scope& scope) {
  if (invocation.global.netns)
    enter_netns(*invocation.global.netns);
  LinuxKernel kernel;
  return kernel.snapshot(scope);
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// See perform.hpp.
#include "support/perform.hpp"

#include "kernel/linux_kernel.hpp"
#include "plan/ip_line.hpp"

#include <gtest/gtest.h>

namespace tapctl::test {

Attempt perform(Kernel& kernel, const Request& request) {
  Scope scope = scope_of(request);
  Snapshot before = kernel.snapshot(scope);
  if (auto wider = wider_scope(request, before)) {
    scope = std::move(*wider);
    before = kernel.snapshot(scope);
  }
  Attempt attempt;
  attempt.plan = make_plan(before, request);
  if (attempt.plan.empty())
    attempt.outcome.kind = OutcomeKind::unchanged;
  else
    attempt.outcome = execute(kernel, attempt.plan, before, scope);
  return attempt;
}

Attempt perform(const Request& request) {
  LinuxKernel kernel;
  return perform(kernel, request);
}

void expect_committed(const Request& request) {
  const Attempt attempt = perform(request);
  EXPECT_EQ(attempt.outcome.kind, OutcomeKind::committed) << describe(attempt.outcome);
}

std::string describe(const Outcome& outcome) {
  std::string text = outcome.error ? outcome.error->line() : "no error";
  for (const auto& line : outcome.differences)
    text += "\ndiffers: " + line;
  for (const auto& op : outcome.left)
    text += "\nleft: " + ip_line(op);
  return text;
}

}  // namespace tapctl::test

// SPDX-License-Identifier: MIT
// The pipeline of a mutation, as cli/run.cpp has it, for tests that bring their own Kernel.
#pragma once

#include "kernel/kernel.hpp"
#include "plan/plan.hpp"
#include "txn/execute.hpp"

namespace tapctl::test {

struct Attempt {
  Plan plan;
  Outcome outcome;
};

/// Reads, plans, executes. Throws Error where the planner refuses.
Attempt perform(Kernel& kernel, const Request& request);

/// The same on the kernel of the machine.
Attempt perform(const Request& request);

/// Performs it, and fails the test when it is not committed.
void expect_committed(const Request& request);

/// What went wrong, for a failure message: error, differences, and what is left to do.
std::string describe(const Outcome& outcome);

}  // namespace tapctl::test

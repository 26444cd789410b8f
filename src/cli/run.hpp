// SPDX-License-Identifier: MIT
// The pipelines: one for everything that changes something, one for everything that only reads.
#pragma once

#include "cli/command.hpp"
#include "cli/safety.hpp"
#include "plan/request.hpp"

namespace tapctl {

/// Lock, read, plan, carry out under guard. Throws Error for what is refused before anything is
/// touched.
Report mutate(const Invocation& invocation, const Request& request, const Safety& safety = {});

/// The same, and reports. Returns the exit status.
int run_mutation(const Invocation& invocation, const Request& request, const Safety& safety = {});

/// Reads what `scope` names, in the namespace asked for.
Snapshot read_state(const Invocation& invocation, const Scope& scope);

}  // namespace tapctl

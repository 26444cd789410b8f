// SPDX-License-Identifier: MIT
// What `status` and `status --watch` have in common.
#pragma once

#include "cli/command.hpp"
#include "model/snapshot.hpp"
#include "txn/pending.hpp"

#include <optional>
#include <vector>

namespace tapctl {

/// All that `status` reads.
Scope status_scope();

/// Only root may look into /run/tapctl; for others there is nothing.
std::optional<Pending> pending_here();

/// Throws Error for the first name that is not there.
void require_links(const Snapshot& state, const std::vector<IfName>& names);

/// Shows it now and after each change, until it is stopped. Returns the exit status.
int watch_status(const Invocation& invocation, const std::vector<IfName>& names);

}  // namespace tapctl

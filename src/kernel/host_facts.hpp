// SPDX-License-Identifier: MIT
// Reads what `doctor` wants to know of the host.
#pragma once

#include "model/host_facts.hpp"
#include "model/snapshot.hpp"

namespace tapctl {

/// Of the current network namespace, which `snapshot` was read of. Writes nothing, loads no module,
/// runs no program; what it may not look at is in HostFacts::unseen. `user` is left empty. Throws
/// Error where netlink fails.
HostFacts read_host_facts(const Snapshot& snapshot);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// All checks of `doctor`, one after the other.
#pragma once

#include "model/finding.hpp"
#include "model/snapshot.hpp"

#include <vector>

namespace tapctl {

/// What to read for it.
Scope doctor_scope();

/// With `names`, only what is about those links, the ports of those bridges, or the host as such.
Diagnosis diagnose(const Snapshot& snapshot, const HostFacts& facts,
                   const std::vector<IfName>& names);

}  // namespace tapctl

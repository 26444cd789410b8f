// SPDX-License-Identifier: MIT
// What would make one snapshot of the other.
#pragma once

#include "model/snapshot.hpp"
#include "plan/op.hpp"

#include <vector>

namespace tapctl {

/// Operations that bring `found` to `wanted`, two snapshots of the same scope. Not among them: an
/// order that changed, a link that is gone and is not a tun or tap device.
std::vector<Op> repairs(const Snapshot& wanted, const Snapshot& found);

}  // namespace tapctl

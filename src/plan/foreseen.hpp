// SPDX-License-Identifier: MIT
// What a snapshot will be once a plan is carried out, for a planner that plans on from there.
#pragma once

#include "plan/plan.hpp"

namespace tapctl {

/// Carries out `steps` on `state`, as far as planners look: links, addresses, sysctls and
/// memories. Routes, rules and neighbours stay as they are; what the kernel decides by itself (the
/// MAC of a new device) is absent.
void foresee(Snapshot& state, std::span<const Step> steps);

}  // namespace tapctl

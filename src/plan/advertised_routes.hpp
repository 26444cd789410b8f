// SPDX-License-Identifier: MIT
// Routes that the kernel made of router advertisements: what a move makes of them.
#pragma once

#include "plan/move_scope.hpp"
#include "plan/op.hpp"

#include <vector>

namespace tapctl {

/// Puts what routers advertised to one link on the other, and takes it from where it was.
std::vector<Op> move_advertised(const MoveScope& scope);

/// What undoes it, however much of it was carried out.
std::vector<Op> undo_advertised(const MoveScope& scope);

}  // namespace tapctl

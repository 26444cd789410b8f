// SPDX-License-Identifier: MIT
// The routes of a move, in an order and by operations that cost none of their siblings.
#pragma once

#include "plan/move_scope.hpp"
#include "plan/op.hpp"

#include <vector>

namespace tapctl {

/// Makes the affected routes anew on the other link, and takes away the old ones. Addresses of the
/// other link come before. Throws Error for one that cannot be moved.
std::vector<Op> move_routes(const MoveScope& scope);

/// What an update of the IPv6 addresses on the other link does not leave there, after it.
std::vector<Op> missing_prefix_routes(const MoveScope& scope);

/// What the deletion of the addresses does not take away, before it.
std::vector<Op> lasting_prefix_routes(const MoveScope& scope);

}  // namespace tapctl

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

/// A default route that the kernel made of a router advertisement is its own no more once it was
/// made anew on `to`: the kernel cannot put its own beside it (EEXIST), and then leaves out the
/// rest of every advertisement, such as the lifetimes of addresses (net/ipv6/ndisc.c,
/// ndisc_router_discovery; seen on 6.1 and 6.18). With another metric the two stand side by side,
/// and this one ends with its lifetime.
std::vector<Op> yield_to_advertisements(const Snapshot& current, const IfName& from,
                                        const IfName& to);

}  // namespace tapctl

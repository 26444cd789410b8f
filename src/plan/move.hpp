// SPDX-License-Identifier: MIT
// The uplink move: everything that one link carries, made to be carried by another one.
#pragma once

#include "plan/plan.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace tapctl {

/// The operations of a move. `prepare` disturbs nothing and can come long before. Then make before
/// break: all of `add` has to be done before `remove`.
struct Move {
  std::vector<Op> prepare;
  std::vector<Op> add;
  std::vector<Op> remove;
};

/// Moves addresses, neighbours, routes of every table and rules of `from` to `to`, but for those
/// whose identity_of is in `stay`. `current` has the configuration of both. What `to` already has
/// is not added again.
/// Throws Error for what cannot be moved: a route that uses a nexthop object or whose gateway can
/// no longer be reached, a label that gets too long.
Move plan_move(const Snapshot& current, const IfName& from, const IfName& to,
               const std::set<std::string>& stay = {});

/// What makes all of `move` undone, in its order, however much of the move was carried out:
/// operations that find their work done already fail with EEXIST, EADDRNOTAVAIL, ESRCH or ENOENT.
std::vector<Op> undo_move(const Snapshot& current, const IfName& from, const IfName& to,
                          const Move& move, const std::set<std::string>& stay = {});

/// What takes `prepare` back when the move was not made.
std::vector<Op> undo_prepare(const Move& move);

/// The per-link sysctls of `from` that differ from the default, for `to`: path to value. Without
/// addr_gen_mode, which travels as a setting of the link.
std::map<std::string, std::string> moved_sysctls(const Snapshot& current, const IfName& from,
                                                 const IfName& to);

/// One Change for each address, lasting route, rule and permanent neighbour that moves.
void note_move(Plan& plan, const Move& move, const IfName& from, const IfName& to);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The same address, route, rule or neighbour on another link, and what identifies one on any link.
#pragma once

#include "model/snapshot.hpp"

#include <set>
#include <string>

namespace tapctl {

/// The object with `to` wherever it names `from`. An address label that starts with the name of the
/// link follows it; throws Error when it gets longer than the kernel takes.
Address retarget(Address address, const IfName& from, const IfName& to);
Route retarget(Route route, const IfName& from, const IfName& to);
Rule retarget(Rule rule, const IfName& from, const IfName& to);
Neighbour retarget(Neighbour neighbour, const IfName& from, const IfName& to);

/// What tells the object from the others of `link`: its `ip ... del` line without the name of the
/// link, so that it outlives a rename.
std::string identity_of(const Address& address, const IfName& link);
std::string identity_of(const Route& route, const IfName& link);
std::string identity_of(const Rule& rule, const IfName& link);
std::string identity_of(const Neighbour& neighbour, const IfName& link);

/// The identities of everything that `link` has.
std::set<std::string> identities_on(const Snapshot& current, const IfName& link);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// What a batch has to know of an operation besides its messages.
#pragma once

#include "plan/op.hpp"

#include <string>
#include <vector>

namespace tapctl {

/// The operation for messages: its subject and what is tried, such as "link 'eth0': set mtu".
std::string described(const Op& op);

/// The link that a failure of `op` can leave half changed, or an empty name.
IfName half_changed(const Op& op);

/// The names that `op` gives to a link or takes from one.
std::vector<IfName> moved_names(const Op& op);

}  // namespace tapctl

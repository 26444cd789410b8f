// SPDX-License-Identifier: MIT
// Scopes of several requests as one.
#pragma once

#include "model/snapshot.hpp"
#include "plan/request.hpp"

namespace tapctl {

/// What has to be read for the devices of `request`.
Scope device_scope(const AddRequest& request);

/// Adds what the wish for the links of `scope` needs besides.
void widen_for(Scope& scope, const DeviceWish& wish);

/// Adds to `scope` all that `more` asks for.
void widen(Scope& scope, const Scope& more);

}  // namespace tapctl

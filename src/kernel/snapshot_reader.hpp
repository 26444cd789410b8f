// SPDX-License-Identifier: MIT
// Reads what a Scope names of this network namespace.
#pragma once

#include "kernel/names.hpp"
#include "kernel/nl_socket.hpp"
#include "model/snapshot.hpp"

namespace tapctl {

/// The cost is that of the scope, not of the namespace. Throws Error.
Snapshot read_snapshot(nl::Socket& socket, Names& names, const Scope& scope);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The established TCP connections of the namespace, from sock_diag.
#pragma once

#include "model/tcp_connection.hpp"

#include <span>
#include <vector>

namespace tapctl {

/// Those whose local address is one of `local`. None where the kernel has no tcp_diag. Throws
/// Error.
std::vector<TcpConnection> read_tcp_connections(std::span<const IpAddress> local);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Whether a neighbour is alive, without a raw socket: the kernel's own resolution is asked.
#pragma once

#include "kernel/names.hpp"
#include "kernel/nl_socket.hpp"
#include "model/ip.hpp"

#include <chrono>

namespace tapctl {

/// Starts a fresh resolution of `address` on `link` and waits up to `limit` for its end. A known
/// link-layer address is put into state PROBE, which asks it by unicast at once (NTF_USE would wait
/// 5 s in DELAY); an unknown one is asked for by broadcast. Only a solicited answer makes the entry
/// REACHABLE. True for a permanent entry: that is never resolved. Throws Error.
bool is_neighbour_alive(nl::Socket& socket, Names& names, const IfName& link,
                        const IpAddress& address, std::chrono::milliseconds limit);

}  // namespace tapctl

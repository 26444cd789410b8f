// SPDX-License-Identifier: MIT
// Waits until new IPv6 addresses can be reached.
#pragma once

#include "kernel/names.hpp"
#include "kernel/nl_socket.hpp"
#include "plan/op.hpp"
#include "util/error.hpp"

#include <optional>
#include <span>

namespace tapctl {

/// The kernel accepts packets for an IPv6 address only from its local route on, and makes that in
/// a work queue some time after the address (net/ipv6/addrconf.c, addrconf_dad_work): mostly within
/// a millisecond, on a busy machine up to two seconds later (seen on 6.18). Waits for the routes of
/// the addresses that `ops` have added with Dad::skip_marked, for 3 s at most. `results` has the
/// error of each operation that failed.
void wait_for_local_routes(nl::Socket& socket, Names& names, std::span<const Op> ops,
                           std::span<const std::optional<Error>> results);

}  // namespace tapctl

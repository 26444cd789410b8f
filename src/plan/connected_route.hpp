// SPDX-License-Identifier: MIT
// Routes without a gateway: those that the kernel makes for an address, and what they reach.
#pragma once

#include "model/address.hpp"
#include "model/route.hpp"

#include <vector>

namespace tapctl {

bool has_gateway(const Route& route);

/// True when the kernel made this route for one of `addresses`, which are those of its link, and so
/// takes it away with the address and makes it again with it.
bool made_by_kernel(const Route& route, const std::vector<Address>& addresses);

/// The route that the kernel makes for an IPv6 address.
Route prefix_route(const Address& address);

/// True when a link that has `addresses` and is used by `routes` reaches `gateway` directly. The
/// kernel asks this of each route with a gateway when it is added (net/ipv4/fib_semantics.c,
/// fib_check_nh; net/ipv6/route.c, ip6_route_check_nh).
bool is_on_link(const IpAddress& gateway, const IfName& link, const std::vector<Route>& routes,
                const std::vector<Address>& addresses);

}  // namespace tapctl

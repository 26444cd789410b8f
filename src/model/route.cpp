// SPDX-License-Identifier: MIT
// Comparisons of addresses, routes and rules.
#include "model/route.hpp"

#include "model/address.hpp"

#include <algorithm>

namespace tapctl {

bool same_address(const Address& a, const Address& b) {
  const auto lasting = [](Address address) {
    address.flags &= address_flag::settable;
    if (address.valid_lft)
      address.valid_lft = 0;
    if (address.preferred_lft)
      address.preferred_lft = 0;
    return address;
  };
  return lasting(a) == lasting(b);
}

bool Route::uses(const IfName& link) const {
  return std::ranges::any_of(nexthops, [&](const NextHop& hop) { return hop.link == link; });
}

bool same_route(const Route& a, const Route& b) {
  const auto lasting = [](Route route) {
    if (route.expires)
      route.expires = 0;
    return route;
  };
  return lasting(a) == lasting(b);
}

bool Rule::names(const IfName& link) const {
  return iif == link || oif == link;
}

}  // namespace tapctl

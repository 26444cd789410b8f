// SPDX-License-Identifier: MIT
// Comparisons of routes and rules.
#include "model/route.hpp"

#include <algorithm>

namespace tapctl {

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

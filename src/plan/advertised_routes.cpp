// SPDX-License-Identifier: MIT
// Routes that the kernel made of router advertisements: what a move makes of them.
//
// Such a route is the kernel's no more once it was made anew: the kernel cannot put its own beside
// it where that has the same metric (EEXIST), and then leaves out the rest of every advertisement,
// such as the lifetimes of addresses (net/ipv6/ndisc.c, ndisc_router_discovery; seen on 6.1 and
// 6.18). So it gets a metric that no other route to its destination has, the next higher one. With
// the next advertisement the two stand side by side, and this one ends with its lifetime. Two
// routers get two metrics: of one metric, routes that are not the kernel's become the ways of one
// multipath route.
//
// Where the other link has heard of the router already, its own route is the better one, and
// nothing is added.
#include "plan/advertised_routes.hpp"

#include <algorithm>
#include <optional>

namespace tapctl {
namespace {

/// What one router said.
struct Advertised {
  std::vector<Route> old;     ///< on the link that is left, the preferred one first
  std::optional<Route> anew;  ///< on the other link; absent where that has one already
  uint32_t metric = 0;        ///< a free one
};

bool same_destination(const Route& a, const Route& b) {
  return a.family == b.family && a.table == b.table && a.destination == b.destination;
}

std::vector<Advertised> advertised(const MoveScope& scope) {
  const std::vector<Route>& routes = scope.current().routes;
  std::vector<Advertised> result;
  const auto is_free = [&](uint32_t metric, const Route& route) {
    return std::ranges::none_of(routes,
                                [&](const Route& other) {
                                  return same_destination(route, other) && other.metric == metric;
                                }) &&
           std::ranges::none_of(result, [&](const Advertised& other) {
             return same_destination(route, other.old.front()) && other.metric == metric;
           });
  };
  for (const Route& route : routes) {
    if (!scope.advertised(route))
      continue;
    const auto known = std::ranges::find_if(result, [&](const Advertised& other) {
      return same_advertisement(route, other.old.front());
    });
    if (known != result.end()) {
      known->old.push_back(route);
      continue;
    }
    Advertised one{.old = {route}, .anew = scope.twin(route)};
    one.metric = route.metric.value_or(0) + 1;
    while (!is_free(one.metric, route))
      ++one.metric;
    one.anew->metric = one.metric;
    if (std::ranges::any_of(
            routes, [&](const Route& other) { return same_advertisement(other, *one.anew); }))
      one.anew.reset();
    result.push_back(one);
  }
  return result;
}

}  // namespace

std::vector<Op> move_advertised(const MoveScope& scope) {
  std::vector<Op> ops;
  for (const Advertised& one : advertised(scope)) {
    if (one.anew)
      ops.emplace_back(AddRoute{*one.anew, RouteAdd::append});
    for (const Route& old : one.old)
      ops.emplace_back(DeleteRoute{old});
  }
  return ops;
}

std::vector<Op> undo_advertised(const MoveScope& scope) {
  std::vector<Op> undo;
  for (const Advertised& one : advertised(scope)) {
    Route back = one.old.front();
    back.metric = one.metric;
    undo.emplace_back(AddRoute{back, RouteAdd::append});
    if (one.anew)
      undo.emplace_back(DeleteRoute{*one.anew});
  }
  return undo;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The routes of a move, in an order and by operations that cost none of their siblings.
//
// Equal keys. Of the routes with the same table, destination, tos and metric the first one counts,
// so order is meaning. RTM_NEWROUTE with
// NLM_F_REPLACE swaps the first route of a key, whichever it is, and a deletion takes the first
// object that has what it names: what it does not name counts as "any". So where several share a
// key, all of them are written anew, from the first to the last: each goes behind the others, and
// its old self, which is first by then, is removed (before that, where both are the same). Routes
// that the kernel makes for an address are at the end when their turn comes; where that is the
// wrong place, they take part too.
#include "plan/move_routes.hpp"

#include "plan/connected_route.hpp"
#include "plan/retarget.hpp"
#include "util/error.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace tapctl {
namespace {

/// Routes with one key, in their order.
using Group = std::vector<const Route*>;

class RouteMover {
 public:
  explicit RouteMover(const MoveScope& scope) : scope_(scope) {}

  /// Those without a gateway first: others need them.
  std::vector<Op> move() {
    std::map<RouteKey, Group> groups;
    for (const Route& route : scope_.current().routes) {
      if (route.is_advertised())
        advertised_.insert(route_key(route));
      else
        groups[route_key(route)].push_back(&route);
    }
    for (const bool with_gateway : {false, true}) {
      for (const Route& route : scope_.current().routes) {
        if (has_gateway(route) == with_gateway && takes_part(route))
          move_group(std::exchange(groups[route_key(route)], {}));
      }
    }
    return std::move(ops_);
  }

  std::vector<Op> add_missing() {
    for (const Route& route : scope_.current().routes) {
      if (is_confused(route) && !metrics_after_updates(route).contains(route.metric.value_or(0)))
        ops_.emplace_back(AddRoute{scope_.twin(route), RouteAdd::append});
    }
    return std::move(ops_);
  }

  /// Deleting an IPv6 address with a lifetime leaves its prefix route to expire by itself
  /// (net/ipv6/addrconf.c, ipv6_del_addr: only IFA_F_PERMANENT ones are cleaned up).
  std::vector<Op> remove_lasting() {
    for (const Route& route : scope_.current().routes) {
      if ((route.expires && scope_.follows_its_address(route)) || is_confused(route))
        ops_.emplace_back(DeleteRoute{route});
    }
    return std::move(ops_);
  }

 private:
  /// A route of the kernel's counts for IPv4 only: among its IPv6 ones with one key (fe80::/64 on
  /// every link) the kernel takes turns.
  [[nodiscard]] bool takes_part(const Route& route) const {
    const bool has_place = route.family == Family::ipv4 && route.type == route_type::unicast;
    return scope_.affected(route) || (has_place && scope_.follows_its_address(route));
  }

  void move_group(const Group& group) {
    for (const Route* route : group) {
      if (scope_.affected(*route))
        require_movable(*route);
    }
    if (group.size() == 1)
      return move_single(*group.front());
    const auto is_affected = [&](const Route* route) { return scope_.affected(*route); };
    const auto moves = [&](const Route* route) { return takes_part(*route); };
    const auto first = std::ranges::find_if(group, moves);
    if (std::ranges::none_of(group, is_affected) && std::all_of(first, group.end(), moves))
      return;  // those that the kernel makes are last as they are
    // A gateway may be reached by a route of the group that comes later: there it has to be before.
    const auto is_late = [&](const Route* route) {
      return scope_.affected(*route) && !has_gateway(*route) && has_gateway(*group.front());
    };
    for (const Route* route : group) {
      if (is_late(route))
        ops_.emplace_back(AddRoute{scope_.twin(*route), RouteAdd::append});
    }
    for (const Route* route : group) {
      if (is_late(route))
        ops_.emplace_back(DeleteRoute{scope_.twin(*route)});
      // Of the kernel's own the first one is in its place.
      if (route != group.front() || scope_.affected(*route) || !takes_part(*route))
        put_last(*route);
    }
  }

  void move_single(const Route& route) {
    if (scope_.affected(route) && advertised_.contains(route_key(route)))
      put_last(route);
    else if (scope_.affected(route))
      ops_.emplace_back(AddRoute{scope_.twin(route), RouteAdd::replace});
  }

  /// Behind all that have its key now.
  void put_last(const Route& route) {
    const auto again = [&](const Route& one) {
      ops_.emplace_back(DeleteRoute{one});
      ops_.emplace_back(AddRoute{one, RouteAdd::append});
    };
    if (scope_.affected(route)) {
      ops_.emplace_back(AddRoute{scope_.twin(route), RouteAdd::append});
      ops_.emplace_back(DeleteRoute{route});
    } else if (takes_part(route)) {
      again(scope_.twin(route));
    } else if (route.family == Family::ipv4 || route.protocol != route_protocol::kernel) {
      again(route);
    }
  }

  void require_movable(const Route& route) const {
    if (route.nexthop_id)
      throw Error("route " + route.destination.str() + ": uses nexthop object " +
                  std::to_string(*route.nexthop_id) + ", which cannot be moved")
          .with_hint("replace it by a route with via and dev: ip route replace ...");
    for (const NextHop& hop : route.nexthops) {
      if (hop.link == scope_.from() && hop.gateway && !hop.onlink &&
          !is_on_link(*hop.gateway, scope_.from(), scope_.current().routes,
                      scope_.current().addresses))
        throw Error(op_subject(AddRoute{route}) + ": its gateway is in no network of " +
                    scope_.from().quoted() +
                    " any more, so the kernel would not take the route again")
            .with_hint("add a route to the gateway, such as: ip route add " + hop.gateway->str() +
                       " dev " + scope_.from().str());
    }
  }

  /// The affected IPv6 addresses that the kernel makes this prefix route for, or one with another
  /// metric, in the order in which they are added.
  [[nodiscard]] std::vector<Address> sharing(const Route& prefix) const {
    std::vector<Address> shared = scope_.addresses();
    std::erase_if(shared, [&](const Address& address) {
      return (address.flags & address_flag::noprefixroute) != 0 ||
             address.on_link() != prefix.destination;
    });
    return shared;
  }

  /// Where addresses of one IPv6 prefix have different metrics, the kernel takes the prefix route
  /// of one for that of another: the update of an address deletes it, and the deletion leaves it
  /// (net/ipv6/addrconf.c, modify_prefix_route and check_cleanup_prefix_route).
  [[nodiscard]] bool is_confused(const Route& route) const {
    if (route.family != Family::ipv6 || route.type != route_type::unicast ||
        !scope_.follows_its_address(route))
      return false;
    return std::ranges::any_of(sharing(route), [&](const Address& address) {
      return prefix_route(address).metric != route.metric;
    });
  }

  /// The metrics of the prefix routes that are there when all addresses are updated: that of a
  /// permanent one takes the place of the lowest, that of one with a lifetime is added.
  [[nodiscard]] std::set<uint32_t> metrics_after_updates(const Route& prefix) const {
    const std::vector<Address> shared = sharing(prefix);
    const auto metric_of = [](const Address& a) { return prefix_route(a).metric.value_or(0); };
    std::set<uint32_t> present;
    for (const Address& address : shared) {
      if (!address.valid_lft)
        present.insert(metric_of(address));
    }
    for (const Address& address : shared) {
      const bool replaces = !address.valid_lft && *present.begin() != metric_of(address);
      if (replaces)
        present.erase(present.begin());
      present.insert(metric_of(address));
    }
    return present;
  }

  const MoveScope& scope_;
  std::set<RouteKey> advertised_;  ///< what routers advertise is in no group: their order is free
  std::vector<Op> ops_;
};

}  // namespace

std::vector<Op> move_routes(const MoveScope& scope) {
  return RouteMover(scope).move();
}

std::vector<Op> missing_prefix_routes(const MoveScope& scope) {
  return RouteMover(scope).add_missing();
}

std::vector<Op> lasting_prefix_routes(const MoveScope& scope) {
  return RouteMover(scope).remove_lasting();
}

}  // namespace tapctl

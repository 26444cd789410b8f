// SPDX-License-Identifier: MIT
// The uplink move: everything that one link carries, made to be carried by another one.
//
// Order. Addresses come first: the kernel then makes the connected routes of the new link, behind
// those of the old one, and gateways become reachable through it. IPv6 addresses come well before
// that: the kernel makes their local routes some time later, and a packet for an address whose
// local route is gone from one link and not yet on the other is lost. In their turn they are only
// updated, which also makes the prefix routes that a bridge cannot have while it is down.
// Neighbours next, so that no packet waits for an ARP reply. Then routes, those without a gateway
// before those that need them; each replaces its twin in place, so that there is no moment without
// a route. Rules follow. Only then comes what is taken away, and addresses last of all and in
// reverse: a primary IPv4 address takes its secondaries with it (promote_secondaries=0), and the
// last one takes every route and permanent neighbour of the link in all tables.
//
// What is not replayed. Routes that the kernel itself makes for an address (`proto kernel`, no
// gateway) appear with the address; replaying them gives EEXIST for IPv4 and duplicates for IPv6.
// Those with a lifetime do not vanish with their address and are removed by hand. With
// `noprefixroute` there is no such route, and one that stands there was put by somebody
// (NetworkManager marks it `proto kernel` too): that one moves.
//
// Equal keys. Of the routes with the same table, destination, tos and metric, and of the rules with
// one priority, the first one that matches counts, so order is meaning. RTM_NEWROUTE with
// NLM_F_REPLACE swaps the first route of a key, whichever it is, and a deletion takes the first
// object that has what it names: what it does not name counts as "any". So where several share a
// key, all of them are written anew, from the first to the last: each goes behind the others, and
// its old self, which is first by then, is removed (before that, where both are the same). Routes
// that the kernel makes for an address are at the end when their turn comes; where that is the
// wrong place, they take part too.
#include "plan/move.hpp"

#include "model/link_sysctl.hpp"
#include "plan/connected_route.hpp"
#include "plan/retarget.hpp"
#include "util/error.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace tapctl {
namespace {

/// Without its link, for a text that says itself where it is.
template <class T>
T detached(T object) {
  object.link = IfName();
  return object;
}

/// What decides whether two routes are alternatives of which the first one counts.
auto key_of(const Route& route) {
  return std::tuple(route.family, route.table, route.destination, route.source, route.tos,
                    route.metric.value_or(0));
}

/// Routes with one key, in their order.
using Group = std::vector<const Route*>;

/// DAD that has not ended or has found a duplicate must not be taken as passed.
bool is_doubtful(const Address& address) {
  return address.local.family == Family::ipv6 &&
         (address.flags & (address_flag::tentative | address_flag::dadfailed)) != 0;
}

std::set<const Route*> kernel_routes_of(const Snapshot& current, const IfName& link) {
  const std::vector<Address> addresses = current.addresses_of(link);
  std::set<const Route*> routes;
  for (const Route& route : current.routes) {
    if (route.uses(link) && made_by_kernel(route, addresses))
      routes.insert(&route);
  }
  return routes;
}

/// Builds the operations of one move.
class Mover {
 public:
  Mover(const Snapshot& current, const IfName& from, const IfName& to,
        const std::set<std::string>& stay)
      : current_(current),
        from_(from),
        to_(to),
        stay_(stay),
        kernel_routes_(kernel_routes_of(current, from)) {}

  Move build() {
    add_addresses();
    add_confused_prefix_routes();
    add_neighbours();
    move_routes();
    move_rules();
    remove_neighbours();
    remove_prefix_routes_that_stay();
    remove_addresses();
    return std::move(move_);
  }

  [[nodiscard]] bool affected(const Address& address) const {
    return address.link == from_ && !stays(address);
  }

  [[nodiscard]] bool affected(const Route& route) const {
    return route.uses(from_) && !kernel_routes_.contains(&route) && !stays(route);
  }

  [[nodiscard]] bool affected(const Rule& rule) const { return rule.names(from_) && !stays(rule); }

  [[nodiscard]] bool affected(const Neighbour& neighbour) const {
    return neighbour.link == from_ && !stays(neighbour);
  }

  /// True when the kernel takes the route away with its address, and makes its twin with the twin.
  [[nodiscard]] bool follows_its_address(const Route& route) const {
    return kernel_routes_.contains(&route) && !stays(route);
  }

 private:
  template <class T>
  [[nodiscard]] bool stays(const T& object) const {
    return !stay_.empty() && stay_.contains(identity_of(object, from_));
  }

  /// In the order in which they have to be added: the dump has IPv4 oldest first (the primary
  /// before its secondaries) and IPv6 newest first (net/ipv6/addrconf.c, ipv6_link_dev_addr).
  [[nodiscard]] std::vector<Address> addresses() const {
    std::vector<Address> ordered;
    std::ranges::copy_if(current_.addresses, std::back_inserter(ordered),
                         [&](const Address& address) { return affected(address); });
    const auto ipv6 = std::stable_partition(
        ordered.begin(), ordered.end(),
        [](const Address& address) { return address.local.family == Family::ipv4; });
    std::reverse(ipv6, ordered.end());
    return ordered;
  }

  /// Temporary ones are not added: the kernel makes new ones for those that they belong to.
  void add_addresses() {
    const std::vector<Address> present = current_.addresses_of(to_);
    for (const Address& address : addresses()) {
      const Address copy = retarget(address, from_, to_);
      const auto is_twin = [&](const Address& other) { return same_place(other, copy); };
      if (address.is_temporary() || std::ranges::any_of(present, is_twin))
        continue;
      if (address.local.family == Family::ipv4) {
        move_.add.emplace_back(AddAddress{copy, Dad::skip});
      } else if (is_doubtful(address)) {
        move_.add.emplace_back(AddAddress{copy, Dad::perform});
      } else {
        move_.prepare.emplace_back(AddAddress{copy, Dad::skip_marked});
        move_.add.emplace_back(UpdateAddress{copy});
      }
    }
  }

  /// The affected IPv6 addresses that the kernel makes this prefix route for, or one with another
  /// metric, in the order in which they are added.
  [[nodiscard]] std::vector<Address> sharing(const Route& prefix) const {
    std::vector<Address> shared = addresses();
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
        !follows_its_address(route))
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

  void add_confused_prefix_routes() {
    for (const Route& route : current_.routes) {
      if (is_confused(route) && !metrics_after_updates(route).contains(route.metric.value_or(0)))
        move_.add.emplace_back(AddRoute{retarget(route, from_, to_), RouteAdd::append});
    }
  }

  void remove_addresses() {
    std::vector<Address> ordered = addresses();
    std::ranges::reverse(ordered);
    for (const Address& address : ordered)
      move_.remove.emplace_back(DeleteAddress{address});
  }

  [[nodiscard]] bool is_gateway(const IpAddress& address) const {
    return std::ranges::any_of(current_.routes, [&](const Route& route) {
      return std::ranges::any_of(route.nexthops, [&](const NextHop& hop) {
        return hop.link == from_ && hop.gateway == address;
      });
    });
  }

  /// Learnt entries of gateways and of peers in use go along as stale: usable at once, and
  /// confirmed by the kernel soon. Without the gateway's, 3 moves in 14 lost about a second.
  void add_neighbours() {
    using namespace neighbour_state;
    for (const Neighbour& neighbour : current_.neighbours) {
      if (!affected(neighbour))
        continue;
      Neighbour copy = retarget(neighbour, from_, to_);
      if (!neighbour.is_lasting()) {
        const uint16_t usable = is_gateway(neighbour.address) ? reachable | stale | delay | probe
                                                              : reachable | delay | probe;
        if ((neighbour.state & usable) == 0 || neighbour.lladdr.empty())
          continue;
        copy.state = stale;
      }
      move_.add.emplace_back(AddNeighbour{copy});
    }
  }

  void remove_neighbours() {
    for (const Neighbour& neighbour : current_.neighbours) {
      if (affected(neighbour) && neighbour.is_lasting())
        move_.remove.emplace_back(DeleteNeighbour{neighbour});
    }
  }

  /// Those without a gateway first: others need them.
  void move_routes() {
    std::map<decltype(key_of(Route{})), Group> groups;
    for (const Route& route : current_.routes)
      groups[key_of(route)].push_back(&route);
    for (const bool with_gateway : {false, true}) {
      for (const Route& route : current_.routes) {
        if (has_gateway(route) == with_gateway && takes_part(route))
          move_group(std::exchange(groups[key_of(route)], {}));
      }
    }
  }

  /// A route of the kernel's counts for IPv4 only: among its IPv6 ones with one key (fe80::/64 on
  /// every link) the kernel takes turns.
  [[nodiscard]] bool takes_part(const Route& route) const {
    const bool has_place = route.family == Family::ipv4 && route.type == route_type::unicast;
    return affected(route) || (has_place && follows_its_address(route));
  }

  void move_group(const Group& group) {
    for (const Route* route : group) {
      if (affected(*route))
        require_movable(*route);
    }
    if (group.size() == 1 && affected(*group.front()))
      move_.add.emplace_back(AddRoute{retarget(*group.front(), from_, to_), RouteAdd::replace});
    if (group.size() < 2)
      return;
    const auto is_affected = [&](const Route* route) { return affected(*route); };
    const auto moves = [&](const Route* route) { return takes_part(*route); };
    const auto first = std::ranges::find_if(group, moves);
    if (std::ranges::none_of(group, is_affected) && std::all_of(first, group.end(), moves))
      return;  // those that the kernel makes are last as they are
    // A gateway may be reached by a route of the group that comes later: there it has to be before.
    const auto is_late = [&](const Route* route) {
      return affected(*route) && !has_gateway(*route) && has_gateway(*group.front());
    };
    for (const Route* route : group) {
      if (is_late(route))
        move_.add.emplace_back(AddRoute{retarget(*route, from_, to_), RouteAdd::append});
    }
    for (const Route* route : group)
      rewrite(*route, route == group.front(), is_late(route));
  }

  void rewrite(const Route& route, bool is_first, bool is_there) {
    const Route twin = retarget(route, from_, to_);
    const auto again = [&](const Route& one) {
      move_.add.emplace_back(DeleteRoute{one});
      move_.add.emplace_back(AddRoute{one, RouteAdd::append});
    };
    if (affected(route)) {
      if (is_there)
        move_.add.emplace_back(DeleteRoute{twin});
      move_.add.emplace_back(AddRoute{twin, RouteAdd::append});
      move_.add.emplace_back(DeleteRoute{route});
    } else if (takes_part(route)) {
      if (!is_first)
        again(twin);
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
      if (hop.link == from_ && hop.gateway && !hop.onlink &&
          !is_on_link(*hop.gateway, from_, current_.routes, current_.addresses))
        throw Error(op_subject(AddRoute{route}) + ": its gateway is in no network of " +
                    from_.quoted() + " any more, so the kernel would not take the route again")
            .with_hint("add a route to the gateway, such as: ip route add " + hop.gateway->str() +
                       " dev " + from_.str());
    }
  }

  /// Deleting an IPv6 address with a lifetime leaves its prefix route to expire by itself
  /// (net/ipv6/addrconf.c, ipv6_del_addr: only IFA_F_PERMANENT ones are cleaned up).
  void remove_prefix_routes_that_stay() {
    for (const Route& route : current_.routes) {
      if ((route.expires && follows_its_address(route)) || is_confused(route))
        move_.remove.emplace_back(DeleteRoute{route});
    }
  }

  [[nodiscard]] bool shares_priority_with_affected(const Rule& rule) const {
    return std::ranges::any_of(current_.rules, [&](const Rule& other) {
      return other.family == rule.family && other.priority == rule.priority && affected(other);
    });
  }

  void move_rules() {
    for (const Rule& rule : current_.rules) {
      if (!shares_priority_with_affected(rule))
        continue;
      const Op add = AddRule{retarget(rule, from_, to_)};
      const Op remove = DeleteRule{rule};
      move_.add.push_back(affected(rule) ? add : remove);
      move_.add.push_back(affected(rule) ? remove : add);
    }
  }

  const Snapshot& current_;
  const IfName& from_;
  const IfName& to_;
  const std::set<std::string>& stay_;
  std::set<const Route*> kernel_routes_;
  Move move_;
};

/// `current` as it is after the move.
Snapshot after_move(const Snapshot& current, const IfName& from, const IfName& to,
                    const std::set<std::string>& stay) {
  const Mover mover(current, from, to, stay);
  Snapshot after = current;
  const auto move = [&](const auto& objects, auto& moved, auto is_moved) {
    for (size_t i = 0; i < objects.size(); ++i) {
      if (is_moved(objects[i]))
        moved[i] = retarget(objects[i], from, to);
    }
  };
  const auto is_affected = [&](const auto& object) { return mover.affected(object); };
  move(current.addresses, after.addresses, is_affected);
  move(current.routes, after.routes, [&](const Route& route) {
    return mover.affected(route) || mover.follows_its_address(route);
  });
  move(current.rules, after.rules, is_affected);
  move(current.neighbours, after.neighbours, is_affected);
  return after;
}

/// How often each rule of the group is there is not known: so all of them go, and then come again.
/// What a deletion takes besides, because absent selectors count as "any", is of the same group.
void undo_rules(std::vector<Op>& undo, const Move& move) {
  for (const Op& op : move.add) {
    if (const auto* added = std::get_if<AddRule>(&op))
      undo.emplace_back(DeleteRule{added->rule});
    if (std::holds_alternative<DeleteRule>(op))
      undo.push_back(op);
  }
  for (const Op& op : move.add) {
    if (const auto* removed = std::get_if<DeleteRule>(&op))
      undo.emplace_back(AddRule{removed->rule});
  }
}

Dad dad_of(const Address& address) {
  return is_doubtful(address) ? Dad::perform : Dad::skip;
}

}  // namespace

Move plan_move(const Snapshot& current, const IfName& from, const IfName& to,
               const std::set<std::string>& stay) {
  return Mover(current, from, to, stay).build();
}

std::vector<Op> undo_move(const Snapshot& current, const IfName& from, const IfName& to,
                          const Move& move, const std::set<std::string>& stay) {
  const Move back =
      plan_move(after_move(current, from, to, stay), to, from, identities_on(current, to));
  std::vector<Op> undo;
  for (const Op& op : move.remove) {
    if (std::holds_alternative<DeleteAddress>(op))
      undo.push_back(op);
  }
  std::vector<Op> first_first = move.remove;
  std::ranges::reverse(first_first);
  for (const Op& op : first_first) {
    const auto* removed = std::get_if<DeleteAddress>(&op);
    if (removed != nullptr && !removed->address.is_temporary())
      undo.emplace_back(AddAddress{removed->address, dad_of(removed->address)});
  }
  // An old self that is still there would come first.
  for (const Op& op : move.add) {
    if (const auto* removed = std::get_if<DeleteRoute>(&op); removed && removed->route.uses(from))
      undo.push_back(op);
  }
  for (const Op& op : back.add) {
    const bool is_done =
        std::holds_alternative<AddAddress>(op) || std::holds_alternative<UpdateAddress>(op) ||
        std::holds_alternative<AddRule>(op) || std::holds_alternative<DeleteRule>(op);
    if (!is_done)
      undo.push_back(op);
  }
  // Which of them the addresses brought back is another matter here: there already is fine too.
  for (const Op& op : move.remove) {
    const auto* removed = std::get_if<DeleteRoute>(&op);
    if (removed != nullptr && !removed->route.expires)
      undo.emplace_back(AddRoute{removed->route, RouteAdd::append});
  }
  undo_rules(undo, move);
  undo.insert(undo.end(), back.remove.begin(), back.remove.end());
  return undo;
}

std::vector<Op> undo_prepare(const Move& move) {
  std::vector<Op> undo;
  for (const Op& op : move.prepare) {
    const Address& address = std::get<AddAddress>(op).address;
    undo.emplace_back(DeleteAddress{address});
    if (address.valid_lft && (address.flags & address_flag::noprefixroute) == 0)
      undo.emplace_back(DeleteRoute{prefix_route(address)});
  }
  return undo;
}

std::map<std::string, std::string> moved_sysctls(const Snapshot& current, const IfName& from,
                                                 const IfName& to) {
  const IfName standard = IfName::from_kernel("default");
  std::map<std::string, std::string> result;
  for (const auto& [path, value] : current.sysctls) {
    const auto sysctl = LinkSysctl::parse(path);
    if (!sysctl || sysctl->link != from.str() || sysctl->name == "addr_gen_mode")
      continue;
    const auto usual = current.sysctls.find(sysctl->path_of(standard));
    if (usual == current.sysctls.end() || usual->second != value)
      result.emplace(sysctl->path_of(to), value);
  }
  return result;
}

void note_move(Plan& plan, const Move& move, const IfName& from, const IfName& to) {
  const auto note = [&](const Op& op) {
    plan.changes.push_back({op_subject(op), "dev", from.str(), to.str()});
  };
  for (const Op& op : move.add) {
    if (const auto* add = std::get_if<AddAddress>(&op)) {
      note(AddAddress{detached(add->address)});
    } else if (const auto* update = std::get_if<UpdateAddress>(&op)) {
      note(UpdateAddress{detached(update->address)});
    } else if (const auto* route = std::get_if<AddRoute>(&op); route && route->route.uses(to)) {
      note(AddRoute{retarget(route->route, to, IfName())});
    } else if (const auto* rule = std::get_if<AddRule>(&op); rule && rule->rule.names(to)) {
      note(op);
    } else if (const auto* entry = std::get_if<AddNeighbour>(&op);
               entry && entry->neighbour.is_lasting()) {
      note(AddNeighbour{detached(entry->neighbour)});
    }
  }
}

}  // namespace tapctl

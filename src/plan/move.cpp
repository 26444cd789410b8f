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
// Equal keys. RTM_NEWROUTE with NLM_F_REPLACE swaps the *first* route of the same table,
// destination, tos and metric. Where several share a key, and for rules that share a priority,
// order is meaning: from the first affected one to the last, each is put behind the others and its
// old self removed, which keeps the order.
#include "plan/move.hpp"

#include "util/error.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace tapctl {
namespace {

constexpr uint8_t unicast = 1;                // RTN_UNICAST
constexpr uint32_t ipv6_prefix_metric = 256;  // IP6_RT_PRIO_ADDRCONF

IfName renamed(const IfName& name, const IfName& from, const IfName& to) {
  return name == from ? to : name;
}

/// `eth0:1` becomes `virbr0:1`: a label that starts with the link's name follows it.
std::string renamed_label(const std::string& label, const IfName& from, const IfName& to) {
  const std::string& old = from.str();
  if (label.compare(0, old.size(), old) != 0 ||
      (label.size() > old.size() && label[old.size()] != ':'))
    return label;
  std::string result = to.str() + label.substr(old.size());
  if (result.size() > IfName::max_length)
    throw Error("address label '" + label + "': would be '" + result + "' on " + to.quoted() +
                ", 15 bytes is the most")
        .with_hint("choose a shorter bridge name, or remove the label");
  return result;
}

Address retarget(Address address, const IfName& from, const IfName& to) {
  address.link = to;
  if (!address.label.empty())
    address.label = renamed_label(address.label, from, to);
  return address;
}

Route retarget(Route route, const IfName& from, const IfName& to) {
  for (NextHop& hop : route.nexthops)
    hop.link = renamed(hop.link, from, to);
  return route;
}

Rule retarget(Rule rule, const IfName& from, const IfName& to) {
  if (rule.iif)
    rule.iif = renamed(*rule.iif, from, to);
  if (rule.oif)
    rule.oif = renamed(*rule.oif, from, to);
  return rule;
}

/// Without its link, for a text that says itself where it is.
template <class T>
T detached(T object) {
  object.link = IfName();
  return object;
}

template <class T>
bool contains(const std::vector<T>& all, const T& one) {
  return std::ranges::find(all, one) != all.end();
}

bool stays(const Address& address, const MoveExceptions& stay) {
  return (stay.link_local && address.local.is_link_local()) ||
         contains(stay.addresses, address.prefix());
}

bool stays(const Route& route, const MoveExceptions& stay) {
  const auto through_one = [&](const NextHop& hop) {
    return hop.gateway && contains(stay.gateways, *hop.gateway);
  };
  return contains(stay.routes, route) ||
         (route.destination.length == 0 && std::ranges::any_of(route.nexthops, through_one));
}

/// True when the kernel makes this route by itself for `address`.
bool is_prefix_route_of(const Route& route, const Address& address) {
  if ((address.flags & address_flag::noprefixroute) != 0 || address.local.family != route.family)
    return false;
  const bool ipv6 = route.family == Family::ipv6;
  const uint32_t metric = address.metric.value_or(ipv6 ? ipv6_prefix_metric : 0);
  if (route.metric.value_or(0) != metric)
    return false;
  if (route.destination == address.on_link())
    return ipv6 || route.prefsrc == address.local;
  // A point-to-point IPv6 address also has a host route for its own end.
  return ipv6 && address.peer &&
         route.destination == Prefix{address.local, address_bits(Family::ipv6)};
}

/// The route that the kernel makes for an IPv6 address.
Route prefix_route(const Address& address) {
  Route route;
  route.family = Family::ipv6;
  route.destination = address.on_link();
  route.protocol = route_protocol::kernel;
  route.metric = address.metric.value_or(ipv6_prefix_metric);
  route.nexthops.push_back({.link = address.link});
  return route;
}

bool made_by_kernel(const Route& route, const std::vector<Address>& addresses) {
  if (route.protocol != route_protocol::kernel || route.nexthops.size() != 1 ||
      route.nexthops.front().gateway)
    return false;
  return route.type != unicast || std::ranges::any_of(addresses, [&](const Address& address) {
           return is_prefix_route_of(route, address);
         });
}

/// Entries that somebody made, as opposed to learnt ones.
bool lasting(const Neighbour& neighbour) {
  return neighbour.proxy || neighbour.state == neighbour_state::permanent;
}

/// What decides whether two routes are alternatives of which the first one counts.
auto key(const Route& route) {
  return std::tuple(route.family, route.table, route.destination, route.source, route.tos,
                    route.metric.value_or(0));
}

/// Builds the operations of one move.
class Mover {
 public:
  Mover(const Snapshot& current, const IfName& from, const IfName& to, const MoveExceptions& stay)
      : current_(current),
        from_(from),
        to_(to),
        stay_(stay),
        from_addresses_(current.addresses_of(from)),
        to_addresses_(current.addresses_of(to)) {}

  Move build() {
    add_addresses();
    add_neighbours();
    move_routes();
    move_rules();
    remove_neighbours();
    remove_expiring_prefix_routes();
    remove_addresses();
    return std::move(move_);
  }

  [[nodiscard]] bool affected(const Route& route) const {
    return route.uses(from_) && !made_by_kernel(route, from_addresses_) && !stays(route, stay_);
  }

  [[nodiscard]] bool affected(const Rule& rule) const {
    return rule.names(from_) && !contains(stay_.rules, rule);
  }

  [[nodiscard]] bool affected(const Neighbour& neighbour) const {
    return neighbour.link == from_ && !contains(stay_.neighbours, neighbour);
  }

  /// In the order in which they have to be added: the dump has IPv4 oldest first (the primary
  /// before its secondaries) and IPv6 newest first (net/ipv6/addrconf.c, ipv6_link_dev_addr).
  [[nodiscard]] std::vector<Address> addresses() const {
    std::vector<Address> ordered;
    std::ranges::copy_if(from_addresses_, std::back_inserter(ordered),
                         [&](const Address& address) { return !stays(address, stay_); });
    const auto ipv6 = std::stable_partition(
        ordered.begin(), ordered.end(),
        [](const Address& address) { return address.local.family == Family::ipv4; });
    std::reverse(ipv6, ordered.end());
    return ordered;
  }

 private:
  void add_addresses() {
    for (const Address& address : addresses()) {
      const auto is_twin = [&](const Address& other) {
        return other.prefix() == address.prefix() && other.peer == address.peer;
      };
      if (std::ranges::any_of(to_addresses_, is_twin))
        continue;
      const Address copy = retarget(address, from_, to_);
      if (address.local.family == Family::ipv6) {
        move_.prepare.emplace_back(AddAddress{copy, Dad::skip_marked});
        move_.add.emplace_back(UpdateAddress{copy});
      } else {
        move_.add.emplace_back(AddAddress{copy, Dad::skip});
      }
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
      Neighbour copy = neighbour;
      copy.link = to_;
      if (!lasting(neighbour)) {
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
      if (affected(neighbour) && lasting(neighbour))
        move_.remove.emplace_back(DeleteNeighbour{neighbour});
    }
  }

  void move_routes() {
    std::vector<const Route*> ordered;
    for (const Route& route : current_.routes)
      ordered.push_back(&route);
    const auto needs_gateway = [](const Route* route) {
      return std::ranges::any_of(route->nexthops,
                                 [](const NextHop& hop) { return hop.gateway.has_value(); });
    };
    std::stable_partition(ordered.begin(), ordered.end(),
                          [&](const Route* r) { return !needs_gateway(r); });

    std::vector<const Route*> done;
    for (const Route* route : ordered) {
      if (!affected(*route) || std::ranges::find(done, route) != done.end())
        continue;
      if (route->nexthop_id)
        throw Error("route " + route->destination.str() + ": uses nexthop object " +
                    std::to_string(*route->nexthop_id) + ", which cannot be moved")
            .with_hint("replace it by a route with via and dev: ip route replace ...");
      const std::vector<const Route*> group = same_key(*route);
      if (group.size() == 1)
        move_.add.emplace_back(AddRoute{retarget(*route, from_, to_), RouteAdd::replace});
      else
        rewrite_group(group);
      done.insert(done.end(), group.begin(), group.end());
    }
  }

  /// Deleting an IPv6 address with a lifetime leaves its prefix route to expire by itself
  /// (net/ipv6/addrconf.c, ipv6_del_addr: only IFA_F_PERMANENT ones are cleaned up).
  void remove_expiring_prefix_routes() {
    for (const Route& route : current_.routes) {
      if (route.uses(from_) && route.expires && !affected(route) && !stays(route, stay_))
        move_.remove.emplace_back(DeleteRoute{route});
    }
  }

  [[nodiscard]] std::vector<const Route*> same_key(const Route& route) const {
    std::vector<const Route*> group;
    const auto wanted = key(route);
    for (const Route& other : current_.routes) {
      if (key(other) != wanted)
        continue;
      const bool reappears = other.uses(from_) && made_by_kernel(other, from_addresses_);
      if (!reappears)
        group.push_back(&other);
    }
    return group;
  }

  void rewrite_group(const std::vector<const Route*>& group) {
    const auto first = std::ranges::find_if(group, [&](const Route* r) { return affected(*r); });
    for (auto it = first; it != group.end(); ++it) {
      const AddRoute add{retarget(**it, from_, to_), RouteAdd::append};
      const DeleteRoute remove{**it};
      if (affected(**it))
        move_.add.insert(move_.add.end(), {Op{add}, Op{remove}});
      else
        move_.add.insert(move_.add.end(), {Op{remove}, Op{add}});
    }
  }

  void move_rules() {
    for (auto it = current_.rules.begin(); it != current_.rules.end(); ++it) {
      const Rule& rule = *it;
      const bool follows_one = std::any_of(current_.rules.begin(), it, [&](const Rule& earlier) {
        return affected(earlier) && earlier.family == rule.family &&
               earlier.priority == rule.priority;
      });
      const AddRule add{retarget(rule, from_, to_)};
      if (affected(rule))
        move_.add.insert(move_.add.end(), {Op{add}, Op{DeleteRule{rule}}});
      else if (follows_one)
        move_.add.insert(move_.add.end(), {Op{DeleteRule{rule}}, Op{add}});
    }
  }

  const Snapshot& current_;
  const IfName& from_;
  const IfName& to_;
  const MoveExceptions& stay_;
  std::vector<Address> from_addresses_;
  std::vector<Address> to_addresses_;
  Move move_;
};

/// `current` as it is after the move.
Snapshot after_move(const Snapshot& current, const IfName& from, const IfName& to,
                    const MoveExceptions& stay) {
  const Mover mover(current, from, to, stay);
  const std::vector<Address> addresses = current.addresses_of(from);
  Snapshot after = current;
  for (Address& address : after.addresses) {
    if (address.link == from && !stays(address, stay))
      address = retarget(address, from, to);
  }
  for (Route& route : after.routes) {
    if (mover.affected(route) || (route.uses(from) && made_by_kernel(route, addresses)))
      route = retarget(route, from, to);
  }
  for (Rule& rule : after.rules) {
    if (mover.affected(rule))
      rule = retarget(rule, from, to);
  }
  for (Neighbour& neighbour : after.neighbours) {
    if (mover.affected(neighbour))
      neighbour.link = to;
  }
  return after;
}

/// What `link` has of its own.
MoveExceptions own(const Snapshot& current, const IfName& link) {
  MoveExceptions mine;
  for (const Address& address : current.addresses_of(link))
    mine.addresses.push_back(address.prefix());
  std::ranges::copy_if(current.routes, std::back_inserter(mine.routes),
                       [&](const Route& route) { return route.uses(link); });
  std::ranges::copy_if(current.rules, std::back_inserter(mine.rules),
                       [&](const Rule& rule) { return rule.names(link); });
  std::ranges::copy_if(current.neighbours, std::back_inserter(mine.neighbours),
                       [&](const Neighbour& neighbour) { return neighbour.link == link; });
  return mine;
}

}  // namespace

Move plan_move(const Snapshot& current, const IfName& from, const IfName& to,
               const MoveExceptions& stay) {
  return Mover(current, from, to, stay).build();
}

std::vector<Op> undo_move(const Snapshot& current, const IfName& from, const IfName& to,
                          const Move& move, const MoveExceptions& stay) {
  const Move back = plan_move(after_move(current, from, to, stay), to, from, own(current, to));
  std::vector<Op> undo;
  for (const Op& op : move.remove) {
    if (std::holds_alternative<DeleteAddress>(op))
      undo.push_back(op);
  }
  std::vector<Op> first_first = move.remove;
  std::ranges::reverse(first_first);
  for (const Op& op : first_first) {
    if (const auto* removed = std::get_if<DeleteAddress>(&op))
      undo.emplace_back(AddAddress{removed->address, Dad::skip});
  }
  for (const Op& op : move.add) {
    if (const auto* removed = std::get_if<DeleteRule>(&op); removed && removed->rule.names(from))
      undo.push_back(op);
  }
  for (const Op& op : back.add) {
    if (std::holds_alternative<AddAddress>(op) || std::holds_alternative<UpdateAddress>(op))
      continue;
    // A rule that only kept its place may stand there twice when its deletion was what failed.
    if (const auto* removed = std::get_if<DeleteRule>(&op); removed && !removed->rule.names(to))
      undo.push_back(op);
    undo.push_back(op);
  }
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
  const std::string infix = "/" + from.str() + "/";
  const auto path_of = [](std::string_view front, const std::string& link, std::string_view back) {
    std::string path(front);
    path.append("/").append(link).append("/").append(back);
    return path;
  };
  std::map<std::string, std::string> result;
  for (const auto& [path, value] : current.sysctls) {
    const size_t at = path.find(infix);
    if (at == std::string::npos || path.ends_with("/addr_gen_mode"))
      continue;
    const std::string_view front = std::string_view(path).substr(0, at);
    const std::string_view back = std::string_view(path).substr(at + infix.size());
    const auto standard = current.sysctls.find(path_of(front, "default", back));
    if (standard != current.sysctls.end() && standard->second == value)
      continue;
    result.emplace(path_of(front, to.str(), back), value);
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
               entry && lasting(entry->neighbour)) {
      note(AddNeighbour{detached(entry->neighbour)});
    }
  }
}

}  // namespace tapctl

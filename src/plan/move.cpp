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
// Rules with one priority. The first one that matches counts, so order is meaning, and a deletion
// takes the first one that has what it names: what it does not name counts as "any". So where one
// of them moves, all are written anew, from the first to the last; see also plan/move_routes.cpp.
#include "plan/move.hpp"

#include "model/link_sysctl.hpp"
#include "plan/advertised_routes.hpp"
#include "plan/builder.hpp"
#include "plan/connected_route.hpp"
#include "plan/move_routes.hpp"
#include "plan/move_scope.hpp"
#include "plan/retarget.hpp"

#include <algorithm>
#include <utility>

namespace tapctl {
namespace {

/// Without its link, for a text that says itself where it is.
template <class T>
T detached(T object) {
  object.link = IfName();
  return object;
}

/// DAD that has not ended or has found a duplicate must not be taken as passed.
bool is_doubtful(const Address& address) {
  return address.local.family == Family::ipv6 &&
         (address.flags & (address_flag::tentative | address_flag::dadfailed)) != 0;
}

/// Builds the operations of one move.
class Mover {
 public:
  Mover(const Snapshot& current, const IfName& from, const IfName& to,
        const std::set<std::string>& stay)
      : scope_(current, from, to, stay) {}

  Move build() {
    add_addresses();
    append(move_.add, missing_prefix_routes(scope_));
    add_neighbours();
    append(move_.add, move_routes(scope_));
    append(move_.add, move_advertised(scope_));
    move_rules();
    remove_neighbours();
    append(move_.remove, lasting_prefix_routes(scope_));
    remove_addresses();
    return std::move(move_);
  }

 private:
  /// Temporary ones are not added: the kernel makes new ones for those that they belong to.
  void add_addresses() {
    const std::vector<Address> present = scope_.current().addresses_of(scope_.to());
    for (const Address& address : scope_.addresses()) {
      const Address copy = scope_.twin(address);
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

  void remove_addresses() {
    std::vector<Address> ordered = scope_.addresses();
    std::ranges::reverse(ordered);
    for (const Address& address : ordered)
      move_.remove.emplace_back(DeleteAddress{address});
  }

  [[nodiscard]] bool is_gateway(const IpAddress& address) const {
    return std::ranges::any_of(scope_.current().routes, [&](const Route& route) {
      return std::ranges::any_of(route.nexthops, [&](const NextHop& hop) {
        return hop.link == scope_.from() && hop.gateway == address;
      });
    });
  }

  /// Learnt entries of gateways and of peers in use go along as stale: usable at once, and
  /// confirmed by the kernel soon. Without the gateway's, 3 moves in 14 lost about a second.
  void add_neighbours() {
    using namespace neighbour_state;
    for (const Neighbour& neighbour : scope_.current().neighbours) {
      if (!scope_.affected(neighbour))
        continue;
      Neighbour copy = scope_.twin(neighbour);
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
    for (const Neighbour& neighbour : scope_.current().neighbours) {
      if (scope_.affected(neighbour) && neighbour.is_lasting())
        move_.remove.emplace_back(DeleteNeighbour{neighbour});
    }
  }

  [[nodiscard]] bool shares_priority_with_affected(const Rule& rule) const {
    return std::ranges::any_of(scope_.current().rules, [&](const Rule& other) {
      return other.family == rule.family && other.priority == rule.priority &&
             scope_.affected(other);
    });
  }

  void move_rules() {
    for (const Rule& rule : scope_.current().rules) {
      if (!shares_priority_with_affected(rule))
        continue;
      const Op add = AddRule{scope_.twin(rule)};
      const Op remove = DeleteRule{rule};
      move_.add.push_back(scope_.affected(rule) ? add : remove);
      move_.add.push_back(scope_.affected(rule) ? remove : add);
    }
  }

  MoveScope scope_;
  Move move_;
};

/// `current` as it is after the move.
Snapshot after_move(const Snapshot& current, const IfName& from, const IfName& to,
                    const std::set<std::string>& stay) {
  const MoveScope scope(current, from, to, stay);
  Snapshot after = current;
  const auto move = [&](const auto& objects, auto& moved, auto is_moved) {
    for (size_t i = 0; i < objects.size(); ++i) {
      if (is_moved(objects[i]))
        moved[i] = retarget(objects[i], from, to);
    }
  };
  const auto is_affected = [&](const auto& object) { return scope.affected(object); };
  move(current.addresses, after.addresses, is_affected);
  move(current.routes, after.routes, [&](const Route& route) {
    return scope.affected(route) || scope.follows_its_address(route);
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
    const auto* removed = std::get_if<DeleteRoute>(&op);
    if (removed && removed->route.uses(from) && !removed->route.is_advertised())
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
  append(undo, undo_advertised(MoveScope(current, from, to, stay)));
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

// SPDX-License-Identifier: MIT
// Whether the host still reaches what it reached before a move.
#include "txn/reachability.hpp"

#include "util/error.hpp"

#include <algorithm>

namespace tapctl {
namespace {

/// For a gateway that is alive more than enough; one that is dead costs this before each move.
constexpr std::chrono::milliseconds limit_before{1000};

std::vector<IpAddress> gateways_through(const Snapshot& current, const IfName& link) {
  std::vector<IpAddress> gateways;
  for (const Route& route : current.routes) {
    if (route.destination.length != 0 || route.table != route_table::main)
      continue;
    for (const NextHop& hop : route.nexthops) {
      const bool is_new = hop.link == link && hop.gateway &&
                          std::ranges::find(gateways, *hop.gateway) == gateways.end();
      if (is_new)
        gateways.push_back(*hop.gateway);
    }
  }
  return gateways;
}

/// The kernel knows that it answered a moment ago.
bool is_reachable(const Snapshot& current, const IfName& link, const IpAddress& address) {
  return std::ranges::any_of(current.neighbours, [&](const Neighbour& entry) {
    return entry.link == link && entry.address == address &&
           (entry.state & neighbour_state::reachable) != 0;
  });
}

/// What a connection can go on using after the move: link-local addresses do not come along.
std::vector<IpAddress> moved_addresses(const Snapshot& before, const Plan& plan) {
  std::vector<IpAddress> moved;
  for (const Address& address : before.addresses) {
    const bool moves =
        std::ranges::find(plan.moved, address.link, &Moved::from) != plan.moved.end();
    if (moves && !address.local.is_link_local())
      moved.push_back(address.local);
  }
  return moved;
}

std::vector<IpAddress> looked_at(const Snapshot& before, const Plan& plan, const CheckWish& wish) {
  const bool is_off = plan.moved.empty() || wish.what == CheckWish::What::none;
  return is_off ? std::vector<IpAddress>() : moved_addresses(before, plan);
}

/// ARP and neighbour discovery reach what an address or a route without a gateway covers.
bool is_neighbour(const Snapshot& before, const IfName& link, const IpAddress& asked) {
  const auto covers = [&](const Address& address) {
    return address.link == link && address.on_link().contains(asked);
  };
  const auto leads = [&](const Route& route) {
    return route.destination.contains(asked) &&
           std::ranges::any_of(route.nexthops, [&](const NextHop& hop) {
             return hop.link == link && !hop.gateway;
           });
  };
  return asked.is_link_local() || std::ranges::any_of(before.addresses, covers) ||
         std::ranges::any_of(before.routes, leads);
}

/// The move that takes along the network of `asked`.
const Moved& move_of(const Snapshot& before, const Plan& plan, const IpAddress& asked) {
  const auto found = std::ranges::find_if(
      plan.moved, [&](const Moved& moved) { return is_neighbour(before, moved.from, asked); });
  if (found == plan.moved.end())
    throw Error("--check " + asked.str() + ": is on no network of " +
                plan.moved.front().from.quoted())
        .with_hint(
            "it is asked by ARP or neighbour discovery; --check gateway asks the default gateways");
  return *found;
}

}  // namespace

Reachability::Reachability(Kernel& kernel, const Snapshot& before, const Plan& plan,
                           const CheckWish& wish)
    : kernel_(kernel),
      timeout_(wish.timeout),
      connections_(kernel, looked_at(before, plan, wish), wish.login) {
  const bool is_named = wish.what == CheckWish::What::address;
  if (plan.moved.empty() && is_named)
    unasked_ = wish.address;
  if (plan.moved.empty() || wish.what == CheckWish::What::none)
    return;
  if (is_named) {
    wanted_ = {{.link = move_of(before, plan, wish.address).to, .address = wish.address}};
    return;
  }
  for (const Moved& moved : plan.moved) {
    for (const IpAddress& gateway : gateways_through(before, moved.from)) {
      if (is_reachable(before, moved.from, gateway) ||
          kernel.answers(moved.from, gateway, limit_before))
        wanted_.push_back({.link = moved.to, .address = gateway});
      else
        silent_.push_back(gateway);
    }
  }
}

void Reachability::check() const {
  for (const auto& [link, address] : wanted_) {
    if (!kernel_.answers(link, address, timeout_))
      throw Error(address.str() + " does not answer on " + link.quoted())
          .with_hint("--timeout waits longer, --check IP asks another one, --check none nobody");
  }
  connections_.check(timeout_);
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// What a link loses: when it goes down, the routes of both families that the kernel did not make,
// IPv6 addresses and permanent neighbours; when its MTU is too low for IPv6, what is IPv6 of it,
// sysctls included (net/ipv6/addrconf.c, addrconf_ifdown).
#include "plan/link_loss.hpp"

#include "model/link_sysctl.hpp"
#include "model/settings.hpp"
#include "plan/builder.hpp"
#include "plan/connected_route.hpp"
#include "util/error.hpp"

#include <algorithm>

namespace tapctl {
namespace {

enum class Loss { down, ipv6 };

/// Link-local ones too, which the kernel makes only where there is a carrier.
void restore_addresses(std::vector<Op>& ops, std::vector<Address> addresses) {
  // The dump has the newest first, so the last one of it was there first.
  std::ranges::reverse(addresses);
  for (const Address& address : addresses) {
    if (address.local.family == Family::ipv6 && !address.is_temporary())
      ops.emplace_back(AddAddress{.address = address, .dad = Dad::skip});
  }
}

/// Where they differ from what the kernel gives a link that gets IPv6.
void restore_ipv6_sysctls(std::vector<Op>& ops, const Snapshot& current, const Link& link) {
  for (const auto& [path, value] : current.sysctls) {
    const auto parsed = LinkSysctl::parse(path);
    if (!parsed || parsed->link != link.name.str() || !parsed->front.starts_with("net/ipv6/"))
      continue;
    const auto standard = current.sysctls.find(parsed->path_of(IfName::from_kernel("default")));
    if (standard != current.sysctls.end() && standard->second != value)
      ops.emplace_back(SetSysctl{.path = path, .value = value});
  }
}

std::vector<Op> restore(const Snapshot& current, const Link& link, Loss loss) {
  std::vector<Op> ops;
  const auto lost = [&](Family family) { return loss == Loss::down || family == Family::ipv6; };
  if (loss == Loss::ipv6)
    restore_ipv6_sysctls(ops, current, link);
  const std::vector<Address> addresses = current.addresses_of(link.name);
  restore_addresses(ops, addresses);
  for (const Route& route : current.routes) {
    if (route.uses(link.name) && lost(route.family) && !made_by_kernel(route, addresses) &&
        route.table != route_table::local)
      ops.emplace_back(AddRoute{.route = route, .how = RouteAdd::append});
  }
  for (const Neighbour& entry : current.neighbours) {
    if (entry.link == link.name && lost(entry.address.family) && !entry.proxy && entry.is_lasting())
      ops.emplace_back(AddNeighbour{entry});
  }
  return ops;
}

}  // namespace

void set_link_keeping(Plan& plan, const Snapshot& current, const Link& link,
                      const LinkSettings& wish) {
  const size_t steps = plan.steps.size();
  set_link(plan, link, wish);
  if (plan.steps.size() == steps)
    return;
  const LinkSettings set = difference(link.settings, wish);
  std::vector<Op>& undo = plan.steps.back().undo;
  if (set.up == false)
    append(undo, restore(current, link, Loss::down));
  else if (ends_ipv6(link.settings, set))
    append(undo, restore(current, link, Loss::ipv6));
}

void require_no_ipv6_loss(const Snapshot& current, const Link& link, uint32_t mtu) {
  if (!ends_ipv6(link.settings, {.mtu = mtu}))
    return;
  const bool makes_link_local = link.settings.addr_gen_mode != addr_gen_mode::none;
  for (const Address& address : current.addresses_of(link.name)) {
    const bool is_made = makes_link_local && address.local.is_link_local();
    if (address.local.family == Family::ipv6 && !is_made)
      throw Error("link " + link.name.quoted() + ": has " + address.prefix().str() +
                  ", which an MTU of " + std::to_string(mtu) + " would take away")
          .with_hint("IPv6 needs an MTU of at least " + std::to_string(min_ipv6_mtu));
  }
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Which link is the uplink of a bridge, and what has to be read to move what it carries.
#include "plan/uplink.hpp"

#include "plan/builder.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <algorithm>

namespace tapctl {
namespace {

bool contains(const std::vector<IfName>& names, const IfName& name) {
  return std::ranges::find(names, name) != names.end();
}

/// The uplink that is remembered, where this request is about it. Throws when it cannot get back
/// what is its own.
const Link* remembered_uplink(const Snapshot& current, const UnbridgeRequest& request,
                              const IfName& name) {
  const Link* uplink = current.find(name);
  if (uplink != nullptr && uplink->master() == request.bridge)
    return uplink;
  if (!takes_apart(current, request) || !has_own_addresses(current, request.bridge))
    return nullptr;
  const bool is_free = uplink != nullptr && uplink->master().empty();
  if (is_free || request.keep_bridge)
    return is_free ? uplink : nullptr;
  const std::string what =
      "bridge " + request.bridge.quoted() + ": has the addresses of " + name.quoted();
  if (uplink == nullptr)
    throw Error(what + ", which is not there any more")
        .with_hint("name the port that gets them: tapctl unbridge " +
                   printable(request.bridge.str()) + " PORT; without them: ip link del " +
                   printable(request.bridge.str()));
  throw Error(what + ", which is a port of " + uplink->master().quoted() + " now")
      .with_hint("release it first: ip link set " + printable(name.str()) + " nomaster");
}

/// Addresses of a port stop working, so it is its own that an uplink is named for.
void require_uplink_with_addresses(const Snapshot& current, const BridgeRequest& request) {
  if (request.no_move || has_own_addresses(current, *request.uplink))
    return;
  for (const IfName& name : request.ports) {
    const Link* port = current.find(name);
    const bool joins = port != nullptr && port->master() != request.bridge;
    if (joins && has_own_addresses(current, name))
      throw usage_error("uplink " + request.uplink->quoted() + ": has no addresses, and those of " +
                            name.quoted() + " would stop working",
                        "--uplink " + printable(name.str()) +
                            " moves them to the bridge, --no-move leaves them on the port");
  }
}

}  // namespace

bool has_own_addresses(const Snapshot& current, const IfName& link) {
  return std::ranges::any_of(current.addresses, [&](const Address& address) {
    return address.link == link && !address.local.is_link_local();
  });
}

const Link* find_uplink(const Snapshot& current, const BridgeRequest& request) {
  if (request.uplink) {
    require_uplink_with_addresses(current, request);
    return current.find(*request.uplink);
  }
  const Link* found = nullptr;
  for (const IfName& name : request.ports) {
    if (!has_own_addresses(current, name))
      continue;
    if (found != nullptr && !request.no_move)
      throw usage_error("ports " + found->name.quoted() + " and " + name.quoted() +
                            ": both have addresses, and only one can be the uplink",
                        "name it: --uplink " + printable(found->name.str()));
    found = current.find(name);
  }
  return found;
}

bool moves(const BridgeRequest& request, const Link* uplink, const Snapshot& current) {
  return uplink != nullptr && !request.no_move && has_own_addresses(current, uplink->name);
}

std::vector<const Link*> released_ports(const Snapshot& current, const UnbridgeRequest& request) {
  std::vector<const Link*> ports = current.ports_of(request.bridge);
  if (!request.ports.empty())
    std::erase_if(ports, [&](const Link* port) { return !contains(request.ports, port->name); });
  return ports;
}

bool takes_apart(const Snapshot& current, const UnbridgeRequest& request) {
  return released_ports(current, request).size() == current.ports_of(request.bridge).size();
}

const Link* find_uplink(const Snapshot& current, const UnbridgeRequest& request) {
  std::vector<const Link*> candidates = released_ports(current, request);
  std::erase_if(candidates, [](const Link* port) { return port->tun.has_value(); });
  const IfName remembered = memory_of(current, request.bridge).uplink;
  const bool is_replaced =
      request.ports.size() == 1 && candidates.size() == 1 && current.find(remembered) == nullptr;
  if (!remembered.empty() && !is_replaced)
    return remembered_uplink(current, request, remembered);
  if (!has_own_addresses(current, request.bridge) || candidates.empty())
    return nullptr;
  if (candidates.size() > 1)
    throw usage_error(
        "ports " + candidates[0]->name.quoted() + " and " + candidates[1]->name.quoted() +
            ": both could be the uplink of " + request.bridge.quoted(),
        "name the one that gets the addresses: tapctl unbridge " + printable(request.bridge.str()) +
            " " + printable(candidates[0]->name.str()));
  return candidates.front();
}

Scope bridge_scope(const BridgeRequest& request) {
  Scope scope;
  scope.links = request.ports;
  scope.links.push_back(request.bridge);
  scope.ports_of = {request.bridge};
  if (request.move_from)
    scope.links.push_back(*request.move_from);
  scope.addresses_of = scope.links;
  scope.neighbours_of = {request.bridge};
  scope.bridging = true;
  scope.bridge_nf = true;
  scope.all_bridges = request.nf != NfWish::keep;
  if (request.dhcp)
    scope.clients_of = scope.links;
  return scope;
}

std::optional<Scope> wider_bridge_scope(const BridgeRequest& request, const Snapshot& first) {
  for (const IfName& name : request.ports) {
    if (first.find(name) == nullptr) {
      Scope scope = bridge_scope(request);
      scope.all_links = true;  // for a hint
      return scope;
    }
  }
  const Link* uplink = find_uplink(first, request);
  const bool may_lose_ipv6 = request.mtu && *request.mtu < min_ipv6_mtu;
  if (!moves(request, uplink, first) && request.gateways.empty() && !may_lose_ipv6)
    return std::nullopt;
  Scope scope = bridge_scope(request);
  scope.configuration_of = {request.bridge};
  if (moves(request, uplink, first))
    scope.configuration_of.push_back(uplink->name);
  return scope;
}

Scope unbridge_scope(const UnbridgeRequest& request) {
  Scope scope;
  scope.links = request.ports;
  scope.links.push_back(request.bridge);
  scope.ports_of = {request.bridge};
  scope.addresses_of = {request.bridge};
  scope.bridge_nf = true;
  scope.all_bridges = true;
  return scope;
}

std::optional<Scope> wider_unbridge_scope(const UnbridgeRequest& request, const Snapshot& first) {
  const Link* bridge = first.find(request.bridge);
  Scope scope = unbridge_scope(request);
  if (bridge == nullptr || !bridge->bridge) {
    scope.all_links = true;  // for a hint
    return scope;
  }
  const BridgeMemory memory = memory_of(first, request.bridge);
  const IfName& remembered = memory.uplink;
  if (!memory.clients.empty())
    scope.clients_of = {request.bridge};
  if (remembered.empty() || first.find(remembered) != nullptr) {
    const Link* uplink = find_uplink(first, request);
    if (uplink == nullptr)
      return scope.clients_of.empty() ? std::nullopt : std::optional(scope);
    scope.configuration_of = {request.bridge, uplink->name};
  } else {  // it may be there and no port any more
    scope.configuration_of = {request.bridge, remembered};
  }
  scope.addresses_of.clear();
  if (!scope.clients_of.empty())
    scope.clients_of = scope.configuration_of;
  return scope;
}

}  // namespace tapctl

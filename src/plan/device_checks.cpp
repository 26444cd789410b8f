// SPDX-License-Identifier: MIT
// What is refused before a device is touched, and the words for it.
#include "plan/device_checks.hpp"

#include "util/text.hpp"

#include <cerrno>
#include <utility>
#include <vector>

namespace tapctl {
namespace {

constexpr uint32_t min_mtu = 68;
/// 65535 for what goes over the wire, less the Ethernet header of a tap (drivers/net/tun.c).
constexpr uint32_t max_mtu(TunMode mode) {
  return mode == TunMode::tap ? 65521 : 65535;
}

std::string device(const IfName& name) {
  return "device " + name.quoted();
}

void require_mtu(const IfName& name, TunMode mode, uint32_t mtu) {
  if (mtu >= min_mtu && mtu <= max_mtu(mode))
    return;
  throw usage_error(device(name) + ": mtu " + std::to_string(mtu) + " is out of range",
                    std::string("a ") + mode_name(mode) + " takes " + std::to_string(min_mtu) +
                        " to " + std::to_string(max_mtu(mode)));
}

bool joins(const DeviceWish& wish) {
  return wish.link.master && !wish.link.master->empty();
}

void require_free_port(const Link& link, const IfName& bridge) {
  if (link.master().empty() || link.master() == bridge)
    return;
  throw Error(device(link.name) + ": is a port of bridge " + link.master().quoted())
      .with_hint("tapctl unbridge " + printable(link.master().str()) + " " +
                 printable(link.name.str()) + " releases it");
}

/// Addresses on a port seem to work for some seconds and then do not: the bridge takes the replies.
void require_no_addresses(const Snapshot& current, const Link& link, const IfName& bridge) {
  if (link.master() == bridge)
    return;
  for (const Address& address : current.addresses_of(link.name)) {
    if (!address.local.is_link_local())
      throw Error(device(link.name) + ": has the address " + address.prefix().str() +
                  ", which does not work on a port")
          .with_hint("tapctl bridge " + printable(bridge.str()) + " " + printable(link.name.str()) +
                     " moves it onto the bridge");
  }
}

void require_possible_port(const Snapshot& current, const IfName& name, TunMode mode,
                           const Link* link, const IfName& bridge) {
  if (mode == TunMode::tun)
    throw Error(device(name) + ": is a tun (layer 3), and a bridge takes Ethernet ports only")
        .with_hint("make it a tap: --mode tap");
  if (link == nullptr)
    return;
  require_free_port(*link, bridge);
  require_no_addresses(current, *link, bridge);
}

/// As people and libvirt name taps.
bool looks_like_tap(const std::string& name) {
  return name.starts_with("tap") || name.starts_with("vnet");
}

/// `hint` is for a name that nothing nearly has.
Error missing(const Snapshot& current, const std::string& what, const IfName& name,
              const std::string& hint) {
  if (const auto other = current.other_names.find(name); other != current.other_names.end())
    return Error(what + " " + name.quoted() + ": is another name of " + other->second.quoted())
        .with_hint("tapctl takes the first name of a link alone");
  Error error = Error::from_errno(what + " " + name.quoted(), ENODEV);
  std::vector<std::string> names;
  names.reserve(current.links.size());
  for (const Link& link : current.links)
    names.push_back(link.name.str());
  const auto best = nearest(name.str(), names);
  return error.with_hint(best ? "did you mean " + quote(*best) + "?" : hint);
}

}  // namespace

Error missing_link(const Snapshot& current, const std::string& what, const IfName& name) {
  std::string hint = "`ip link` shows the links that exist";
  if (what == "device")
    hint = "tapctl list shows the devices";
  else if (what == "port" && looks_like_tap(name.str()))
    hint = "tapctl add " + printable(name.str()) + " creates a tap of that name";
  return missing(current, what, name, hint);
}

Error missing_device(const Snapshot& current, const IfName& name, const std::string& hint) {
  const bool is_pattern = name.str().find_first_of("*?[") != std::string::npos;
  return missing(current, "device", name,
                 is_pattern ? "--match " + quote(name.str()) + " takes all that match" : hint);
}

Error held_device(const Snapshot& current, const Link& device_link, std::string hint) {
  const auto found = current.holders.find(device_link.name);
  const std::string who =
      describe(found == current.holders.end() ? std::vector<Holder>{} : found->second);
  Error error = Error::from_errno(device(device_link.name) + ": " + who, EBUSY);
  error.with_hint(std::move(hint));
  return error;
}

void require_tun_kind(const Link& link) {
  if (link.tun)
    return;
  throw Error("link " + link.name.quoted() + ": is not a tun or tap device")
      .with_hint(link.bridge ? "tapctl unbridge is for bridges" : "ip link is for other links");
}

const Link& require_device(const Snapshot& current, const IfName& name) {
  const Link* link = current.find(name);
  if (link == nullptr)
    throw missing_link(current, "device", name);
  require_tun_kind(*link);
  return *link;
}

const Link& require_bridge(const Snapshot& current, const IfName& name, const std::string& hint) {
  const Link* link = current.find(name);
  if (link == nullptr)
    throw missing(current, "bridge", name, hint);
  if (!link->bridge)
    throw Error("link " + name.quoted() + ": is not a bridge")
        .with_hint(link->port ? "it is a port of " + link->master().quoted() : "");
  return *link;
}

void require_room(const Snapshot& current, const IfName& bridge, size_t count) {
  if (current.ports_of(bridge).size() + count > max_ports)
    throw Error("bridge " + bridge.quoted() + ": has room for " + std::to_string(max_ports) +
                " ports");
}

void require_possible(const Snapshot& current, const IfName& name, TunMode mode, const Link* link,
                      const DeviceWish& wish) {
  if (wish.link.mtu)
    require_mtu(name, mode, *wish.link.mtu);
  if (wish.link.mac && mode == TunMode::tun)
    throw usage_error(device(name) + ": a tun has no MAC address");
  if (joins(wish))
    require_possible_port(current, name, mode, link, *wish.link.master);
  const bool stays_port = link != nullptr && !link->master().empty() && !wish.link.master;
  if (!wish.addresses.empty() && (joins(wish) || stays_port))
    throw Error(device(name) + ": an address does not work on the port of a bridge")
        .with_hint("give it to the bridge: tapctl bridge BR PORT --address CIDR");
}

void require_consistent(const DeviceWish& wish) {
  constexpr size_t max_alias = 255;
  if (wish.link.alias && wish.link.alias->size() > max_alias)
    throw usage_error("alias: has " + std::to_string(wish.link.alias->size()) +
                      " bytes, 255 is the most");
  if (!wish.peer)
    return;
  if (wish.addresses.size() != 1)
    throw usage_error("peer " + wish.peer->str() + ": needs exactly one address");
  if (wish.addresses.front().address.family != wish.peer->family)
    throw usage_error("peer " + wish.peer->str() + ": is of another family than " +
                      wish.addresses.front().str());
}

}  // namespace tapctl

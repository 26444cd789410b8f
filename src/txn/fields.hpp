// SPDX-License-Identifier: MIT
// The members of everything that a journal holds, for txn/archive.hpp. A member that is missing
// here is lost in a journal; tests/unit/archive_test.cpp sets each of them and compares.
#pragma once

#include "plan/plan.hpp"

#include <tuple>

namespace tapctl {

inline auto fields(Mac& x) {
  return std::tie(x.bytes);
}
inline auto fields(IpAddress& x) {
  return std::tie(x.family, x.bytes);
}
inline auto fields(Prefix& x) {
  return std::tie(x.address, x.length);
}
inline auto fields(RawAttribute& x) {
  return std::tie(x.type, x.payload);
}
inline auto fields(TunDevice& x) {
  return std::tie(x.mode, x.owner, x.group, x.pi, x.vnet_hdr, x.multi_queue, x.persist, x.queues);
}
inline auto fields(Link& x) {
  return std::tie(x.name, x.ifindex, x.type, x.kind, x.settings, x.lower_ifindex, x.carrier,
                  x.operstate, x.permanent_mac, x.wireless, x.tun, x.bridge, x.port);
}
inline auto fields(Address& x) {
  return std::tie(x.link, x.local, x.prefixlen, x.peer, x.broadcast, x.scope, x.flags, x.label,
                  x.valid_lft, x.preferred_lft, x.metric, x.protocol, x.extra);
}
inline auto fields(NextHop& x) {
  return std::tie(x.link, x.gateway, x.onlink, x.weight, x.extra);
}
inline auto fields(Route& x) {
  return std::tie(x.family, x.destination, x.source, x.tos, x.table, x.type, x.scope, x.protocol,
                  x.metric, x.prefsrc, x.preference, x.expires, x.nexthop_id, x.metrics,
                  x.congestion_control, x.nexthops, x.extra);
}
inline auto fields(Rule& x) {
  return std::tie(x.family, x.priority, x.iif, x.oif, x.from, x.to, x.tos, x.action, x.invert,
                  x.table, x.fwmark, x.fwmask, x.protocol, x.extra);
}
inline auto fields(Neighbour& x) {
  return std::tie(x.link, x.address, x.lladdr, x.state, x.proxy, x.router, x.extern_learned,
                  x.managed, x.protocol);
}
inline auto fields(LinkLocalMemory& x) {
  return std::tie(x.prefix, x.flags, x.protocol);
}
inline auto fields(LinkMemory& x) {
  return std::tie(x.mac, x.mtu, x.addr_gen_mode, x.up, x.link_local);
}
inline auto fields(DhcpClient& x) {
  return std::tie(x.program, x.link, x.path, x.argv, x.pid);
}
inline auto fields(BridgeMemory& x) {
  return std::tie(x.uplink, x.ports, x.bridge, x.own, x.sysctls, x.nf_flags, x.clients,
                  x.static_ipv4);
}
inline auto fields(Holder& x) {
  return std::tie(x.pid, x.command, x.uid, x.user);
}
inline auto fields(Snapshot& x) {
  return std::tie(x.links, x.addresses, x.routes, x.rules, x.neighbours, x.sysctls, x.memory,
                  x.clients, x.holders);
}
inline auto fields(Scope& x) {
  return std::tie(x.links, x.ports_of, x.addresses_of, x.neighbours_of, x.configuration_of,
                  x.all_links, x.all_addresses, x.default_routes, x.bridging, x.bridge_nf,
                  x.all_bridges, x.clients_of, x.holders);
}

inline auto fields(CreateTun& x) {
  return std::tie(x.name, x.tun, x.one_queue);
}
inline auto fields(SetTun& x) {
  return std::tie(x.name, x.tun);
}
inline auto fields(HoldTun& x) {
  return std::tie(x.name, x.tun);
}
inline auto fields(ReleaseTun& x) {
  return std::tie(x.name);
}
inline auto fields(CreateBridge& x) {
  return std::tie(x.name, x.link, x.bridge);
}
inline auto fields(SetLink& x) {
  return std::tie(x.link, x.set);
}
inline auto fields(SetBridge& x) {
  return std::tie(x.bridge, x.set);
}
inline auto fields(SetPort& x) {
  return std::tie(x.port, x.set);
}
inline auto fields(DeleteLinks& x) {
  return std::tie(x.names);
}
inline auto fields(AddAddress& x) {
  return std::tie(x.address, x.dad);
}
inline auto fields(UpdateAddress& x) {
  return std::tie(x.address);
}
inline auto fields(DeleteAddress& x) {
  return std::tie(x.address);
}
inline auto fields(AddRoute& x) {
  return std::tie(x.route, x.how);
}
inline auto fields(DeleteRoute& x) {
  return std::tie(x.route);
}
inline auto fields(AddRule& x) {
  return std::tie(x.rule);
}
inline auto fields(DeleteRule& x) {
  return std::tie(x.rule);
}
inline auto fields(AddNeighbour& x) {
  return std::tie(x.neighbour);
}
inline auto fields(DeleteNeighbour& x) {
  return std::tie(x.neighbour);
}
inline auto fields(SetSysctl& x) {
  return std::tie(x.path, x.value);
}
inline auto fields(Remember& x) {
  return std::tie(x.bridge, x.memory);
}
inline auto fields(Forget& x) {
  return std::tie(x.bridge);
}

inline auto fields(AppliedPort& x) {
  return std::tie(x.ifindex, x.bridge, x.bridge_ifindex);
}
inline auto fields(Applied& x) {
  return std::tie(x.devices, x.bridges, x.ports);
}
inline auto fields(KeepApplied& x) {
  return std::tie(x.file, x.applied);
}

inline auto fields(EndClient& x) {
  return std::tie(x.client);
}
inline auto fields(StartClient& x) {
  return std::tie(x.client, x.successor_of);
}

inline auto fields(Step& x) {
  return std::tie(x.ops, x.undo, x.settles);
}
inline auto fields(Change& x) {
  return std::tie(x.subject, x.attribute, x.before, x.after);
}
inline auto fields(Moved& x) {
  return std::tie(x.from, x.to);
}
inline auto fields(Plan& x) {
  return std::tie(x.steps, x.changes, x.names, x.moved, x.hints);
}

}  // namespace tapctl

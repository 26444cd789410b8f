// SPDX-License-Identifier: MIT
// What was read of one network namespace, and what to read.
#pragma once

#include "model/address.hpp"
#include "model/bridge_state.hpp"
#include "model/dhcp_client.hpp"
#include "model/link.hpp"
#include "model/route.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tapctl {

/// What a request can touch, and so what has to be read. Names that do not exist are no error.
struct Scope {
  std::vector<IfName> links;
  std::vector<IfName> ports_of;      ///< read the ports of these bridges too
  std::vector<IfName> addresses_of;  ///< read the addresses of these links
  std::vector<IfName> neighbours_of;
  /// Everything a move can touch: addresses, neighbours and per-link sysctls of these links, and
  /// all routes and rules of the namespace (the order among equal keys has to be kept).
  std::vector<IfName> configuration_of;
  bool all_links = false;
  bool all_addresses = false;
  bool default_routes = false;  ///< of table main
  bool bridging = false;        ///< fill Link::wireless, and read the uppers of `links`
  bool bridge_nf = false;       ///< the bridge-nf sysctls
  bool all_bridges = false;
  std::optional<std::string> applied;  ///< what `apply` of this file made; not kept in a journal
  /// DHCP clients of these links, which are installed, and whether one can be started at all.
  std::vector<IfName> clients_of;
  /// For commands that only read; not kept in a journal.
  bool tun_flags = false;               ///< fill Snapshot::tun_flags
  bool spanning_tree = false;           ///< fill bridge_trees and port_trees
  std::optional<IfName> forwarding_of;  ///< the forwarding table of this bridge
  bool holders = false;  ///< who has the devices open, where one of them is held at all
};

/// An IPv6 link-local address that a port had.
struct LinkLocalMemory {
  Prefix prefix;
  uint32_t flags = 0;  ///< address_flag::settable ones
  std::optional<uint8_t> protocol;
  bool operator==(const LinkLocalMemory&) const = default;
};

/// What a link was before `bridge` changed it. Absent: it was not changed.
struct LinkMemory {
  std::optional<Mac> mac;
  std::optional<uint32_t> mtu;  ///< bytes
  std::optional<uint8_t> addr_gen_mode;
  std::optional<bool> up;
  std::vector<LinkLocalMemory> link_local;  ///< in the order of the dump: the newest first
  bool operator==(const LinkMemory&) const = default;
};

/// What tapctl has to remember of a bridge that it built, since nothing in the kernel tells it:
/// kept in /run/tapctl until `unbridge`.
struct BridgeMemory {
  IfName uplink;  ///< empty: no uplink was moved
  std::map<IfName, LinkMemory> ports;
  /// The bridge itself, where it was there before an uplink was moved to it.
  std::optional<LinkMemory> bridge;
  /// What is the bridge's own and not the uplink's, as identity_of (plan/retarget.hpp) names it:
  /// what it had before, and what --address and --gateway gave it.
  std::set<std::string> own;
  std::map<std::string, std::string> sysctls;  ///< path to value: bridge-nf and links, from before
  std::map<IfName, Bridge> nf_flags;           ///< other bridges' nf_call_* from before
  std::vector<DhcpClient> clients;             ///< of the uplink, to be started there again
  /// Present where `clients` were started though none ran: the IPv4 addresses without an end that
  /// were there before them.
  std::optional<std::vector<Prefix>> static_ipv4;
  bool operator==(const BridgeMemory&) const = default;
};

/// A port of a bridge that was there before.
struct AppliedPort {
  int ifindex = 0;
  IfName bridge;
  int bridge_ifindex = 0;
  bool operator==(const AppliedPort&) const = default;
};

/// What `apply` of one file made: kept in /run/tapctl until `down`. An ifindex is 0 while it is not
/// known.
struct Applied {
  std::map<IfName, int> devices;  ///< to ifindex
  std::map<IfName, int> bridges;  ///< likewise
  std::map<IfName, AppliedPort> ports;
  bool operator==(const Applied&) const = default;
};

/// A process that has a tun/tap device open.
struct Holder {
  int pid = 0;
  std::string command;  ///< its comm or argv[0], any bytes
  uint32_t uid = 0;
  std::string user;  ///< the name of `uid`, empty when it has none
  bool operator==(const Holder&) const = default;
};

/// "is held by process 812 (qemu-system-x86) of user brezular, process 813 (...) ..."; where no
/// holder could be found, that there is one all the same.
std::string describe(const std::vector<Holder>& holders);

struct Snapshot {
  std::vector<Link> links;         ///< by ifindex
  std::vector<Address> addresses;  ///< in the order of the dump
  std::vector<Route> routes;       ///< in the order of the dump
  std::vector<Rule> rules;         ///< in the order of the dump
  std::vector<Neighbour> neighbours;
  std::map<std::string, std::string> sysctls;  ///< path below /proc/sys to value
  std::map<IfName, BridgeMemory> memory;       ///< of the bridges among `links`
  std::map<IfName, IfName> other_names;        ///< alternative names of `links`; in no journal

  std::vector<DhcpClient> clients;
  std::map<DhcpProgram, std::string> client_programs;  ///< to the path of its executable
  std::map<IfName, std::string> dhcp_managers;         ///< links that such a program configures
  bool is_host_going_down = false;                     ///< so that systemd starts nothing any more

  std::map<IfName, std::vector<Holder>> holders;
  /// IFF_* of linux/if_tun.h that a tun or tap device has, one_queue and NAPI too, which rtnetlink
  /// does not tell. Without a device of which sysfs cannot be read (kernel/sysfs.hpp).
  std::map<IfName, uint32_t> tun_flags;
  std::map<IfName, BridgeTree> bridge_trees;
  std::map<IfName, PortTree> port_trees;
  std::vector<ForwardingEntry> forwarding;
  Applied applied;
  size_t unseen_processes = 0;  ///< that may hold devices too: the caller may not look into them

  [[nodiscard]] const Link* find(const IfName& name) const;
  [[nodiscard]] const Link* find(int ifindex) const;
  /// Those of `names` that exist, in that order; for many names faster than find().
  [[nodiscard]] std::vector<const Link*> find_all(const std::vector<IfName>& names) const;
  [[nodiscard]] std::vector<Address> addresses_of(const IfName& link) const;
  [[nodiscard]] std::vector<const Link*> ports_of(const IfName& bridge) const;
};

/// What `link` carries: its addresses, routes, rules and neighbours.
Snapshot carried_by(const Snapshot& snapshot, const IfName& link);

/// Everything else.
Snapshot without_carried_by(Snapshot snapshot, const IfName& link);

/// The addresses as far as they count when snapshots are compared. The kernel makes and renews IPv6
/// temporary ones itself. How long an IPv4 one is valid is up to a DHCP client: dhclient that is
/// started beside its address says so with the next renewal only.
std::vector<Address> lasting_addresses(const Snapshot& snapshot);

/// What differs between two snapshots of the same scope, a line for each, such as
/// "address 172.16.1.2/16 on 'eth0': gone"; empty when they mean the same. Remaining lifetimes,
/// learnt neighbours, carrier and attached queues do not count: they change by themselves.
std::vector<std::string> semantic_difference(const Snapshot& before, const Snapshot& after);

}  // namespace tapctl

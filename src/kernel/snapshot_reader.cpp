// SPDX-License-Identifier: MIT
// Joins the dumps of rtnetlink, the sysctls, the memory and the holders into a Snapshot.
#include "kernel/snapshot_reader.hpp"

#include "kernel/applied.hpp"
#include "kernel/dhcp_clients.hpp"
#include "kernel/holders.hpp"
#include "kernel/managers.hpp"
#include "kernel/memory.hpp"
#include "kernel/rtnl_address.hpp"
#include "kernel/rtnl_bridge.hpp"
#include "kernel/rtnl_link.hpp"
#include "kernel/rtnl_neighbour.hpp"
#include "kernel/rtnl_route.hpp"
#include "kernel/rtnl_rule.hpp"
#include "kernel/sysctl.hpp"
#include "kernel/sysfs.hpp"
#include "kernel/wireless.hpp"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <set>

namespace tapctl {
namespace {

constexpr std::array families = {Family::ipv4, Family::ipv6};

class Reader {
 public:
  Reader(nl::Socket& socket, Names& names, const Scope& scope)
      : socket_(socket), names_(names), scope_(scope) {}

  Snapshot read();

 private:
  void read_links();
  void read_link(const IfName& name);
  void read_dump(const nl::Message& request);
  void read_ports(const IfName& bridge);
  void read_bridges();
  void read_uppers(const char* kind);
  void keep(const nl::Received& object);
  void fill_wireless();
  void read_addresses();
  void read_configuration();
  void read_neighbours();
  void read_neighbours(const IfName& name);
  void read_routes(uint32_t table);
  void read_rules();
  void read_memories();
  void read_forwarding(const IfName& bridge);
  void read_tun_flags();
  void read_holders();
  void read_dhcp_managers();

  /// A dump that may be empty because the namespace lacks the family, the table or the link.
  std::vector<nl::Received> dump_if_any(const nl::Message& request);
  [[nodiscard]] const Link* find(const IfName& name) const;

  nl::Socket& socket_;
  Names& names_;
  const Scope& scope_;
  std::map<int, Link> links_;
  Snapshot result_;
};

Snapshot Reader::read() {
  names_.refresh();
  read_links();
  if (scope_.bridging)
    fill_wireless();
  read_addresses();
  read_neighbours();
  if (!scope_.configuration_of.empty())
    read_configuration();
  else if (scope_.default_routes)
    read_routes(route_table::main);
  if (scope_.bridge_nf)
    result_.sysctls.merge(read_bridge_nf());
  read_memories();
  if (scope_.applied)
    result_.applied = read_applied(*scope_.applied);
  if (!scope_.clients_of.empty()) {
    result_.clients = find_dhcp_clients({scope_.clients_of.begin(), scope_.clients_of.end()});
    result_.client_programs = installed_dhcp_programs();
    result_.is_host_going_down = is_host_going_down();
    read_dhcp_managers();
  }
  if (scope_.forwarding_of)
    read_forwarding(*scope_.forwarding_of);
  if (scope_.tun_flags)
    read_tun_flags();
  if (scope_.holders)
    read_holders();
  result_.links.reserve(links_.size());
  while (!links_.empty())
    result_.links.push_back(std::move(links_.extract(links_.begin()).mapped()));
  return std::move(result_);
}

void Reader::read_links() {
  if (scope_.all_links) {
    read_dump(dump_links_request());
    return;
  }
  std::set<IfName> wanted;
  for (const auto* names :
       {&scope_.links, &scope_.ports_of, &scope_.addresses_of, &scope_.configuration_of})
    wanted.insert(names->begin(), names->end());
  for (const IfName& name : wanted)
    read_link(name);
  for (const IfName& bridge : scope_.ports_of)
    read_ports(bridge);
  if (scope_.all_bridges)
    read_bridges();
  if (scope_.bridging)
    for (const char* kind : upper_kinds)
      read_uppers(kind);
}

void Reader::read_link(const IfName& name) {
  if (const auto answer = socket_.get(get_link_request(name)))
    keep(*answer);
}

void Reader::read_dump(const nl::Message& request) {
  for (nl::Received& object : socket_.dump(request)) {
    keep(object);
    object = {};  // 10,000 of them, and 10,000 links, need not be there together
  }
}

void Reader::read_ports(const IfName& bridge) {
  if (const Link* link = find(bridge))
    read_dump(dump_ports_request(link->ifindex));
}

/// Where the kernel knows no such kind, it sends every link: the first one of another kind tells.
std::vector<nl::Received> dump_kind(nl::Socket& socket, const char* kind) {
  return socket.dump_while(dump_kind_request(kind), [&](const nl::Received& object) {
    return read_link_id(object.payload).kind == kind;
  });
}

void Reader::read_bridges() {
  for (const nl::Received& object : dump_kind(socket_, "bridge"))
    keep(object);
}

void Reader::read_uppers(const char* kind) {
  for (const nl::Received& object : dump_kind(socket_, kind)) {
    const auto upper = decode_link(object.payload, names_);
    if (upper && links_.contains(upper->lower_ifindex))
      keep(object);
  }
}

void Reader::keep(const nl::Received& object) {
  if (object.type != RTM_NEWLINK)
    return;
  auto link = decode_link(object.payload, names_);
  if (!link)
    return;
  names_.saw(link->name, link->ifindex);
  for (const IfName& other : read_other_names(object.payload))
    result_.other_names[other] = link->name;
  if (scope_.spanning_tree) {
    if (const auto tree = decode_bridge_tree(object.payload))
      result_.bridge_trees[link->name] = *tree;
    if (const auto tree = decode_port_tree(object.payload))
      result_.port_trees[link->name] = *tree;
  }
  links_.insert_or_assign(link->ifindex, std::move(*link));
}

void Reader::fill_wireless() {
  for (auto& [ifindex, link] : links_)
    if (link.kind.empty() && link.type == LinkType::ethernet)
      link.wireless = is_unbridgeable_wireless(ifindex);
}

const Link* Reader::find(const IfName& name) const {
  const auto found =
      std::ranges::find_if(links_, [&](const auto& entry) { return entry.second.name == name; });
  return found == links_.end() ? nullptr : &found->second;
}

std::vector<nl::Received> Reader::dump_if_any(const nl::Message& request) {
  try {
    return socket_.dump(request);
  } catch (const Error& error) {
    static constexpr std::array nothing_there = {ENOENT, ENODEV, EAFNOSUPPORT, EOPNOTSUPP};
    if (std::ranges::find(nothing_there, error.errnum) != nothing_there.end())
      return {};
    throw;
  }
}

void Reader::read_addresses() {
  std::set<int> wanted;
  for (const auto* names : {&scope_.addresses_of, &scope_.configuration_of})
    for (const IfName& name : *names)
      if (const Link* link = find(name))
        wanted.insert(link->ifindex);
  if (scope_.all_addresses)
    wanted = {0};  // which stands for every link
  for (const int ifindex : wanted)
    for (const nl::Received& object : dump_if_any(dump_addresses_request(ifindex)))
      if (auto address = decode_address(object.payload, names_))
        result_.addresses.push_back(std::move(*address));
}

void Reader::read_configuration() {
  for (const IfName& name : scope_.configuration_of) {
    result_.sysctls.merge(read_link_sysctls(name));
  }
  result_.sysctls.merge(read_link_sysctls(IfName::from_kernel("default")));
  read_routes(0);
  read_rules();
}

/// Those that mean something elsewhere: a lookup that is under way or has failed does not.
bool is_worth_keeping(const Neighbour& neighbour) {
  return neighbour.is_lasting() || !neighbour.lladdr.empty() ||
         (neighbour.state & neighbour_state::noarp) != 0;
}

void Reader::read_neighbours() {
  std::set<IfName> wanted(scope_.neighbours_of.begin(), scope_.neighbours_of.end());
  wanted.insert(scope_.configuration_of.begin(), scope_.configuration_of.end());
  for (const IfName& name : wanted)
    read_neighbours(name);
}

void Reader::read_neighbours(const IfName& name) {
  const Link* link = find(name);
  if (link == nullptr)
    return;
  for (const NeighbourKind kind : {NeighbourKind::learnt, NeighbourKind::proxy})
    for (const nl::Received& object : dump_if_any(dump_neighbours_request(link->ifindex, kind))) {
      auto neighbour = decode_neighbour(object.payload, names_);
      if (neighbour && neighbour->link == name && is_worth_keeping(*neighbour))
        result_.neighbours.push_back(std::move(*neighbour));
    }
}

/// Table 0 stands for all routes of all tables, another one for its default routes.
void Reader::read_routes(uint32_t table) {
  for (const Family family : families)
    for (const nl::Received& object : dump_if_any(dump_routes_request(family, table))) {
      auto route = decode_route(object.payload, names_);
      if (!route || route->family != family)
        continue;
      if (table == 0 || (route->table == table && route->destination.length == 0))
        result_.routes.push_back(std::move(*route));
    }
}

void Reader::read_rules() {
  for (const Family family : families)
    for (const nl::Received& object : dump_if_any(dump_rules_request(family)))
      if (auto rule = decode_rule(object.payload); rule && rule->family == family)
        result_.rules.push_back(std::move(*rule));
}

void Reader::read_memories() {
  for (const auto& [ifindex, link] : links_)
    if (link.bridge)
      if (auto memory = read_memory(ifindex))
        result_.memory.emplace(link.name, std::move(*memory));
}

void Reader::read_forwarding(const IfName& bridge) {
  const Link* link = find(bridge);
  if (link == nullptr)
    return;
  const int ifindex = link->ifindex;
  for (const nl::Received& object : socket_.dump(dump_forwarding_request(ifindex))) {
    if (const auto entry = decode_forwarding(object.payload, ifindex, names_))
      result_.forwarding.push_back(*entry);
  }
}

void Reader::read_tun_flags() {
  const Sysfs sysfs;
  for (const auto& [ifindex, link] : links_) {
    if (!link.tun)
      continue;
    if (const auto text = sysfs.read(link, "tun_flags"))
      result_.tun_flags[link.name] =
          static_cast<uint32_t>(std::strtoul(text->c_str(), nullptr, 16));
  }
}

void Reader::read_dhcp_managers() {
  std::vector<Link> links;
  for (const auto& [ifindex, link] : links_) {
    if (std::ranges::find(scope_.clients_of, link.name) != scope_.clients_of.end())
      links.push_back(link);
  }
  std::vector<Unseen> unseen;
  for (const ManagedLink& managed : find_managed_links(links, unseen)) {
    if (managed.renderer == ManagerKind::network_manager)
      result_.dhcp_managers.emplace(managed.link, "NetworkManager");
    else if (managed.renderer == ManagerKind::networkd)
      result_.dhcp_managers.emplace(managed.link, "systemd-networkd");
  }
}

void Reader::read_holders() {
  std::vector<IfName> held;
  for (const auto& [ifindex, link] : links_)
    if (link.tun && link.tun->queues > 0)
      held.push_back(link.name);
  if (held.empty())
    return;
  FoundHolders found = find_holders(held);
  result_.holders = std::move(found.of);
  result_.unseen_processes = found.unseen;
}

}  // namespace

Snapshot read_snapshot(nl::Socket& socket, Names& names, const Scope& scope) {
  return Reader(socket, names, scope).read();
}

}  // namespace tapctl

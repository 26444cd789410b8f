// SPDX-License-Identifier: MIT
// What differs in meaning between two snapshots.
//
// Objects are paired by what identifies them (an address by link, address, length and peer; a route
// by its key in the table), then compared. What the kernel chooses anew (ifindexes) or changes by
// itself (remaining lifetimes, carrier, learnt neighbours) is left out. Order counts where the
// kernel gives it a meaning: among the addresses of a link (which is primary, which is the source),
// among routes with the same key, and among rules.
#include "model/missing.hpp"
#include "model/setting_text.hpp"
#include "model/settings.hpp"
#include "model/snapshot.hpp"
#include "util/text.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>
#include <span>
#include <utility>

namespace tapctl {
namespace {

using Lines = std::vector<std::string>;

void compare_text(Lines& lines, const std::string& subject, const std::string& what,
                  const std::string& before, const std::string& after) {
  if (before == after)
    return;
  const auto shown = [](const std::string& text) {
    return text.empty() ? std::string("none") : printable(text);
  };
  lines.push_back(subject + ": " + what + " " + shown(before) + " is now " + shown(after));
}

template <Settings T>
void compare_settings(Lines& lines, const std::string& subject, const T& before, const T& after) {
  for_each_field<T>([&](const char* name, auto member) {
    compare_text(lines, subject, name, setting_text(name, before.*member),
                 setting_text(name, after.*member));
  });
}

void compare_tun(Lines& lines, const std::string& subject, const TunDevice& before,
                 const TunDevice& after) {
  const auto mode = [](TunMode value) { return value == TunMode::tun ? "tun" : "tap"; };
  const auto flag = [&](const char* name, bool TunDevice::*member) {
    compare_text(lines, subject, name, setting_text(name, before.*member),
                 setting_text(name, after.*member));
  };
  compare_text(lines, subject, "mode", mode(before.mode), mode(after.mode));
  compare_text(lines, subject, "owner", setting_text("owner", before.owner),
               setting_text("owner", after.owner));
  compare_text(lines, subject, "group", setting_text("group", before.group),
               setting_text("group", after.group));
  flag("pi", &TunDevice::pi);
  flag("vnet_hdr", &TunDevice::vnet_hdr);
  flag("multi_queue", &TunDevice::multi_queue);
  flag("persist", &TunDevice::persist);
}

void compare_link(Lines& lines, const Link& before, const Link& after) {
  const std::string subject = "link " + before.name.quoted();
  compare_text(lines, subject, "kind", before.kind, after.kind);
  compare_settings(lines, subject, before.settings, after.settings);
  compare_settings(lines, subject, before.bridge.value_or(Bridge{}),
                   after.bridge.value_or(Bridge{}));
  compare_settings(lines, subject, before.port.value_or(Port{}), after.port.value_or(Port{}));
  if (before.tun && after.tun)
    compare_tun(lines, subject, *before.tun, *after.tun);
}

void compare_links(Lines& lines, const Snapshot& before, const Snapshot& after) {
  for (const Link& link : before.links) {
    if (const Link* now = after.find(link.name); now != nullptr)
      compare_link(lines, link, *now);
    else
      lines.push_back("link " + link.name.quoted() + ": gone");
  }
  for (const Link& link : after.links) {
    if (before.find(link.name) == nullptr)
      lines.push_back("link " + link.name.quoted() + ": new");
  }
}

/// Two lists without the front and the back that they have in common. Usually nothing is left, and
/// a routing table can be long.
template <class T>
struct Middle {
  std::span<const T> before;
  std::span<const T> after;
};

template <class T, class Same>
Middle<T> middle(std::span<const T> before, std::span<const T> after, Same same) {
  const size_t most = std::min(before.size(), after.size());
  size_t front = 0;
  while (front < most && same(before[front], after[front]))
    ++front;
  size_t back = 0;
  while (back < most - front &&
         same(before[before.size() - 1 - back], after[after.size() - 1 - back]))
    ++back;
  return {before.subspan(front, before.size() - front - back),
          after.subspan(front, after.size() - front - back)};
}

/// Where both lists have the same items, but in another order, among those for which `alike`.
template <class T, class Same, class Alike>
bool reordered(const Middle<T>& lists, Same same, Alike alike) {
  std::vector<const T*> left;
  std::vector<const T*> right;
  const auto collect = [&](std::span<const T> from, std::span<const T> other, auto& into) {
    for (const T& item : from) {
      if (alike(item) && std::ranges::any_of(other, [&](const T& o) { return same(item, o); }))
        into.push_back(&item);
    }
  };
  collect(lists.before, lists.after, left);
  collect(lists.after, lists.before, right);
  return !std::ranges::equal(left, right, [&](const T* a, const T* b) { return same(*a, *b); });
}

const char* family_name(Family family) {
  return family == Family::ipv4 ? "IPv4" : "IPv6";
}

std::string subject_of(const Address& address) {
  const std::string peer = address.peer ? " peer " + address.peer->str() : std::string();
  return "address " + address.prefix().str() + peer + " on " + address.link.quoted();
}

void compare_addresses(Lines& lines, const Snapshot& before, const Snapshot& after) {
  const std::vector<Address> addresses_before = lasting_addresses(before);
  const std::vector<Address> addresses_after = lasting_addresses(after);
  const auto lists = middle<Address>(addresses_before, addresses_after, same_address);
  for (const Address* address : missing(lists.before, lists.after, same_place))
    lines.push_back(subject_of(*address) + ": gone");
  for (const Address* address : missing(lists.after, lists.before, same_place))
    lines.push_back(subject_of(*address) + ": new");
  std::set<std::pair<IfName, Family>> seen;
  for (const Address& address : lists.before) {
    const auto now = std::ranges::find_if(
        lists.after, [&](const Address& other) { return same_place(address, other); });
    if (now != lists.after.end() && !same_address(address, *now))
      lines.push_back(subject_of(address) + ": changed");
    if (!seen.insert({address.link, address.local.family}).second)
      continue;
    const auto alike = [&](const Address& other) {
      return other.link == address.link && other.local.family == address.local.family;
    };
    if (reordered(lists, same_place, alike))
      lines.push_back(std::string(family_name(address.local.family)) + " addresses on " +
                      address.link.quoted() + ": order changed");
  }
}

std::string subject_of(const Route& route) {
  std::string text =
      "route " + (route.destination.length == 0 ? "default" : route.destination.str());
  for (const NextHop& hop : route.nexthops) {
    if (hop.gateway)
      text += " via " + hop.gateway->str();
    if (!hop.link.empty())
      text += " dev " + hop.link.quoted();
  }
  return text + " table " + std::to_string(route.table);
}

/// The kernel keeps the local table itself, and fills it for IPv6 some time after the address.
std::vector<Route> without_local(std::vector<Route> routes) {
  std::erase_if(routes, [](const Route& route) {
    return route.table == route_table::local && route.protocol == route_protocol::kernel;
  });
  return routes;
}

/// Of what a router advertises, one, and that without what differs where it was moved (see
/// plan/advertised_routes): the kernel puts its own beside it whenever an advertisement comes.
std::vector<Route> without_twins(std::vector<Route> routes) {
  std::vector<Route> result;
  for (Route& route : routes) {
    const auto is_twin = [&](const Route& other) { return same_advertisement(route, other); };
    if (std::ranges::any_of(result, is_twin))
      continue;
    if (route.is_advertised()) {
      route.metric = 0;
      route.metrics.clear();
      route.preference.reset();
    }
    result.push_back(std::move(route));
  }
  return result;
}

void compare_routes(Lines& lines, const Snapshot& before, const Snapshot& after) {
  const std::vector<Route> routes_before = without_twins(without_local(before.routes));
  const std::vector<Route> routes_after = without_twins(without_local(after.routes));
  const auto lists = middle<Route>(routes_before, routes_after, same_route);
  for (const Route* route : missing(lists.before, lists.after, same_route))
    lines.push_back(subject_of(*route) + ": gone");
  for (const Route* route : missing(lists.after, lists.before, same_route))
    lines.push_back(subject_of(*route) + ": new");
  std::vector<RouteKey> seen;
  for (const Route& route : lists.before) {
    const auto key = route_key(route);
    // The kernel has its own IPv6 prefix routes (fe80::/64 on every link) in whatever order, and
    // takes turns among them. Of IPv4 ones, the first one counts.
    const auto alike = [&](const Route& other) {
      return route_key(other) == key &&
             (other.family == Family::ipv4 || other.protocol != route_protocol::kernel);
    };
    if (std::ranges::find(seen, key) != seen.end())
      continue;
    seen.push_back(key);
    if (reordered(lists, same_route, alike))
      lines.push_back(subject_of(route) + ": order changed");
  }
}

void compare_rules(Lines& lines, const Snapshot& before, const Snapshot& after) {
  const auto lists = middle<Rule>(before.rules, after.rules, std::equal_to<>());
  const auto subject = [](const Rule& rule) {
    return std::string(family_name(rule.family)) + " rule " + std::to_string(rule.priority);
  };
  for (const Rule* rule : missing(lists.before, lists.after, std::equal_to<>()))
    lines.push_back(subject(*rule) + ": gone");
  for (const Rule* rule : missing(lists.after, lists.before, std::equal_to<>()))
    lines.push_back(subject(*rule) + ": new");
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const auto alike = [&](const Rule& rule) { return rule.family == family; };
    if (reordered(lists, std::equal_to<>(), alike))
      lines.push_back(std::string(family_name(family)) + " rules: order changed");
  }
}

/// Those that somebody made: learnt ones come and go.
std::vector<Neighbour> lasting_neighbours(const Snapshot& snapshot) {
  std::vector<Neighbour> result;
  std::ranges::copy_if(snapshot.neighbours, std::back_inserter(result),
                       [](const Neighbour& entry) { return entry.is_lasting(); });
  return result;
}

void compare_neighbours(Lines& lines, const Snapshot& before, const Snapshot& after) {
  const auto subject = [](const Neighbour& entry) {
    return (entry.proxy ? "proxy neighbour " : "neighbour ") + entry.address.str() + " on " +
           entry.link.quoted();
  };
  const auto left = lasting_neighbours(before);
  const auto right = lasting_neighbours(after);
  for (const Neighbour* entry : missing<Neighbour>(left, right, same_neighbour))
    lines.push_back(subject(*entry) + ": gone");
  for (const Neighbour* entry : missing<Neighbour>(right, left, same_neighbour))
    lines.push_back(subject(*entry) + ": new");
}

void compare_sysctls(Lines& lines, const Snapshot& before, const Snapshot& after) {
  const auto value = [](const Snapshot& snapshot, const std::string& path) {
    const auto found = snapshot.sysctls.find(path);
    return found == snapshot.sysctls.end() ? std::string() : found->second;
  };
  for (const auto& [path, text] : before.sysctls)
    compare_text(lines, "sysctl " + printable(path), "value", text, value(after, path));
  for (const auto& [path, text] : after.sysctls) {
    if (!before.sysctls.contains(path))
      compare_text(lines, "sysctl " + printable(path), "value", "", text);
  }
}

void compare_memory(Lines& lines, const Snapshot& before, const Snapshot& after) {
  const auto kept = [](const Snapshot& snapshot, const IfName& bridge) {
    const auto found = snapshot.memory.find(bridge);
    return found == snapshot.memory.end() ? std::nullopt : std::optional(found->second);
  };
  std::vector<IfName> bridges;
  for (const auto& entry : before.memory)
    bridges.push_back(entry.first);
  for (const auto& entry : after.memory) {
    if (!before.memory.contains(entry.first))
      bridges.push_back(entry.first);
  }
  for (const IfName& bridge : bridges) {
    if (kept(before, bridge) != kept(after, bridge))
      lines.push_back("what is kept of bridge " + bridge.quoted() + ": changed");
  }
}

void compare_clients(Lines& lines, const Snapshot& before, const Snapshot& after) {
  const auto subject = [](const DhcpClient& client) {
    return std::string(dhcp_program_name(client.program)) + " on " + client.link.quoted();
  };
  for (const DhcpClient* client : missing<DhcpClient>(before.clients, after.clients, same_client))
    lines.push_back(subject(*client) + ": gone");
  for (const DhcpClient* client : missing<DhcpClient>(after.clients, before.clients, same_client))
    lines.push_back(subject(*client) + ": new");
}

}  // namespace

std::vector<Address> lasting_addresses(const Snapshot& snapshot) {
  std::vector<Address> addresses = snapshot.addresses;
  std::erase_if(addresses, [](const Address& address) { return address.is_temporary(); });
  for (Address& address : addresses) {
    if (address.local.family == Family::ipv4 &&
        std::ranges::find(snapshot.clients, address.link, &DhcpClient::link) !=
            snapshot.clients.end()) {
      address.valid_lft.reset();
      address.preferred_lft.reset();
    }
  }
  return addresses;
}

std::vector<std::string> semantic_difference(const Snapshot& before, const Snapshot& after) {
  Lines lines;
  compare_links(lines, before, after);
  compare_addresses(lines, before, after);
  compare_routes(lines, before, after);
  compare_rules(lines, before, after);
  compare_neighbours(lines, before, after);
  compare_sysctls(lines, before, after);
  compare_memory(lines, before, after);
  compare_clients(lines, before, after);
  return lines;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Compares what a plan asked for with what is there afterwards.
//
// Of a link that the plan did not create and that was not read, nothing can be said.
#include "model/setting_text.hpp"
#include "model/settings.hpp"
#include "plan/expected.hpp"
#include "plan/plan.hpp"
#include "util/text.hpp"

#include <algorithm>
#include <set>

namespace tapctl {
namespace {

using Lines = std::vector<std::string>;

/// Names of the links that were read; Snapshot::find would cost a pass for each.
std::set<IfName> names_of(const Snapshot& snapshot) {
  std::set<IfName> names;
  for (const Link& link : snapshot.links)
    names.insert(link.name);
  return names;
}

template <Settings T>
void compare_settings(Lines& lines, const IfName& name, const T& wanted, const T& found) {
  for_each_field<T>([&](const char* field, auto member) {
    // Absent is unknown: no IPv6 on the link, an attribute that this kernel does not have.
    if (wanted.*member && found.*member && wanted.*member != found.*member)
      lines.push_back("link " + name.quoted() + ": " + field + " is " +
                      quote(setting_text(field, found.*member)) + ", not " +
                      quote(setting_text(field, wanted.*member)));
  });
}

void compare_tun(Lines& lines, const IfName& name, const TunDevice& wanted, const Link& found) {
  const std::string device = "device " + name.quoted();
  if (!found.tun) {
    lines.push_back(device + ": is not a tun or tap device");
    return;
  }
  const auto check = [&](const char* what, bool agrees) {
    if (!agrees)
      lines.push_back(device + ": " + what + " is not as asked for");
  };
  check("mode", found.tun->mode == wanted.mode);
  check("multi_queue", found.tun->multi_queue == wanted.multi_queue);
  // An absent owner or group is one that was not asked for.
  check("owner", !wanted.owner || found.tun->owner == wanted.owner);
  check("group", !wanted.group || found.tun->group == wanted.group);
  check("pi", found.tun->pi == wanted.pi);
  check("vnet_hdr", found.tun->vnet_hdr == wanted.vnet_hdr);
}

/// The kernel counts times in its own ticks (CONFIG_HZ), and drops what is left of one: 2.99 s is
/// read back as 2.98 s with 250 a second (clock_t_to_jiffies).
Bridge in_ticks(Bridge wanted, const Bridge& found) {
  for (const auto time :
       {&Bridge::forward_delay, &Bridge::hello_time, &Bridge::max_age, &Bridge::ageing_time}) {
    if (wanted.*time && found.*time && *(wanted.*time) == *(found.*time) + 1)
      wanted.*time = found.*time;
  }
  return wanted;
}

void compare_links(Lines& lines, const Expected& expected, const Snapshot& after,
                   const std::set<IfName>& names) {
  for (const IfName& name : expected.created) {
    if (!names.contains(name))
      lines.push_back("link " + name.quoted() + ": is not there");
  }
  for (const IfName& name : expected.deleted) {
    if (!expected.created.contains(name) && names.contains(name))
      lines.push_back("link " + name.quoted() + ": is still there");
  }
  for (const Link& link : after.links) {
    if (const auto found = expected.links.find(link.name); found != expected.links.end())
      compare_settings(lines, link.name, found->second, link.settings);
    if (const auto found = expected.bridges.find(link.name); found != expected.bridges.end())
      compare_settings(lines, link.name, in_ticks(found->second, link.bridge.value_or(Bridge{})),
                       link.bridge.value_or(Bridge{}));
    if (const auto found = expected.ports.find(link.name); found != expected.ports.end())
      compare_settings(lines, link.name, found->second, link.port.value_or(Port{}));
    if (const auto found = expected.tuns.find(link.name); found != expected.tuns.end())
      compare_tun(lines, link.name, found->second, link);
  }
}

/// Equal but for what the kernel decides: DAD's flag is gone when it is done, an IPv6 address has
/// the scope of its kind, and an IPv4 one that got no label has the link's name.
bool same_wish(const Address& wanted, const Address& found) {
  const auto normal = [&](Address address) {
    address.flags &= ~address_flag::nodad;
    if (address.local.family == Family::ipv6)
      address.scope = 0;
    if (wanted.label.empty())
      address.label.clear();
    return address;
  };
  return same_address(normal(wanted), normal(found));
}

void compare_addresses(Lines& lines, const Expected& expected, const Snapshot& after,
                       const std::set<IfName>& names) {
  for (const Wanted<Address>& wanted : expected.addresses) {
    const Address& address = wanted.object;
    if (!names.contains(address.link))
      continue;
    const auto found = std::ranges::find_if(
        after.addresses, [&](const Address& other) { return same_place(address, other); });
    const bool is_there = found != after.addresses.end();
    if (is_there != wanted.present)
      lines.push_back(wanted.subject + (is_there ? ": is still there" : ": is not there"));
    else if (is_there && !same_wish(address, *found))
      lines.push_back(wanted.subject + ": is not as asked for");
  }
}

bool was_read(const Route& route, const std::set<IfName>& names) {
  return std::ranges::all_of(route.nexthops, [&](const NextHop& hop) {
    return hop.link.empty() || names.contains(hop.link);
  });
}

void compare_routes(Lines& lines, const Expected& expected, const Snapshot& after,
                    const std::set<IfName>& names) {
  for (const Wanted<Route>& wanted : expected.routes) {
    const bool is_there = std::ranges::any_of(
        after.routes, [&](const Route& route) { return same_route(route, wanted.object); });
    // One that the next advertisement brings back is the kernel's own.
    if (is_there && !wanted.present && !wanted.object.is_advertised())
      lines.push_back(wanted.subject + ": is still there");
    if (!is_there && wanted.present && was_read(wanted.object, names))
      lines.push_back(wanted.subject + ": is not there");
  }
}

void compare_rules(Lines& lines, const Expected& expected, const Snapshot& after) {
  for (const RuleCount& count : expected.rules) {
    const auto found = std::ranges::count(after.rules, count.rule);
    const int least = std::max(count.added, count.last_is_add ? 1 : 0);
    const std::string subject = op_subject(AddRule{count.rule});
    if (found < least)
      lines.push_back(subject + ": is not there");
    if (found > 0 && count.added < 0 && !count.last_is_add)
      lines.push_back(subject + ": is still there");
  }
}

/// Only those that stay: what was given as learnt may be gone or confirmed by now.
void compare_neighbours(Lines& lines, const Expected& expected, const Snapshot& after,
                        const std::set<IfName>& names) {
  for (const Wanted<Neighbour>& wanted : expected.neighbours) {
    const Neighbour& entry = wanted.object;
    if (!entry.is_lasting() || !wanted.present || !names.contains(entry.link))
      continue;
    const auto agrees = [&](const Neighbour& other) {
      return entry.proxy ? same_entry(entry, other) : same_neighbour(entry, other);
    };
    if (std::ranges::none_of(after.neighbours, agrees))
      lines.push_back(wanted.subject + ": is not there");
  }
}

void compare_sysctls(Lines& lines, const Expected& expected, const Snapshot& after) {
  for (const auto& [path, value] : expected.sysctls) {
    const auto found = after.sysctls.find(path);
    if (found != after.sysctls.end() && found->second != value)
      lines.push_back("sysctl " + printable(path) + ": is " + quote(found->second) + ", not " +
                      quote(value));
  }
}

void compare_clients(Lines& lines, const Expected& expected, const Snapshot& after) {
  for (const Wanted<DhcpClient>& wanted : expected.clients) {
    const bool is_there = std::ranges::any_of(after.clients, [&](const DhcpClient& client) {
      return same_client(client, wanted.object);
    });
    if (is_there != wanted.present)
      lines.push_back(wanted.subject + (is_there ? ": still runs" : ": does not run"));
  }
}

}  // namespace

std::vector<std::string> unmet(std::span<const Step> steps, const Snapshot& after) {
  const Expected expected = expected_after(steps);
  const std::set<IfName> names = names_of(after);
  Lines lines;
  compare_links(lines, expected, after, names);
  compare_addresses(lines, expected, after, names);
  compare_routes(lines, expected, after, names);
  compare_rules(lines, expected, after);
  compare_neighbours(lines, expected, after, names);
  compare_sysctls(lines, expected, after);
  compare_clients(lines, expected, after);
  return lines;
}

}  // namespace tapctl

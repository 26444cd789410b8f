// SPDX-License-Identifier: MIT
// Checks of single links: what cannot be a port, and what does not belong on one.
#include "doctor/checks.hpp"
#include "doctor/dhcp_client.hpp"
#include "plan/command_line.hpp"
#include "util/text.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace tapctl {
namespace {

std::string shell_name(const Link& link) {
  return shell_quote(link.name.str());
}

/// A host that has a bridge may well do without that uplink.
Severity uplink_severity(const Examined& host) {
  return host.bridges().empty() ? Severity::problem : Severity::warning;
}

/// What to do where the uplink cannot be bridged: guests behind the host's own address.
std::vector<std::string> route_instead(const Examined& host, const Link& uplink) {
  const std::string user = host.facts.user.empty() ? "root" : host.facts.user;
  return {"# route instead: a bridge of taps with a network of its own, behind this host's address",
          "tapctl add tap0 --user " + shell_quote(user),
          "tapctl bridge virbr0 tap0 --address 192.168.77.1/24",
          "sysctl -w net.ipv4.ip_forward=1",
          "nft add table ip tapctl",
          "nft 'add chain ip tapctl nat { type nat hook postrouting priority 100; }'",
          "nft " + shell_quote("add rule ip tapctl nat ip saddr 192.168.77.0/24 oifname \"" +
                               uplink.name.str() + "\" masquerade")};
}

std::string address_list(const Snapshot& snapshot, const IfName& link) {
  std::vector<std::string> texts;
  for (const Address& address : snapshot.addresses_of(link)) {
    if (!address.local.is_link_local())
      texts.push_back(address.prefix().str());
  }
  return join(texts, ", ");
}

std::vector<std::string> move_client(const Examined& host, const PacketSocket& socket,
                                     const Link& port, const Link& bridge) {
  if (auto lines = move_client_lines(socket, port.name, bridge.name); !lines.empty())
    return lines;
  if (socket.command == "NetworkManager")
    return unmanage_lines(host, ManagerKind::network_manager, port);
  if (socket.command == "systemd-network")
    return unmanage_lines(host, ManagerKind::networkd, port);
  if (socket.pid == 0)
    return {"# find it, end it, and start it on " + bridge.name.quoted() + ":",
            "sudo ss -0 -p -e | grep " + std::to_string(socket.inode)};
  return {"# end it, and start it on " + bridge.name.quoted() + ":",
          "kill " + std::to_string(socket.pid)};
}

std::string socket_text(const PacketSocket& socket) {
  const std::string who = socket.pid == 0 ? std::string("a process")
                                          : "process " + std::to_string(socket.pid) + " (" +
                                                printable(socket.command) + ")";
  return who + " has a packet socket on it (/proc/net/packet, inode " +
         std::to_string(socket.inode) + ")";
}

}  // namespace

Findings check_wireless(const Examined& host) {
  Findings findings;
  for (const Link& link : host.snapshot.links) {
    if (link.wireless && host.is_uplink(link))
      findings.push_back(
          {.id = "wifi-uplink",
           .severity = uplink_severity(host),
           .subject = link.name,
           .evidence = "is the uplink, and a Wi-Fi client: the access point takes frames of its "
                       "own MAC only, and the kernel refuses it as a port",
           .remedy = route_instead(host, link)});
  }
  return findings;
}

Findings check_macvlan(const Examined& host) {
  Findings findings;
  for (const Link& link : host.snapshot.links) {
    if (!link.is_upper())
      continue;
    const Link* lower = host.snapshot.find(link.lower_ifindex);
    if (lower != nullptr && host.is_uplink(*lower))
      findings.push_back({.id = "macvlan-uplink",
                          .severity = uplink_severity(host),
                          .subject = lower->name,
                          .evidence = "is the uplink, and the " + printable(link.kind) + " " +
                                      link.name.quoted() +
                                      " on it takes its frames: the kernel refuses it as a port",
                          .remedy = {"# whoever uses " + link.name.quoted() + " loses it:",
                                     "ip link del dev " + shell_name(link)}});
    if (host.is_uplink(link))
      findings.push_back({.id = "macvlan-uplink",
                          .severity = Severity::warning,
                          .subject = link.name,
                          .evidence = "is the uplink, and a " + printable(link.kind) +
                                      ": frames for the MAC of a guest do not come through it",
                          .remedy = route_instead(host, link)});
  }
  return findings;
}

Findings check_addresses(const Examined& host) {
  Findings findings;
  for (const Link& link : host.snapshot.links) {
    const Link* bridge = host.bridge_of(link);
    if (bridge == nullptr)
      continue;
    const std::string addresses = address_list(host.snapshot, link.name);
    if (addresses.empty())
      continue;
    findings.push_back({.id = "address-on-port",
                        .severity = Severity::problem,
                        .subject = link.name,
                        .evidence = "is a port of " + bridge->name.quoted() + " and still has " +
                                    addresses +
                                    ": answers come in on the bridge, so it stops "
                                    "working some seconds after it was enslaved",
                        .remedy = {"tapctl bridge " + shell_name(*bridge) + " " + shell_name(link) +
                                   " --uplink " + shell_name(link)}});
  }
  return findings;
}

Findings check_dhcp_client(const Examined& host) {
  Findings findings;
  std::set<std::pair<int, int>> seen;
  for (const PacketSocket& socket : host.facts.packet_sockets) {
    const Link* port = host.snapshot.find(socket.ifindex);
    const Link* bridge = port == nullptr ? nullptr : host.bridge_of(*port);
    const bool is_client = is_dhcp_client(socket.command);
    if (bridge == nullptr || (socket.pid != 0 && !is_client))
      continue;
    if (socket.pid != 0 && !seen.emplace(socket.pid, socket.ifindex).second)
      continue;
    findings.push_back({.id = "dhcp-client-on-port",
                        .severity = is_client ? Severity::problem : Severity::warning,
                        .subject = port->name,
                        .evidence = "is a port of " + bridge->name.quoted() + ", and " +
                                    socket_text(socket) +
                                    (is_client ? ": what it renews lands on the port, or runs out"
                                               : ": it may be a DHCP client"),
                        .remedy = move_client(host, socket, *port, *bridge)});
  }
  return findings;
}

Findings check_owner(const Examined& host) {
  Findings findings;
  for (const Link& link : host.snapshot.links) {
    if (!link.tun || !link.tun->persist || link.tun->owner || link.tun->group)
      continue;
    const auto holders = host.snapshot.holders.find(link.name);
    std::string user = host.facts.user.empty() ? "root" : host.facts.user;
    if (holders != host.snapshot.holders.end() && !holders->second.front().user.empty())
      user = holders->second.front().user;
    std::vector<std::string> remedy = {"tapctl set " + shell_name(link) + " --user " +
                                       shell_quote(user)};
    if (link.tun->queues > 0)
      remedy.insert(remedy.begin(), "# a process has it open: when that has ended");
    findings.push_back({.id = "tap-without-owner",
                        .severity = Severity::warning,
                        .subject = link.name,
                        .evidence = "is a " + std::string(mode_name(link.tun->mode)) +
                                    " without owner and group: whoever can open /dev/net/tun may "
                                    "attach to it, and change it",
                        .remedy = std::move(remedy)});
  }
  return findings;
}

}  // namespace tapctl

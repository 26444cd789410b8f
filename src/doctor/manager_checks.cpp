// SPDX-License-Identifier: MIT
// Checks of who else configures the uplink or its bridge.
#include "doctor/checks.hpp"
#include "util/text.hpp"

#include <algorithm>

namespace tapctl {
namespace {

struct Words {
  const char* id;
  const char* name;
};

Words words_of(ManagerKind kind) {
  switch (kind) {
    case ManagerKind::network_manager:
      return {"networkmanager", "NetworkManager"};
    case ManagerKind::networkd:
      return {"networkd", "systemd-networkd"};
    case ManagerKind::netplan:
      return {"netplan", "netplan"};
    case ManagerKind::ifupdown:
      break;
  }
  return {"ifupdown", "ifupdown"};
}

/// The link and its bridge.
std::vector<std::string> names_of(const Examined& host, const Link& link) {
  std::vector<std::string> names = {link.name.str()};
  if (const Link* bridge = host.bridge_of(link))
    names.push_back(bridge->name.str());
  return names;
}

std::vector<std::string> for_network_manager(const std::string& link,
                                             const std::vector<std::string>& names) {
  std::vector<std::string> devices;
  devices.reserve(names.size());
  for (const std::string& name : names)
    devices.push_back("interface-name:" + name);
  return {"mkdir -p /run/NetworkManager/conf.d",
          R"(printf '[keyfile]\nunmanaged-devices+=)" + join(devices, ";") +
              R"(\n' >/run/NetworkManager/conf.d/90-tapctl-)" + link + ".conf",
          "systemctl reload NetworkManager"};
}

std::vector<std::string> for_networkd(const std::string& link,
                                      const std::vector<std::string>& names) {
  return {"mkdir -p /run/systemd/network",
          R"(printf '[Match]\nName=)" + join(names, " ") +
              R"(\n\n[Link]\nUnmanaged=yes\n' >/run/systemd/network/00-tapctl-)" + link +
              ".network",
          "networkctl reload"};
}

std::vector<std::string> for_ifupdown(const std::string& link, const std::string& file) {
  return {
      "# no ifup, ifdown or restart of networking for " + quote(link) + " while it is a port;",
      "# to leave it alone at boot too, give the bridge a stanza, and in " + printable(file) + ":",
      "#   iface " + link + " inet manual"};
}

/// Bridges that tapctl built, and what goes into a bridge.
bool matters(const Examined& host, const Link& link) {
  return host.is_uplink(link) || (link.bridge && host.snapshot.memory.contains(link.name));
}

Finding manager_finding(const Examined& host, const ManagedLink& managed, const Link& link) {
  const Words words = words_of(managed.kind);
  const bool is_daemon = managed.kind != ManagerKind::ifupdown;
  Finding finding{.id = words.id,
                  .severity = is_daemon ? Severity::warning : Severity::info,
                  .subject = link.name,
                  .evidence = std::string("is configured by ") + words.name + " (" +
                              printable(managed.file) + ")",
                  .remedy = {}};
  if (managed.kind == ManagerKind::netplan)
    finding.evidence += std::string(" through ") + words_of(managed.renderer).name;
  finding.evidence += is_daemon ? ": it may put addresses back on the port, or take the port away"
                                : ": it puts addresses back on the port when it is called";
  finding.remedy = is_daemon ? unmanage_lines(host, managed.renderer, link)
                             : for_ifupdown(printable(link.name.str()), managed.file);
  return finding;
}

}  // namespace

std::vector<std::string> unmanage_lines(const Examined& host, ManagerKind kind, const Link& link) {
  const std::vector<std::string> names = names_of(host, link);
  if (!std::ranges::all_of(
          names, [](const std::string& name) { return is_plain(IfName::from_kernel(name)); }))
    return {"# rename it: the name of the link cannot stand in a configuration file as it is"};
  std::vector<std::string> lines = {
      "# at a console: it may drop the addresses that it gave; as the bridge, gone at the next "
      "boot"};
  const std::vector<std::string> more = kind == ManagerKind::networkd
                                            ? for_networkd(link.name.str(), names)
                                            : for_network_manager(link.name.str(), names);
  lines.insert(lines.end(), more.begin(), more.end());
  return lines;
}

Findings check_managers(const Examined& host) {
  Findings findings;
  for (const ManagedLink& managed : host.facts.managed) {
    const Link* link = host.snapshot.find(managed.link);
    if (link != nullptr && matters(host, *link))
      findings.push_back(manager_finding(host, managed, *link));
  }
  return findings;
}

}  // namespace tapctl

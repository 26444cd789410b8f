// SPDX-License-Identifier: MIT
// Checks of what stops packets on their way: the packet filter, and forwarding that is off.
#include "doctor/checks.hpp"
#include "model/filtering.hpp"
#include "plan/command_line.hpp"
#include "plan/uplink.hpp"
#include "util/text.hpp"

#include <algorithm>

namespace tapctl {
namespace {

const char* family_word(FilterFamily family) {
  switch (family) {
    case FilterFamily::ipv4:
      return "ip";
    case FilterFamily::ipv6:
      return "ip6";
    case FilterFamily::inet:
      return "inet";
    case FilterFamily::bridge:
      break;
  }
  return "bridge";
}

/// The hooks of br_netfilter through which a chain of that family sees the traffic of `bridge`.
std::vector<std::string> hooks_into(const Snapshot& snapshot, const Link& bridge,
                                    FilterFamily family) {
  std::vector<std::string> names;
  for (const Hook& hook : hooks) {
    const std::string_view name(hook.name);
    const bool is_of_family =
        (name == "iptables" && family != FilterFamily::ipv6 && family != FilterFamily::bridge) ||
        (name == "ip6tables" && family != FilterFamily::ipv4 && family != FilterFamily::bridge);
    if (is_of_family && is_effective(snapshot, bridge, hook))
      names.push_back(
          (is_on_for_all(snapshot, hook) ? "net.bridge.bridge-nf-call-" : "the bridge's nf_call_") +
          std::string(name));
  }
  return names;
}

std::string chain_text(const DroppingChain& chain) {
  const std::string program = chain.is_legacy ? "iptables-legacy" : "nftables";
  return program + " table " + quote(std::string(family_word(chain.family)) + " " + chain.table) +
         ", chain " + quote(chain.name) + ": " + chain.how;
}

/// Where nobody has a rule for it, and frames do pass from port to port, they are lost for sure. A
/// bridge of veths alone is a container engine's, which may accept its traffic by address.
Severity forward_severity(const Examined& host, const Link& bridge, const DroppingChain& chain) {
  if (chain.named.contains(bridge.name.str()) || chain.named.contains("physdev"))
    return Severity::info;
  const auto ports = host.snapshot.ports_of(bridge.name);
  const bool is_for_guests =
      host.snapshot.memory.contains(bridge.name) ||
      std::ranges::any_of(ports, [](const Link* port) { return port->kind != "veth"; });
  return ports.size() > 1 && is_for_guests ? Severity::problem : Severity::warning;
}

std::string accept_line(const Examined& host, const Link& bridge, const DroppingChain& chain) {
  const std::string name = shell_quote(bridge.name.str());
  const std::string six = chain.family == FilterFamily::ipv6 ? "6" : "";
  if (chain.is_legacy)
    return "ip" + six + "tables-legacy -I FORWARD -i " + name + " -o " + name + " -j ACCEPT";
  if (host.facts.has_docker && chain.name == "FORWARD")
    return "ip" + six + "tables -I DOCKER-USER -i " + name + " -o " + name + " -j ACCEPT";
  const char* key = chain.family == FilterFamily::bridge ? "meta ibrname \"" : "iifname \"";
  return "nft " +
         shell_quote("insert rule " + std::string(family_word(chain.family)) + " " + chain.table +
                     " " + chain.name + " " + key + bridge.name.str() + "\" accept");
}

Finding forward_finding(const Examined& host, const Link& bridge, const DroppingChain& chain,
                        const std::vector<std::string>& through) {
  Finding finding{.id = "forward-drop",
                  .severity = forward_severity(host, bridge, chain),
                  .subject = bridge.name,
                  .evidence = "bridged traffic passes " + chain_text(chain),
                  .remedy = {}};
  if (!through.empty())
    finding.evidence += " (" + join(through, " and ") + (through.size() > 1 ? " are 1)" : " is 1)");
  if (finding.severity == Severity::info)
    finding.evidence += "; rules of the table are for it, and were not evaluated";
  if (chain.family == FilterFamily::bridge) {
    finding.remedy = {accept_line(host, bridge, chain)};
    return finding;
  }
  finding.remedy = {"tapctl nf off " + shell_quote(bridge.name.str()),
                    "# or accept it there: " + accept_line(host, bridge, chain)};
  return finding;
}

/// A bridge with an address and nothing but guests.
bool is_routed(const Examined& host, const Link& bridge) {
  const auto ports = host.snapshot.ports_of(bridge.name);
  return !ports.empty() && has_own_addresses(host.snapshot, bridge.name) &&
         std::ranges::all_of(ports, [](const Link* port) { return port->tun.has_value(); });
}

bool has_address_of(const Examined& host, const IfName& link, Family family) {
  return std::ranges::any_of(host.snapshot.addresses, [&](const Address& address) {
    return address.link == link && address.local.family == family && !address.local.is_link_local();
  });
}

Finding forwarding_finding(const Link& bridge, const std::string& sysctl) {
  return {.id = "ip-forward-off",
          .severity = Severity::warning,
          .subject = bridge.name,
          .evidence = "has an address and guests but no uplink, and " + sysctl +
                      " is 0: the guests reach this host and nothing beyond it",
          .remedy = {"sysctl -w " + sysctl + "=1",
                     "echo '" + sysctl + " = 1' >>/etc/sysctl.d/60-tapctl.conf"}};
}

}  // namespace

Findings check_forward_drop(const Examined& host) {
  Findings findings;
  for (const Link* bridge : host.bridges()) {
    if (host.snapshot.ports_of(bridge->name).empty())
      continue;
    for (const DroppingChain& chain : host.facts.dropping) {
      const auto through = hooks_into(host.snapshot, *bridge, chain.family);
      if (!through.empty() || chain.family == FilterFamily::bridge)
        findings.push_back(forward_finding(host, *bridge, chain, through));
    }
  }
  return findings;
}

Findings check_ip_forward(const Examined& host) {
  Findings findings;
  for (const Link* bridge : host.bridges()) {
    if (!is_routed(host, *bridge))
      continue;
    if (!host.facts.forwards_ipv4 && has_address_of(host, bridge->name, Family::ipv4))
      findings.push_back(forwarding_finding(*bridge, "net.ipv4.ip_forward"));
    if (!host.facts.forwards_ipv6 && has_address_of(host, bridge->name, Family::ipv6))
      findings.push_back(forwarding_finding(*bridge, "net.ipv6.conf.all.forwarding"));
  }
  return findings;
}

}  // namespace tapctl

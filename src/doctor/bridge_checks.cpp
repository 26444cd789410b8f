// SPDX-License-Identifier: MIT
// Checks of bridges: their settings, and how they and their ports go together.
#include "doctor/checks.hpp"
#include "plan/command_line.hpp"
#include "plan/device_checks.hpp"
#include "plan/uplink.hpp"
#include "util/text.hpp"

#include <algorithm>

namespace tapctl {
namespace {

/// So few free places are worth a word.
constexpr size_t scarce = 23;

std::string set_bridge_line(const Link& bridge, const std::string& setting) {
  return "ip link set dev " + shell_quote(bridge.name.str()) + " type bridge " + setting;
}

std::string set_mtu_line(const Link& port, uint32_t mtu) {
  if (port.tun)
    return CommandLine("tapctl set").add(shell_quote(port.name.str())).add("--mtu", mtu).str();
  return CommandLine("ip link set").add("dev", port.name).add("mtu", mtu).str();
}

/// Hundredths of a second: "15 s", "1.5 s".
std::string seconds_text(uint32_t hundredths) {
  std::string text = std::to_string(hundredths / 100);
  if (hundredths % 100 != 0)
    text += "." + std::to_string(hundredths % 100 / 10);
  return text + " s";
}

const BridgeFacts* facts_of(const Examined& host, const Link& bridge) {
  const auto found = std::ranges::find(host.facts.bridges, bridge.name, &BridgeFacts::name);
  return found == host.facts.bridges.end() ? nullptr : &*found;
}

bool has_uplink(const Examined& host, const Link& bridge) {
  return std::ranges::any_of(host.snapshot.ports_of(bridge.name),
                             [&](const Link* port) { return host.is_uplink(*port); });
}

}  // namespace

Findings check_stp(const Examined& host) {
  Findings findings;
  for (const Link* bridge : host.bridges()) {
    const uint32_t delay = bridge->bridge->forward_delay.value_or(0);
    if (!bridge->bridge->stp.value_or(false) || delay == 0)
      continue;
    findings.push_back(
        {.id = "stp-delay",
         .severity = Severity::warning,
         .subject = bridge->name,
         .evidence = "stp_state is 1 and forward_delay " + seconds_text(delay) +
                     ": a new port carries nothing for " + seconds_text(2 * delay),
         .remedy = {"# where no loop is possible:", set_bridge_line(*bridge, "stp_state 0"),
                    "# else, as short as it can be (in hundredths of a second):",
                    set_bridge_line(*bridge, "forward_delay 200")}});
  }
  return findings;
}

Findings check_bridge_mac(const Examined& host) {
  Findings findings;
  for (const Link* bridge : host.bridges()) {
    const BridgeFacts* facts = facts_of(host, *bridge);
    const bool matters = has_own_addresses(host.snapshot, bridge->name) &&
                         !host.snapshot.ports_of(bridge->name).empty();
    if (facts == nullptr || facts->is_mac_fixed.value_or(true) || !matters || !bridge->settings.mac)
      continue;
    const std::string mac = bridge->settings.mac->str();
    findings.push_back(
        {.id = "bridge-mac-not-fixed",
         .severity = Severity::warning,
         .subject = bridge->name,
         .evidence = "has MAC " + mac +
                     ", the lowest of its ports' (addr_assign_type is not 3): it "
                     "changes with the ports, and the host is cut off for seconds",
         .remedy = {"ip link set dev " + shell_quote(bridge->name.str()) + " address " + mac}});
  }
  return findings;
}

Findings check_mtu(const Examined& host) {
  Findings findings;
  for (const Link* bridge : host.bridges()) {
    for (const Link* port : host.snapshot.ports_of(bridge->name)) {
      const auto& wanted = bridge->settings.mtu;
      if (!wanted || !port->settings.mtu || port->settings.mtu == wanted)
        continue;
      const std::string value = std::to_string(*wanted);
      findings.push_back({.id = "mtu-mismatch",
                          .severity = Severity::warning,
                          .subject = port->name,
                          .evidence = "has mtu " + std::to_string(*port->settings.mtu) +
                                      ", its bridge " + bridge->name.quoted() + " has " + value +
                                      ": frames above the smaller one are dropped without a word",
                          .remedy = {set_mtu_line(*port, *wanted)}});
    }
  }
  return findings;
}

Findings check_querier(const Examined& host) {
  Findings findings;
  for (const Link* bridge : host.bridges()) {
    const BridgeFacts* facts = facts_of(host, *bridge);
    if (facts == nullptr || !bridge->bridge->mcast_snooping.value_or(false) || facts->querier ||
        facts->sees_querier || !has_uplink(host, *bridge))
      continue;
    findings.push_back(
        {.id = "no-multicast-querier",
         .severity = Severity::info,
         .subject = bridge->name,
         .evidence = "mcast_snooping is 1, mcast_querier 0, and no other querier was heard: when "
                     "one comes and goes, memberships run out, and with them IPv6 neighbours",
         .remedy = {set_bridge_line(*bridge, "mcast_snooping 0"),
                    "# or let it ask itself: " + set_bridge_line(*bridge, "mcast_querier 1")}});
  }
  return findings;
}

Findings check_port_limit(const Examined& host) {
  Findings findings;
  for (const Link* bridge : host.bridges()) {
    const size_t count = host.snapshot.ports_of(bridge->name).size();
    if (count + scarce < max_ports)
      continue;
    findings.push_back(
        {.id = "port-limit",
         .severity = count < max_ports ? Severity::warning : Severity::problem,
         .subject = bridge->name,
         .evidence = "has " + std::to_string(count) + " ports, and the kernel takes " +
                     std::to_string(max_ports) + " (EXFULL beyond)",
         .remedy = {"# put further taps on a second bridge, joined to this one by a veth pair:",
                    "ip link add name link0 type veth peer name link1",
                    "# link0 takes a place here: release a port first where none is free",
                    "tapctl bridge " + shell_quote(bridge->name.str()) + " link0",
                    "tapctl bridge virbr1 link1"}});
  }
  return findings;
}

}  // namespace tapctl

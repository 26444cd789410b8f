// SPDX-License-Identifier: MIT
// DHCP clients: which programs they are, and how one moves from a link to another.
#include "doctor/dhcp_client.hpp"

#include "plan/command_line.hpp"
#include "util/text.hpp"

#include <set>

namespace tapctl {

bool is_dhcp_client(const std::string& command) {
  static const std::set<std::string> clients = {
      "dhclient", "dhcpcd",         "udhcpc",          "pump",
      "connmand", "NetworkManager", "systemd-network", "nm-dhcp-helper"};
  return clients.contains(command);
}

std::vector<std::string> move_client_lines(const PacketSocket& client, const IfName& from,
                                           const IfName& to) {
  const std::string end = "kill -KILL " + std::to_string(client.pid);
  const std::string target = shell_quote(to.str());
  if (client.command == "dhclient")
    return {end, "dhclient " + target};
  if (client.command == "udhcpc")
    return {end, "udhcpc -b -i " + target};
  if (client.command == "dhcpcd")
    return {"dhcpcd --persistent --exit " + shell_quote(from.str()), "dhcpcd " + target};
  return {};
}

std::string moved_client_hint(const PacketSocket& client, const Link& from, const IfName& to) {
  const std::vector<std::string> lines = move_client_lines(client, from.name, to);
  std::string advice = lines.empty() ? "tapctl doctor says what to do" : join(lines, "; ");
  if (!lines.empty() && !from.bridge)
    advice = "--dhcp takes it along, or by hand: " + advice;
  return "process " + std::to_string(client.pid) + " (" + printable(client.command) +
         ") renews the lease of " + from.name.quoted() + ", whose addresses go to " + to.quoted() +
         ": " + advice;
}

}  // namespace tapctl

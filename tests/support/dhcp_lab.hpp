// SPDX-License-Identifier: MIT
// A DHCP server on a LAN of its own, and the real clients of the host beside it.
#pragma once

#include "support/running.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <vector>

namespace tapctl::test {

/// Builds, in the current namespace: eth0, a veth whose peer is eth0 of the namespace "lan", where
/// dnsmasq gives out addresses of 10.0.0.0/24, for two minutes, to be asked for again after three
/// seconds. What clients write outside /run goes to places of this mount namespace alone.
class DhcpLab {
 public:
  /// Throws where the server does not start.
  DhcpLab();
  DhcpLab(const DhcpLab&) = delete;
  DhcpLab& operator=(const DhcpLab&) = delete;
  /// Ends the clients that run in this namespace.
  ~DhcpLab();

  /// Runs it until eth0 has a lease; throws where it gets none.
  void obtain(const Argv& client) const;

  /// How often the server has said so: "DHCPACK", "DHCPRELEASE", ...
  [[nodiscard]] size_t said(const std::string& message) const;

  /// Waits until it has said so that often; false when it does not.
  [[nodiscard]] bool has_said(const std::string& message, size_t count) const;

 private:
  std::unique_ptr<Running> server_;
};

/// udhcpc follows its own mind where others follow the server.
void ask_udhcpc_to_renew();

/// The command lines of the DHCP clients in this network namespace, without what they started
/// themselves.
std::vector<std::string> dhcp_clients();

/// The IPv4 addresses of the link with their routes and without what changes by itself; see
/// lifetime_on().
nlohmann::json lease_on(const std::string& link);

/// The seconds that the kernel gives the first IPv4 address of the link.
uint32_t lifetime_on(const std::string& link);

}  // namespace tapctl::test

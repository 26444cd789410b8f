// SPDX-License-Identifier: MIT
// The DHCP clients of an uplink go along with what they obtained: ended there before the switch,
// started on the other link after it.
#pragma once

#include "plan/plan.hpp"

#include <optional>
#include <vector>

namespace tapctl {

/// A client that is ended on one link, and started on the other: one of them can be absent.
struct ClientMove {
  std::optional<DhcpClient> old;
  std::optional<DhcpClient> anew;
};

/// The DHCP clients of one uplink and one bridge, in either direction.
struct ClientMoves {
  IfName from;
  IfName to;
  bool with_addresses = false;  ///< those of `from` move too
  std::vector<ClientMove> moves;
  /// Present where one is started though none ran, as BridgeMemory has it.
  std::optional<std::vector<Prefix>> static_ipv4;
};

/// What --dhcp asks for. `uplink` is the port whose addresses are the bridge's, or null. Throws
/// Error where the client is not known, not installed, or another one than was asked for.
ClientMoves plan_clients(const Snapshot& current, const BridgeRequest& request, const Link* uplink,
                         const BridgeMemory& memory);

/// The way back of the clients in `memory`; `uplink` is null where nothing gets the addresses. One
/// that was started where none ran goes back where an address from it does, and ends otherwise.
ClientMoves plan_clients_back(const Snapshot& current, const IfName& bridge, const Link* uplink,
                              const BridgeMemory& memory);

/// Before the switch, and after it.
void end_clients(Plan& plan, const Snapshot& current, const ClientMoves& clients);
void start_clients(Plan& plan, const Snapshot& current, const ClientMoves& clients);

}  // namespace tapctl

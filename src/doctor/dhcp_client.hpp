// SPDX-License-Identifier: MIT
// DHCP clients: which programs they are, and how one moves from a link to another.
#pragma once

#include "model/host_facts.hpp"
#include "model/link.hpp"

#include <string>
#include <vector>

namespace tapctl {

/// By its comm.
bool is_dhcp_client(const std::string& command);

/// The lines that end a client on `from` without giving its lease back, and start one on `to`.
/// Empty for a program that does more than that, such as NetworkManager.
std::vector<std::string> move_client_lines(const PacketSocket& client, const IfName& from,
                                           const IfName& to);

/// What to say of a client of `from`, whose addresses go to the link `to`.
std::string moved_client_hint(const PacketSocket& client, const Link& from, const IfName& to);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The DHCP clients that run in this network namespace.
#pragma once

#include "model/dhcp_client.hpp"
#include "plan/op.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace tapctl {

/// Those that serve one of `links`, or links that they do not name. Root's alone, whose executable
/// is root's too: what is found here is started again.
std::vector<DhcpClient> find_dhcp_clients(const std::set<IfName>& links);

/// Where the programs are that are installed.
std::map<DhcpProgram, std::string> installed_dhcp_programs();

/// True where systemd has begun to shut the host down: it starts nothing then.
bool is_host_going_down();

/// Ends those of this program that serve the link, with SIGKILL: what a client does at any other
/// end is to take the addresses of its link, and some give the lease back. Throws Error, with ESRCH
/// where there is none.
void end_client(const EndClient& op);

/// Starts it; where systemd is PID 1, as a unit of its own, so that it does not end with what
/// called tapctl. Throws Error where it ends at once, with EEXIST where one of this program serves
/// the link already.
void start_client(const StartClient& op);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Which programs run in this network namespace, and which of them has a socket.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace tapctl {

/// Calls `visit` for every process with its directory in /proc.
void for_each_process(const std::function<void(int pid, const std::string& directory)>& visit);

/// True when the process is known to be in another network namespace.
bool is_elsewhere(const std::string& process);

/// Those of `commands` (as in /proc/PID/comm, at most 15 bytes) that run here. A process whose
/// namespace may not be asked counts as one that does.
std::set<std::string> running(const std::set<std::string>& commands);

struct Process {
  int pid = 0;
  std::string command;  ///< its comm, any bytes
};

/// The process that has each of these sockets open; those that may not be looked into are passed
/// over. Scans /proc once, and not at all for none.
std::map<uint64_t, Process> socket_owners(const std::set<uint64_t>& inodes);

}  // namespace tapctl

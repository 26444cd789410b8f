// SPDX-License-Identifier: MIT
// Who listens on a link past the IP layer, as DHCP clients do.
#include "kernel/packet_sockets.hpp"

#include "kernel/host_files.hpp"
#include "kernel/processes.hpp"
#include "kernel/text_file.hpp"

#include <set>

namespace tapctl {

std::optional<std::vector<PacketSocket>> find_packet_sockets(
    const std::function<bool(int ifindex)>& is_wanted) {
  const auto text = read_text("/proc/thread-self/net/packet");
  if (!text)
    return std::nullopt;
  std::vector<PacketSocket> sockets = parse_packet_table(*text);
  std::erase_if(sockets, [&](const PacketSocket& socket) { return !is_wanted(socket.ifindex); });
  if (sockets.empty())
    return sockets;
  std::set<uint64_t> inodes;
  for (const PacketSocket& socket : sockets)
    inodes.insert(socket.inode);
  const auto owners = socket_owners(inodes);
  for (PacketSocket& socket : sockets) {
    if (const auto owner = owners.find(socket.inode); owner != owners.end()) {
      socket.pid = owner->second.pid;
      socket.command = owner->second.command;
    }
  }
  return sockets;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// What files of /proc, /run and /etc say, from their text: pure functions.
#pragma once

#include "model/host_facts.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tapctl {

/// Of /proc/net/packet: the sockets that are bound to one link and get its IPv4 frames.
std::vector<PacketSocket> parse_packet_table(std::string_view text);

/// Of /proc/self/mounts: source and server address of a root file system on NFS.
struct NfsMount {
  std::string source;
  std::string server;  ///< the option addr=, or empty
  bool operator==(const NfsMount&) const = default;
};
std::optional<NfsMount> parse_nfs_root(std::string_view text);

/// The value of `key` in a file of KEY=VALUE lines; empty when it is not there. Sections do not
/// count.
std::string value_of(std::string_view text, std::string_view key);

/// Of /etc/network/interfaces: the links with an address method other than "manual".
std::vector<std::string> parse_ifupdown(std::string_view text);

/// True when a netplan file has an entry for that link: a line "NAME:".
bool netplan_names(std::string_view text, std::string_view link);

}  // namespace tapctl

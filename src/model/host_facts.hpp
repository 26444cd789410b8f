// SPDX-License-Identifier: MIT
// What `doctor` wants to know of the host beside the network itself: plain values.
#pragma once

#include "model/ifname.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tapctl {

/// /dev/net/tun.
struct CloneDevice {
  bool exists = false;
  bool is_clone = false;   ///< character device 10:200
  bool has_driver = true;  ///< the tun driver is registered; else the first open loads it
  uint32_t mode = 0666;    ///< permission bits
  uint32_t uid = 0;
  uint32_t gid = 0;
  int errnum = 0;  ///< of opening it, which is tried only where it loads nothing
  bool operator==(const CloneDevice&) const = default;
};

enum class FilterFamily : uint8_t { ipv4, ipv6, inet, bridge };

/// A chain at the forward hook that drops what no rule of its accepts.
struct DroppingChain {
  FilterFamily family = FilterFamily::ipv4;
  std::string table;
  std::string name;
  std::string how;  ///< "policy drop", or what its last rule does
  bool is_legacy = false;
  /// Links that rules of the table name, and "physdev" where one looks at the bridge port: those
  /// may accept bridged traffic, which nobody here evaluates.
  std::set<std::string> named;
  bool operator==(const DroppingChain&) const = default;
};

/// A packet socket (AF_PACKET) that gets IPv4 frames of one link.
struct PacketSocket {
  int ifindex = 0;
  uint16_t protocol = 0;  ///< ETH_P_ALL (3) or ETH_P_IP (0x800)
  uint64_t inode = 0;
  int pid = 0;          ///< 0 where the process may not be looked into
  std::string command;  ///< its comm, any bytes
  bool operator==(const PacketSocket&) const = default;
};

enum class ManagerKind : uint8_t { network_manager, networkd, netplan, ifupdown };

/// Who configures a link besides.
struct ManagedLink {
  ManagerKind kind = ManagerKind::network_manager;
  IfName link;
  std::string file;  ///< that says so: any bytes
  /// Which of the two carries out netplan's files; otherwise the same as `kind`.
  ManagerKind renderer = ManagerKind::network_manager;
  bool operator==(const ManagedLink&) const = default;
};

/// What a bridge has besides model/link.hpp.
struct BridgeFacts {
  IfName name;
  bool querier = false;              ///< asks for multicast memberships itself
  bool sees_querier = false;         ///< another one does
  std::optional<bool> is_mac_fixed;  ///< absent: not known
  bool operator==(const BridgeFacts&) const = default;
};

/// The root file system comes over the network.
struct NfsRoot {
  std::string source;  ///< "10.0.0.1:/srv/root", any bytes
  IfName link;         ///< that leads to the server
  bool operator==(const NfsRoot&) const = default;
};

/// A change that is not over, and so holds up every other one.
struct OpenChange {
  std::string id;
  std::string command;
  std::optional<int64_t> left_seconds;  ///< to confirm it; absent: it was interrupted
  bool operator==(const OpenChange&) const = default;
};

/// What could not be looked at.
struct Unseen {
  std::string what;
  std::string why;
  bool operator==(const Unseen&) const = default;
};

struct HostFacts {
  bool is_root = true;         ///< effective uid 0
  bool has_capability = true;  ///< CAP_NET_ADMIN over this network namespace
  std::string user;            ///< who gets a device that has no owner; empty: not known
  CloneDevice clone;
  std::vector<DroppingChain> dropping;
  bool has_docker = false;  ///< a chain of Docker's is there
  bool forwards_ipv4 = true;
  bool forwards_ipv6 = true;
  std::vector<PacketSocket> packet_sockets;
  std::vector<ManagedLink> managed;
  std::vector<BridgeFacts> bridges;
  std::optional<NfsRoot> nfs_root;
  std::optional<OpenChange> open_change;  ///< not filled by read_host_facts
  std::vector<Unseen> unseen;
};

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Reads what `doctor` wants to know of the host: the clone device, privilege, sysctls, bridges,
// packet sockets, a root file system on NFS; the rest is in firewall and managers.
#include "kernel/host_facts.hpp"

#include "kernel/clone_device.hpp"
#include "kernel/firewall.hpp"
#include "kernel/host_files.hpp"
#include "kernel/managers.hpp"
#include "kernel/nl_socket.hpp"
#include "kernel/packet_sockets.hpp"
#include "kernel/rtnl_link.hpp"
#include "kernel/sysctl.hpp"
#include "kernel/sysfs.hpp"
#include "kernel/text_file.hpp"
#include "util/error.hpp"
#include "util/fd.hpp"
#include "util/text.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/nsfs.h>
#include <linux/rtnetlink.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

namespace tapctl {
namespace {

constexpr const char* clone_device = "/dev/net/tun";

bool has_tun_driver() {
  const auto misc = read_text("/proc/misc");
  return !misc || misc->find("200 tun\n") != std::string::npos;
}

CloneDevice read_clone_device() {
  CloneDevice device;
  device.has_driver = has_tun_driver();
  struct stat status {};
  device.exists = stat(clone_device, &status) == 0;
  if (!device.exists)
    return device;
  device.is_clone = is_clone_device(status);
  device.mode = status.st_mode & 07777U;
  device.uid = status.st_uid;
  device.gid = status.st_gid;
  if (!device.is_clone || !device.has_driver)
    return device;
  const Fd file(open(clone_device, O_RDWR | O_CLOEXEC | O_NONBLOCK));
  device.errnum = file ? 0 : errno;
  return device;
}

bool has_effective(unsigned capability) {
  const std::string status = "\n" + read_text("/proc/thread-self/status").value_or("");
  constexpr std::string_view key = "\nCapEff:\t";
  const size_t start = status.find(key);
  if (start == std::string::npos)
    return false;
  const char* digits = status.data() + start + key.size();
  uint64_t set = 0;
  std::from_chars(digits, status.data() + status.size(), set, 16);
  return ((set >> capability) & 1U) != 0;
}

/// A capability counts for the network namespaces of one's own user namespace and those below it.
/// For others the kernel does not say whose they are (NS_GET_USERNS, ioctl_ns(2): EPERM).
bool has_net_admin() {
  const Fd file(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  const Fd owner(file ? ioctl(file.get(), NS_GET_USERNS) : -1);
  return owner && has_effective(CAP_NET_ADMIN);
}

/// Where sysfs does not tell, only what a move did, which fixes the MAC, is known.
std::optional<bool> is_mac_fixed(const Sysfs& sysfs, const Link& bridge, const Snapshot& snapshot) {
  if (const auto type = sysfs.read(bridge, "addr_assign_type"))
    return type == "3";  // NET_ADDR_SET of linux/netdevice.h
  const auto memory = snapshot.memory.find(bridge.name);
  if (memory == snapshot.memory.end() || memory->second.uplink.empty())
    return std::nullopt;
  return true;
}

std::vector<BridgeFacts> read_bridges(nl::Socket& socket, const Snapshot& snapshot) {
  const Sysfs sysfs;
  std::vector<BridgeFacts> bridges;
  for (const Link& link : snapshot.links) {
    if (!link.bridge)
      continue;
    const auto answer = socket.get(get_link_request(link.ifindex));
    const auto message = answer ? nl::parse<ifinfomsg>(answer->payload) : std::nullopt;
    if (!message)
      continue;
    const nl::Attrs data = message->attrs.nested(IFLA_LINKINFO).nested(IFLA_INFO_DATA);
    const nl::Attrs seen = data.nested(IFLA_BR_MCAST_QUERIER_STATE);
    bridges.push_back({.name = link.name,
                       .querier = data.get<uint8_t>(IFLA_BR_MCAST_QUERIER).value_or(0) != 0,
                       .sees_querier = seen.find(BRIDGE_QUERIER_IP_ADDRESS).has_value() ||
                                       seen.find(BRIDGE_QUERIER_IPV6_ADDRESS).has_value(),
                       .is_mac_fixed = is_mac_fixed(sysfs, link, snapshot)});
  }
  return bridges;
}

std::vector<PacketSocket> read_packet_sockets(const Snapshot& snapshot,
                                              std::vector<Unseen>& unseen) {
  auto sockets = find_packet_sockets([&](int ifindex) {
    const Link* link = snapshot.find(ifindex);
    return link != nullptr && link->port;
  });
  if (!sockets)
    unseen.push_back({"packet sockets (/proc/net/packet)", strerrordesc_np(errno)});
  return std::move(sockets).value_or(std::vector<PacketSocket>{});
}

/// The link by which the kernel would send to `address`.
IfName link_towards(nl::Socket& socket, const Snapshot& snapshot, const IpAddress& address) {
  rtmsg header{};
  header.rtm_family = address.family == Family::ipv4 ? AF_INET : AF_INET6;
  header.rtm_dst_len = address_bits(address.family);
  nl::Message request(RTM_GETROUTE, 0, header);
  request.put(RTA_DST, address.span());
  const auto answer = socket.get(request);
  const auto route = answer ? nl::parse<rtmsg>(answer->payload) : std::nullopt;
  const Link* link = route ? snapshot.find(route->attrs.get<int>(RTA_OIF).value_or(0)) : nullptr;
  return link == nullptr ? IfName{} : link->name;
}

std::optional<NfsRoot> read_nfs_root(nl::Socket& socket, const Snapshot& snapshot) {
  auto mount = parse_nfs_root(read_text("/proc/thread-self/mounts").value_or(""));
  if (!mount)
    return std::nullopt;
  NfsRoot root{.source = std::move(mount->source), .link = {}};
  try {
    root.link = link_towards(socket, snapshot, IpAddress::parse(mount->server));
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): no address, or no route from here
  }
  return root;
}

bool is_on(const char* path) {
  return read_sysctl(path).value_or("1") != "0";
}

}  // namespace

HostFacts read_host_facts(const Snapshot& snapshot) {
  nl::Socket socket;
  HostFacts facts;
  facts.is_root = geteuid() == 0;
  facts.has_capability = has_net_admin();
  facts.clone = read_clone_device();
  facts.forwards_ipv4 = is_on("net/ipv4/ip_forward");
  facts.forwards_ipv6 = is_on("net/ipv6/conf/all/forwarding");
  facts.packet_sockets = read_packet_sockets(snapshot, facts.unseen);
  facts.managed = find_managed_links(snapshot.links, facts.unseen);
  facts.bridges = read_bridges(socket, snapshot);
  for (const BridgeFacts& bridge : facts.bridges) {
    if (!bridge.is_mac_fixed)
      facts.unseen.push_back({"whether the MAC of bridge " + bridge.name.quoted() + " is fixed",
                              "/sys/class/net shows another network namespace"});
  }
  facts.nfs_root = read_nfs_root(socket, snapshot);
  read_firewall(facts);
  return facts;
}

}  // namespace tapctl

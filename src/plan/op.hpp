// SPDX-License-Identifier: MIT
// The typed operations that a plan consists of. Each is plain data: it can be compared, printed as
// its `ip` line (plan/ip_line.hpp), written down, and carried out by any Kernel.
//
// An operation is atomic: when it fails it has changed nothing, unless its error is `partial`.
#pragma once

#include "model/address.hpp"
#include "model/dhcp_client.hpp"
#include "model/link.hpp"
#include "model/route.hpp"
#include "model/snapshot.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tapctl {

/// Creates a persistent device; an existing one is EBUSY (IFF_TUN_EXCL). Owner and group are set
/// before it persists, so that nothing is left when it fails.
/// Equivalent to: `ip tuntap add dev NAME mode MODE user OWNER group GROUP ...`
struct CreateTun {
  IfName name;
  TunDevice tun;
  bool one_queue =
      false;  ///< IFF_ONE_QUEUE, which Linux ignores since 3.8 but still shows in sysfs
  bool operator==(const CreateTun&) const = default;
};

/// Attaches to an existing device for a moment to set owner, group and packet format. EBUSY when a
/// process holds it. An absent owner or group is left as it is: the kernel cannot clear one.
/// Equivalent to: `tunctl -t NAME -u OWNER -g GROUP`, for a tap without further flags
struct SetTun {
  IfName name;
  TunDevice tun;
  bool operator==(const SetTun&) const = default;
};

/// Attaches to a device, all queues of it, and keeps it, so that nobody else can until ReleaseTun
/// or the end of the process. EBUSY when a process holds it.
struct HoldTun {
  IfName name;
  TunDevice tun;  ///< as it is: attaching anew must not change the packet format
  bool operator==(const HoldTun&) const = default;
};

struct ReleaseTun {
  IfName name;
  bool operator==(const ReleaseTun&) const = default;
};

/// Creates a bridge, down, with its MAC in the create message (which pins it against udev and
/// against lower MACs of ports) and its MTU pinned too.
/// Equivalent to: `ip link add NAME address MAC mtu MTU type bridge stp_state 0 ...`
struct CreateBridge {
  IfName name;
  LinkSettings link;
  Bridge bridge;
  bool operator==(const CreateBridge&) const = default;
};

/// Equivalent to: `ip link set dev LINK ...` in one message
struct SetLink {
  IfName link;
  LinkSettings set;
  bool operator==(const SetLink&) const = default;
};

/// Equivalent to: `ip link set dev BRIDGE type bridge ...`
struct SetBridge {
  IfName bridge;
  Bridge set;
  bool operator==(const SetBridge&) const = default;
};

/// Equivalent to: `ip link set dev PORT type bridge_slave ...`
struct SetPort {
  IfName port;
  Port set;
  bool operator==(const SetPort&) const = default;
};

/// Deletes links with what is on them; several cost one grace period (a link group).
/// Equivalent to: `ip link del dev NAME`
struct DeleteLinks {
  std::vector<IfName> names;
  bool operator==(const DeleteLinks&) const = default;
};

enum class Dad : uint8_t {
  perform,      ///< as the kernel does: an IPv6 address is tentative for 1 to 2 s
  skip,         ///< the address is known to be ours: usable at once, and without a left-over flag
  skip_marked,  ///< as skip, but keeps the flag `nodad` until UpdateAddress takes it off
};

/// Equivalent to: `ip addr add LOCAL/LEN dev LINK ...`
struct AddAddress {
  Address address;
  Dad dad = Dad::skip;
  bool operator==(const AddAddress&) const = default;
};

/// Gives an address that is there its flags and lifetimes, and its prefix route where that is
/// missing. Equivalent to: `ip addr change LOCAL/LEN dev LINK ...`
struct UpdateAddress {
  Address address;
  bool operator==(const UpdateAddress&) const = default;
};

/// Equivalent to: `ip addr del LOCAL/LEN dev LINK`
struct DeleteAddress {
  Address address;
  bool operator==(const DeleteAddress&) const = default;
};

enum class RouteAdd : uint8_t {
  replace,  ///< swaps the route with the same key in place; creates it where there is none
  append,   ///< behind the routes with the same key
};

/// Equivalent to: `ip route replace|append ...`
struct AddRoute {
  Route route;
  RouteAdd how = RouteAdd::replace;
  bool operator==(const AddRoute&) const = default;
};

/// Equivalent to: `ip route del ...`
struct DeleteRoute {
  Route route;
  bool operator==(const DeleteRoute&) const = default;
};

/// Behind the rules with the same priority, also when there is an identical one: the kernel's check
/// for that (NLM_F_EXCL) takes an absent selector for "any" and refuses rules that differ (6.18).
/// Equivalent to: `ip rule add ...`
struct AddRule {
  Rule rule;
  bool operator==(const AddRule&) const = default;
};

/// The first one that matches. Equivalent to: `ip rule del ...`
struct DeleteRule {
  Rule rule;
  bool operator==(const DeleteRule&) const = default;
};

/// Equivalent to: `ip neigh replace ...`
struct AddNeighbour {
  Neighbour neighbour;
  bool operator==(const AddNeighbour&) const = default;
};

/// Equivalent to: `ip neigh del ...`
struct DeleteNeighbour {
  Neighbour neighbour;
  bool operator==(const DeleteNeighbour&) const = default;
};

/// Equivalent to: `sysctl -w`, with a path below /proc/sys such as net/ipv4/conf/br0/rp_filter
struct SetSysctl {
  std::string path;
  std::string value;
  bool operator==(const SetSysctl&) const = default;
};

/// Keeps what `unbridge` will need in /run/tapctl, replacing what was kept of the bridge.
struct Remember {
  IfName bridge;
  BridgeMemory memory;
  bool operator==(const Remember&) const = default;
};

struct Forget {
  IfName bridge;
  bool operator==(const Forget&) const = default;
};

/// Keeps what `apply` of a file made in /run/tapctl, in place of what was kept of that file. An
/// ifindex that is 0 is looked up.
struct KeepApplied {
  std::string file;  ///< as an absolute path
  Applied applied;
  bool operator==(const KeepApplied&) const = default;
};

/// Ends a DHCP client and keeps the lease: its addresses stay. ESRCH where none of this program
/// serves the link. Equivalent to: `kill -KILL PID`
struct EndClient {
  DhcpClient client;
  bool operator==(const EndClient&) const = default;
};

/// Starts a DHCP client, which asks for the lease of the one that it takes over from.
struct StartClient {
  DhcpClient client;
  std::optional<DhcpClient> successor_of;
  bool operator==(const StartClient&) const = default;
};

using Op = std::variant<CreateTun, SetTun, HoldTun, ReleaseTun, CreateBridge, SetLink, SetBridge,
                        SetPort, DeleteLinks, AddAddress, UpdateAddress, DeleteAddress, AddRoute,
                        DeleteRoute, AddRule, DeleteRule, AddNeighbour, DeleteNeighbour, SetSysctl,
                        Remember, Forget, KeepApplied, EndClient, StartClient>;

/// The name of the operation in JSON and in messages: "create_tun", "set_link", ...
const char* op_name(const Op& op);

/// What it acts on, for messages: "device 'tap0'", "route default dev 'br0'", ...
std::string op_subject(const Op& op);

/// What sets `set` on `link`, which has `now`: where that brings IPv6, MTU and the MAC of which the
/// kernel makes an address come first, since until then the kernel refuses all of a message that
/// has an addr_gen_mode (net/ipv6/addrconf.c, inet6_validate_link_af).
std::vector<Op> set_link_ops(const IfName& link, const LinkSettings& now, LinkSettings set);

/// std::visit with a set of lambdas.
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace tapctl

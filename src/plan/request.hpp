// SPDX-License-Identifier: MIT
// What a front end asks for: argv after parsing and validation, before any look at the kernel.
#pragma once

#include "model/dhcp_client.hpp"
#include "model/ifname.hpp"
#include "model/ip.hpp"
#include "model/link.hpp"
#include "model/mac.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tapctl {

/// The attributes that `add` and `set` share.
struct DeviceWish {
  std::optional<TunMode> mode;
  std::optional<uint32_t> owner;
  std::optional<uint32_t> group;
  LinkSettings link;  ///< `master` is --bridge; `name` (set --name) renames
  std::vector<Prefix> addresses;
  std::optional<IpAddress> peer;
  std::optional<bool> multi_queue;
  std::optional<bool> vnet_hdr;
  std::optional<bool> pi;
  bool one_queue = false;  ///< of new devices
  bool operator==(const DeviceWish&) const = default;
};

struct AddRequest {
  std::vector<NameTemplate> names;
  std::optional<uint32_t> count;  ///< --count: of each template, 1 when absent
  DeviceWish wish;
  bool any_user = false;   ///< leave the device open to everybody
  bool exclusive = false;  ///< an existing device is an error
  /// An existing device that a process holds, or that would have to be taken from another user, is
  /// an error: `default_owner` is the one who asks.
  bool attaches = false;
  /// The invoking user, who owns a new device that gets neither owner nor group.
  std::optional<uint32_t> default_owner = 0;
  Mac random_mac;  ///< FE:xx:..., for the first tap that needs one; the next ones count up
};

struct SetRequest {
  std::vector<IfName> names;
  DeviceWish wish;
  Mac random_mac;
};

struct DelRequest {
  std::vector<IfName> names;
  std::vector<std::string> match;  ///< shell patterns
  bool all = false;
  std::optional<TunMode> mode;      ///< a device of the other one is an error
  std::optional<bool> multi_queue;  ///< likewise
  bool if_exists = false;
  bool force = false;
};

enum class NfWish : uint8_t { keep, on, off };

/// --dhcp: the client of the uplink goes along, or one is started.
struct DhcpWish {
  std::optional<DhcpProgram> program;  ///< absent: the one that is there
  bool operator==(const DhcpWish&) const = default;
};

struct BridgeRequest {
  IfName bridge;
  std::vector<IfName> ports;
  std::optional<IfName> uplink;
  bool no_move = false;
  std::vector<Prefix> addresses;
  std::vector<IpAddress> gateways;
  std::optional<Mac> mac;
  std::optional<uint32_t> mtu;
  Bridge settings;
  NfWish nf = NfWish::keep;
  std::optional<DhcpWish> dhcp;
  std::optional<IfName> move_from;
  Mac random_mac;  ///< for a bridge without any port that could give it one
};

struct UnbridgeRequest {
  IfName bridge;
  std::vector<IfName> ports;  ///< empty: all of them
  bool keep_bridge = false;
  std::vector<IfName> doomed;  ///< ports that are deleted next, and so are not released first
};

struct PortRequest {
  IfName port;
  std::optional<IfName> bridge;  ///< has to be its bridge
  Port settings;
};

/// A bridge as the kernel makes, changes and deletes it: no addresses move.
struct BareBridgeRequest {
  enum class Action : uint8_t { create, remove, attach, detach };
  Action action = Action::create;
  IfName bridge;
  std::vector<IfName> ports;  ///< of attach and detach
};

struct BridgeSettingsRequest {
  IfName bridge;
  Bridge settings;
};

/// Which of the three hooks of br_netfilter.
struct NfCalls {
  bool iptables = true;
  bool ip6tables = true;
  bool arptables = true;
};

struct NfRequest {
  bool on = false;
  std::optional<IfName> bridge;  ///< absent only with `all`
  bool all = false;              ///< the plain write to every sysctl
  NfCalls calls;
};

/// A link by its name, or by a MAC that it keeps when its name changes.
struct LinkMatch {
  std::optional<IfName> name;  ///< where a MAC is given: what the file calls it
  std::optional<Mac> mac;      ///< that it has now
  std::optional<Mac> permanent_mac;
  bool operator==(const LinkMatch&) const = default;
};

/// A port of a bridge in a configuration file that is no device of the file.
struct PortWish {
  LinkMatch link;
  Port settings;
};

struct BridgeWish {
  BridgeRequest bridge;  ///< without ports
  std::vector<PortWish> ports;
};

/// A configuration file: devices, and bridges with their ports.
struct ApplyRequest {
  std::string file;                 ///< as an absolute path, for `down`
  std::vector<AddRequest> devices;  ///< without templates
  std::vector<BridgeWish> bridges;
  std::vector<PortRequest> device_ports;  ///< settings of the devices that are ports
};

/// Takes away what `apply` of a file made.
struct DownRequest {
  std::string file;
  bool force = false;  ///< devices that somebody holds too
};

using Request =
    std::variant<AddRequest, SetRequest, DelRequest, BridgeRequest, UnbridgeRequest, PortRequest,
                 NfRequest, BareBridgeRequest, BridgeSettingsRequest, ApplyRequest, DownRequest>;

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Links: what every interface has, and what tun/tap devices, bridges and ports have besides.
//
// LinkSettings, Bridge and Port are both snapshot and wish: every field is optional, "absent" means
// unknown in a snapshot and "leave as it is" in a wish. model/settings.hpp compares and combines
// them field by field.
#pragma once

#include "model/ifname.hpp"
#include "model/mac.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace tapctl {

/// One field of a settings aggregate: the kernel's name for it and where it is.
template <class Struct, class Value>
struct Field {
  const char* name;
  std::optional<Value> Struct::*member;
};
template <class Struct, class Value>
Field(const char*, std::optional<Value> Struct::*) -> Field<Struct, Value>;

namespace addr_gen_mode {  // IN6_ADDR_GEN_MODE_* of linux/if_link.h
inline constexpr uint8_t eui64 = 0;
inline constexpr uint8_t none = 1;
}  // namespace addr_gen_mode

/// Below this a link has no IPv6 at all (RFC 8200).
inline constexpr uint32_t min_ipv6_mtu = 1280;

/// First byte of a MAC that no port with a vendor's address is above: for taps.
inline constexpr uint8_t high_mac = 0xfe;

/// What can be set on any link.
struct LinkSettings {
  std::optional<Mac> mac;
  std::optional<uint32_t> mtu;           ///< bytes
  std::optional<uint32_t> txqueuelen;    ///< packets
  std::optional<std::string> alias;      ///< "" is none; at most 255 bytes
  std::optional<IfName> master;          ///< the bridge; an empty name is none
  std::optional<uint8_t> addr_gen_mode;  ///< IFLA_INET6_ADDR_GEN_MODE: 0 eui64, 1 none, ...
  std::optional<IfName> name;            ///< wish: rename to this; not filled in a snapshot
  std::optional<bool> up;                ///< administratively

  static constexpr auto fields() {
    return std::tuple{Field{"address", &LinkSettings::mac},
                      Field{"mtu", &LinkSettings::mtu},
                      Field{"txqueuelen", &LinkSettings::txqueuelen},
                      Field{"ifalias", &LinkSettings::alias},
                      Field{"master", &LinkSettings::master},
                      Field{"addr_gen_mode", &LinkSettings::addr_gen_mode},
                      Field{"ifname", &LinkSettings::name},
                      Field{"up", &LinkSettings::up}};
  }
  bool operator==(const LinkSettings&) const = default;
};

/// True when `set` takes IPv6 off a link that has `now`.
bool ends_ipv6(const LinkSettings& now, const LinkSettings& set);

/// True when `set` brings IPv6 to a link that has `now`.
bool begins_ipv6(const LinkSettings& now, const LinkSettings& set);

/// Another MTU that a bridge can have: only one that changes becomes the bridge's own.
uint32_t other_bridge_mtu(uint32_t mtu);

enum class TunMode : uint8_t { tun, tap };

/// "tun" or "tap".
const char* mode_name(TunMode mode);

/// What sysfs shows of a tun or tap device, in the kernel's numbers (linux/if_tun.h).
namespace tun_flag {
inline constexpr uint32_t tun = 0x0001;
inline constexpr uint32_t tap = 0x0002;
inline constexpr uint32_t multi_queue = 0x0100;
inline constexpr uint32_t persist = 0x0800;
inline constexpr uint32_t no_pi = 0x1000;
inline constexpr uint32_t one_queue = 0x2000;  ///< ignored since Linux 3.8
inline constexpr uint32_t vnet_hdr = 0x4000;
}  // namespace tun_flag

/// A tun or tap device as the kernel keeps it (IFLA_TUN_*).
struct TunDevice {
  TunMode mode = TunMode::tap;
  std::optional<uint32_t> owner;  ///< uid that may attach
  std::optional<uint32_t> group;  ///< gid that may attach
  bool pi = false;                ///< packets carry struct tun_pi
  bool vnet_hdr = false;          ///< packets carry struct virtio_net_hdr
  bool multi_queue = false;
  bool persist = true;
  uint32_t queues = 0;  ///< attached queues, disabled ones too; > 0 means that it has a holder
  bool operator==(const TunDevice&) const = default;
};

/// Settings of a bridge. Times in hundredths of a second, as the kernel counts them (USER_HZ).
struct Bridge {
  std::optional<bool> stp;
  std::optional<uint32_t> forward_delay;  ///< 2 s .. 30 s while STP is on (ERANGE)
  std::optional<uint32_t> hello_time;     ///< 1 s .. 10 s
  std::optional<uint32_t> max_age;        ///< 6 s .. 40 s
  std::optional<uint32_t> ageing_time;
  std::optional<uint16_t> priority;
  std::optional<bool> vlan_filtering;
  std::optional<bool> mcast_snooping;
  std::optional<bool> nf_call_iptables;
  std::optional<bool> nf_call_ip6tables;
  std::optional<bool> nf_call_arptables;

  static constexpr auto fields() {
    return std::tuple{Field{"stp_state", &Bridge::stp},
                      Field{"forward_delay", &Bridge::forward_delay},
                      Field{"hello_time", &Bridge::hello_time},
                      Field{"max_age", &Bridge::max_age},
                      Field{"ageing_time", &Bridge::ageing_time},
                      Field{"priority", &Bridge::priority},
                      Field{"vlan_filtering", &Bridge::vlan_filtering},
                      Field{"mcast_snooping", &Bridge::mcast_snooping},
                      Field{"nf_call_iptables", &Bridge::nf_call_iptables},
                      Field{"nf_call_ip6tables", &Bridge::nf_call_ip6tables},
                      Field{"nf_call_arptables", &Bridge::nf_call_arptables}};
  }
  bool operator==(const Bridge&) const = default;
};

/// Settings of a bridge port (IFLA_BRPORT_*). Releasing a port forgets them all.
struct Port {
  std::optional<uint32_t> cost;      ///< 1..65535
  std::optional<uint16_t> priority;  ///< 0..63
  std::optional<bool> hairpin;
  std::optional<bool> isolated;
  std::optional<bool> learning;
  std::optional<bool> flood;  ///< unknown unicast
  std::optional<bool> guard;  ///< BPDU guard

  static constexpr auto fields() {
    return std::tuple{Field{"cost", &Port::cost},         Field{"priority", &Port::priority},
                      Field{"hairpin", &Port::hairpin},   Field{"isolated", &Port::isolated},
                      Field{"learning", &Port::learning}, Field{"flood", &Port::flood},
                      Field{"guard", &Port::guard}};
  }
  bool operator==(const Port&) const = default;
};

/// What matters about a link's layer 2 for bridging.
enum class LinkType : uint8_t { ethernet, loopback, other };

/// Kinds of links on top of another one that take its frames before a bridge could.
inline constexpr std::array upper_kinds = {"macvlan", "macvtap", "ipvlan", "ipvtap"};

/// A link as the kernel shows it.
struct Link {
  IfName name;
  int ifindex = 0;
  LinkType type = LinkType::ethernet;
  std::string kind;       ///< IFLA_INFO_KIND: "bridge", "tun", "veth", ...; "" for hardware
  LinkSettings settings;  ///< all set, but for `name`; addr_gen_mode only where IPv6 is on
  int lower_ifindex = 0;  ///< IFLA_LINK in this namespace, 0 when none
  bool carrier = false;   ///< IFF_LOWER_UP
  std::string operstate;  ///< RFC 2863: "up", "down", "unknown", ...
  std::optional<Mac> permanent_mac;  ///< that of the hardware, where it has one
  bool wireless = false;             ///< only filled where a Scope asks for `bridging`
  std::optional<TunDevice> tun;
  std::optional<Bridge> bridge;
  std::optional<Port> port;  ///< when it is a port of a bridge

  [[nodiscard]] const IfName& master() const;  ///< empty when it has none
  [[nodiscard]] bool is_upper() const;         ///< of upper_kinds
  bool operator==(const Link&) const = default;
};

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Reads link messages.
#include "kernel/rtnl_link.hpp"

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>

namespace tapctl {
namespace {

/// Of `attrs`, as the type that the model has for it.
template <nl::Plain Wire, class Value>
void read(const nl::Attrs& attrs, uint16_t type, std::optional<Value>& value) {
  if (const auto wire = attrs.get<Wire>(type))
    value = static_cast<Value>(*wire);
}

template <nl::Plain Wire>
bool is_set(const nl::Attrs& attrs, uint16_t type) {
  return attrs.get<Wire>(type).value_or(0) != 0;
}

const char* operstate_name(uint8_t state) {
  static constexpr std::array names = {"unknown", "notpresent", "down", "lowerlayerdown",
                                       "testing", "dormant",    "up"};
  return state < names.size() ? names.at(state) : "unknown";
}

LinkType type_of(unsigned hardware_type) {
  switch (hardware_type) {
    case ARPHRD_ETHER:
      return LinkType::ethernet;
    case ARPHRD_LOOPBACK:
      return LinkType::loopback;
    default:
      return LinkType::other;
  }
}

/// The kernel counts queues for multi-queue devices only (drivers/net/tun.c, tun_fill_info); on the
/// others the carrier tells, which goes on and off with the process that attaches.
uint32_t attached_queues(const nl::Attrs& data, const nl::Attrs& link) {
  const auto queues = data.get<uint32_t>(IFLA_TUN_NUM_QUEUES);
  if (!queues)
    return is_set<uint8_t>(link, IFLA_CARRIER) ? 1 : 0;
  return *queues + data.get<uint32_t>(IFLA_TUN_NUM_DISABLED_QUEUES).value_or(0);
}

TunDevice decode_tun(const nl::Attrs& data, const nl::Attrs& link) {
  TunDevice tun;
  tun.mode = data.get<uint8_t>(IFLA_TUN_TYPE) == IFF_TUN ? TunMode::tun : TunMode::tap;
  tun.owner = data.get<uint32_t>(IFLA_TUN_OWNER);
  tun.group = data.get<uint32_t>(IFLA_TUN_GROUP);
  tun.pi = is_set<uint8_t>(data, IFLA_TUN_PI);
  tun.vnet_hdr = is_set<uint8_t>(data, IFLA_TUN_VNET_HDR);
  tun.multi_queue = is_set<uint8_t>(data, IFLA_TUN_MULTI_QUEUE);
  tun.persist = is_set<uint8_t>(data, IFLA_TUN_PERSIST);
  tun.queues = attached_queues(data, link);
  return tun;
}

Bridge decode_bridge(const nl::Attrs& data) {
  Bridge bridge;
  read<uint32_t>(data, IFLA_BR_STP_STATE, bridge.stp);
  read<uint32_t>(data, IFLA_BR_FORWARD_DELAY, bridge.forward_delay);
  read<uint32_t>(data, IFLA_BR_HELLO_TIME, bridge.hello_time);
  read<uint32_t>(data, IFLA_BR_MAX_AGE, bridge.max_age);
  read<uint32_t>(data, IFLA_BR_AGEING_TIME, bridge.ageing_time);
  read<uint16_t>(data, IFLA_BR_PRIORITY, bridge.priority);
  read<uint8_t>(data, IFLA_BR_VLAN_FILTERING, bridge.vlan_filtering);
  read<uint8_t>(data, IFLA_BR_MCAST_SNOOPING, bridge.mcast_snooping);
  read<uint8_t>(data, IFLA_BR_NF_CALL_IPTABLES, bridge.nf_call_iptables);
  read<uint8_t>(data, IFLA_BR_NF_CALL_IP6TABLES, bridge.nf_call_ip6tables);
  read<uint8_t>(data, IFLA_BR_NF_CALL_ARPTABLES, bridge.nf_call_arptables);
  return bridge;
}

Port decode_port(const nl::Attrs& data) {
  Port port;
  read<uint32_t>(data, IFLA_BRPORT_COST, port.cost);
  read<uint16_t>(data, IFLA_BRPORT_PRIORITY, port.priority);
  read<uint8_t>(data, IFLA_BRPORT_MODE, port.hairpin);
  read<uint8_t>(data, IFLA_BRPORT_ISOLATED, port.isolated);
  read<uint8_t>(data, IFLA_BRPORT_LEARNING, port.learning);
  read<uint8_t>(data, IFLA_BRPORT_UNICAST_FLOOD, port.flood);
  read<uint8_t>(data, IFLA_BRPORT_GUARD, port.guard);
  return port;
}

std::optional<Mac> decode_mac(const ifinfomsg& header, const nl::Attrs& attrs, uint16_t type) {
  const auto bytes = attrs.find(type);
  Mac mac;
  if (!bytes || bytes->size() != mac.bytes.size() || header.ifi_type != ARPHRD_ETHER)
    return std::nullopt;
  std::ranges::copy(*bytes, mac.bytes.begin());
  return mac;
}

LinkSettings decode_settings(const ifinfomsg& header, const nl::Attrs& attrs, NameLookup& names) {
  LinkSettings settings;
  settings.mac = decode_mac(header, attrs, IFLA_ADDRESS);
  settings.mtu = attrs.get<uint32_t>(IFLA_MTU);
  settings.txqueuelen = attrs.get<uint32_t>(IFLA_TXQLEN);
  settings.alias = attrs.string(IFLA_IFALIAS).value_or("");
  settings.master = names.name_of(attrs.get<int>(IFLA_MASTER).value_or(0));
  settings.addr_gen_mode =
      attrs.nested(IFLA_AF_SPEC).nested(AF_INET6).get<uint8_t>(IFLA_INET6_ADDR_GEN_MODE);
  settings.up = (header.ifi_flags & IFF_UP) != 0;
  return settings;
}

}  // namespace

LinkId read_link_id(nl::Bytes payload) {
  const auto message = nl::parse<ifinfomsg>(payload);
  if (!message)
    return {};
  return {.name = IfName::from_kernel(message->attrs.string(IFLA_IFNAME).value_or("")),
          .ifindex = message->header.ifi_index,
          .group = message->attrs.get<uint32_t>(IFLA_GROUP).value_or(0),
          .kind = message->attrs.nested(IFLA_LINKINFO).string(IFLA_INFO_KIND).value_or("")};
}

std::vector<IfName> read_other_names(nl::Bytes payload) {
  std::vector<IfName> names;
  const auto message = nl::parse<ifinfomsg>(payload);
  if (!message)
    return names;
  for (const nl::Attr& attr : message->attrs.nested(IFLA_PROP_LIST)) {
    const std::string_view text(reinterpret_cast<const char*>(attr.payload.data()),
                                attr.payload.size());
    if (attr.type == IFLA_ALT_IFNAME)
      names.push_back(IfName::from_kernel(text.substr(0, text.find('\0'))));
  }
  return names;
}

std::optional<Link> decode_link(nl::Bytes payload, NameLookup& names) {
  const auto message = nl::parse<ifinfomsg>(payload);
  if (!message)
    return std::nullopt;
  const auto& [header, attrs] = *message;
  const nl::Attrs info = attrs.nested(IFLA_LINKINFO);

  Link link;
  link.name = IfName::from_kernel(attrs.string(IFLA_IFNAME).value_or(""));
  link.ifindex = header.ifi_index;
  if (link.name.empty() || link.ifindex <= 0)
    return std::nullopt;
  link.type = type_of(header.ifi_type);
  link.kind = info.string(IFLA_INFO_KIND).value_or("");
  link.settings = decode_settings(header, attrs, names);
  link.permanent_mac = decode_mac(header, attrs, IFLA_PERM_ADDRESS);
  if (!attrs.find(IFLA_LINK_NETNSID))
    link.lower_ifindex = attrs.get<int>(IFLA_LINK).value_or(0);
  link.carrier = (header.ifi_flags & IFF_LOWER_UP) != 0;
  link.operstate = operstate_name(attrs.get<uint8_t>(IFLA_OPERSTATE).value_or(0));
  if (link.kind == "tun")
    link.tun = decode_tun(info.nested(IFLA_INFO_DATA), attrs);
  if (link.kind == "bridge")
    link.bridge = decode_bridge(info.nested(IFLA_INFO_DATA));
  if (info.string(IFLA_INFO_SLAVE_KIND) == "bridge")
    link.port = decode_port(info.nested(IFLA_INFO_SLAVE_DATA));
  return link;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Spanning tree and forwarding table of a bridge in rtnetlink messages.
#include "kernel/rtnl_bridge.hpp"

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <algorithm>

namespace tapctl {
namespace {

/// Of `attrs`; what is absent stays as it is.
template <nl::Plain Wire, class Value>
void read(const nl::Attrs& attrs, uint16_t type, Value& value) {
  if (const auto wire = attrs.get<Wire>(type))
    value = static_cast<Value>(*wire);
}

void read_id(const nl::Attrs& attrs, uint16_t type, BridgeId& id) {
  if (const auto wire = attrs.get<ifla_bridge_id>(type)) {
    std::ranges::copy(wire->prio, id.begin());
    std::ranges::copy(wire->addr, id.begin() + sizeof wire->prio);
  }
}

nl::Attrs info_of(nl::Bytes payload) {
  const auto message = nl::parse<ifinfomsg>(payload);
  return message ? message->attrs.nested(IFLA_LINKINFO) : nl::Attrs();
}

}  // namespace

std::optional<BridgeTree> decode_bridge_tree(nl::Bytes payload) {
  const nl::Attrs info = info_of(payload);
  if (info.string(IFLA_INFO_KIND).value_or("") != "bridge")
    return std::nullopt;
  const nl::Attrs data = info.nested(IFLA_INFO_DATA);
  BridgeTree tree;
  read_id(data, IFLA_BR_BRIDGE_ID, tree.id);
  read_id(data, IFLA_BR_ROOT_ID, tree.root);
  read<uint16_t>(data, IFLA_BR_ROOT_PORT, tree.root_port);
  read<uint32_t>(data, IFLA_BR_ROOT_PATH_COST, tree.root_path_cost);
  read<uint8_t>(data, IFLA_BR_TOPOLOGY_CHANGE, tree.topology_change);
  read<uint8_t>(data, IFLA_BR_TOPOLOGY_CHANGE_DETECTED, tree.topology_change_detected);
  read<uint64_t>(data, IFLA_BR_HELLO_TIMER, tree.hello_timer);
  read<uint64_t>(data, IFLA_BR_TCN_TIMER, tree.tcn_timer);
  read<uint64_t>(data, IFLA_BR_TOPOLOGY_CHANGE_TIMER, tree.topology_change_timer);
  read<uint64_t>(data, IFLA_BR_GC_TIMER, tree.gc_timer);
  return tree;
}

std::optional<PortTree> decode_port_tree(nl::Bytes payload) {
  const nl::Attrs info = info_of(payload);
  if (info.string(IFLA_INFO_SLAVE_KIND).value_or("") != "bridge")
    return std::nullopt;
  const nl::Attrs data = info.nested(IFLA_INFO_SLAVE_DATA);
  PortTree tree;
  read<uint16_t>(data, IFLA_BRPORT_NO, tree.number);
  read<uint16_t>(data, IFLA_BRPORT_ID, tree.id);
  read<uint8_t>(data, IFLA_BRPORT_STATE, tree.state);
  read_id(data, IFLA_BRPORT_ROOT_ID, tree.root);
  read_id(data, IFLA_BRPORT_BRIDGE_ID, tree.bridge);
  read<uint16_t>(data, IFLA_BRPORT_DESIGNATED_PORT, tree.designated_port);
  read<uint16_t>(data, IFLA_BRPORT_DESIGNATED_COST, tree.designated_cost);
  read<uint8_t>(data, IFLA_BRPORT_TOPOLOGY_CHANGE_ACK, tree.topology_change_ack);
  read<uint8_t>(data, IFLA_BRPORT_CONFIG_PENDING, tree.config_pending);
  read<uint64_t>(data, IFLA_BRPORT_MESSAGE_AGE_TIMER, tree.message_age_timer);
  read<uint64_t>(data, IFLA_BRPORT_FORWARD_DELAY_TIMER, tree.forward_delay_timer);
  read<uint64_t>(data, IFLA_BRPORT_HOLD_TIMER, tree.hold_timer);
  return tree;
}

nl::Message dump_forwarding_request(int bridge) {
  ndmsg header{};
  header.ndm_family = AF_BRIDGE;
  nl::Message message(RTM_GETNEIGH, 0, header);
  message.put(NDA_MASTER, bridge);
  return message;
}

std::optional<ForwardingEntry> decode_forwarding(nl::Bytes payload, int bridge, NameLookup& names) {
  const auto message = nl::parse<ndmsg>(payload);
  if (!message)
    return std::nullopt;
  const auto& [header, attrs] = *message;
  const auto mac = attrs.find(NDA_LLADDR);
  // NTF_SELF is a card's own list; what is for the bridge itself has no port.
  if (header.ndm_family != AF_BRIDGE || (header.ndm_flags & NTF_SELF) != 0 ||
      attrs.get<int>(NDA_MASTER) != bridge || header.ndm_ifindex == bridge || !mac ||
      mac->size() != Mac{}.bytes.size())
    return std::nullopt;
  ForwardingEntry entry;
  std::ranges::copy(*mac, entry.mac.bytes.begin());
  entry.port = names.name_of(header.ndm_ifindex);
  entry.is_local = (header.ndm_state & NUD_PERMANENT) != 0;
  entry.is_static = entry.is_local || (header.ndm_state & NUD_NOARP) != 0;
  if (const auto times = attrs.get<nda_cacheinfo>(NDA_CACHEINFO))
    entry.age = times->ndm_updated;
  return entry;
}

}  // namespace tapctl

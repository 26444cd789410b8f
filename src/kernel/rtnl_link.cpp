// SPDX-License-Identifier: MIT
// Builds the link messages; reading them is in rtnl_link_decode.cpp.
#include "kernel/rtnl_link.hpp"

#include "kernel/rtnl.hpp"

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <limits>

namespace tapctl {
namespace {

/// No link ever gets the last ifindex.
constexpr int impossible_ifindex = std::numeric_limits<int>::max();

nl::Message link_message(uint16_t type, unsigned flags, int ifindex) {
  ifinfomsg header{};
  header.ifi_index = ifindex;
  return {type, flags, header};
}

nl::Message link_message(uint16_t type, unsigned flags, const IfName& name) {
  nl::Message message = link_message(type, flags, 0);
  message.put_string(IFLA_IFNAME, name.str());
  return message;
}

nl::Message without_statistics(nl::Message message) {
  message.put(IFLA_EXT_MASK, uint32_t{RTEXT_FILTER_SKIP_STATS});
  return message;
}

template <std::integral Wire, class Value>
void put_if(nl::Message& message, uint16_t type, const std::optional<Value>& value) {
  if (value)
    message.put(type, static_cast<Wire>(*value));
}

/// All but `up`, which is in the header.
void put_settings(nl::Message& message, const LinkSettings& set, NameLookup& names) {
  if (set.mac)
    message.put(IFLA_ADDRESS, nl::Bytes(set.mac->bytes));
  put_if<uint32_t>(message, IFLA_MTU, set.mtu);
  put_if<uint32_t>(message, IFLA_TXQLEN, set.txqueuelen);
  if (set.alias)  // without NUL: zero bytes clear it (net/core/dev.c, dev_set_alias)
    message.put(IFLA_IFALIAS,
                nl::Bytes(reinterpret_cast<const uint8_t*>(set.alias->data()), set.alias->size()));
  if (set.name)
    message.put_string(IFLA_IFNAME, set.name->str());
  if (set.master)
    message.put(IFLA_MASTER, static_cast<uint32_t>(names.index_of(*set.master)));
  if (set.addr_gen_mode)
    message.nest(IFLA_AF_SPEC, [&] {
      message.nest(AF_INET6,
                   [&] { message.put(IFLA_INET6_ADDR_GEN_MODE, uint8_t{*set.addr_gen_mode}); });
    });
}

ifinfomsg header_for(int ifindex, const LinkSettings& set) {
  ifinfomsg header{};
  header.ifi_index = ifindex;
  if (set.up) {
    header.ifi_change = IFF_UP;
    header.ifi_flags = *set.up ? unsigned{IFF_UP} : 0U;
  }
  return header;
}

void put_bridge(nl::Message& message, const Bridge& set) {
  message.nest(IFLA_LINKINFO, [&] {
    message.put_string(IFLA_INFO_KIND, "bridge");
    message.nest(IFLA_INFO_DATA, [&] {
      put_if<uint32_t>(message, IFLA_BR_FORWARD_DELAY, set.forward_delay);
      put_if<uint32_t>(message, IFLA_BR_HELLO_TIME, set.hello_time);
      put_if<uint32_t>(message, IFLA_BR_MAX_AGE, set.max_age);
      put_if<uint32_t>(message, IFLA_BR_AGEING_TIME, set.ageing_time);
      put_if<uint32_t>(message, IFLA_BR_STP_STATE, set.stp);
      put_if<uint16_t>(message, IFLA_BR_PRIORITY, set.priority);
      put_if<uint8_t>(message, IFLA_BR_VLAN_FILTERING, set.vlan_filtering);
      put_if<uint8_t>(message, IFLA_BR_MCAST_SNOOPING, set.mcast_snooping);
      put_if<uint8_t>(message, IFLA_BR_NF_CALL_IPTABLES, set.nf_call_iptables);
      put_if<uint8_t>(message, IFLA_BR_NF_CALL_IP6TABLES, set.nf_call_ip6tables);
      put_if<uint8_t>(message, IFLA_BR_NF_CALL_ARPTABLES, set.nf_call_arptables);
    });
  });
}

/// What the create message cannot carry, the last step of pinning the MTU included.
LinkSettings settings_after_create(const LinkSettings& link) {
  LinkSettings rest = link;
  rest.mac.reset();
  rest.txqueuelen.reset();
  rest.name.reset();
  if (rest.up == false)
    rest.up.reset();
  if (rest.alias && rest.alias->empty())
    rest.alias.reset();
  if (rest.master && rest.master->empty())
    rest.master.reset();
  return rest;
}

}  // namespace

nl::Message get_link_request(int ifindex) {
  return without_statistics(link_message(RTM_GETLINK, 0, ifindex));
}

nl::Message get_link_request(const IfName& name) {
  return without_statistics(link_message(RTM_GETLINK, 0, name));
}

nl::Message dump_links_request() {
  return without_statistics(link_message(RTM_GETLINK, 0, 0));
}

nl::Message dump_ports_request(int master) {
  nl::Message message = dump_links_request();
  message.put(IFLA_MASTER, static_cast<uint32_t>(master));
  return message;
}

nl::Message dump_kind_request(std::string_view kind) {
  nl::Message message = dump_links_request();
  message.nest(IFLA_LINKINFO, [&] { message.put_string(IFLA_INFO_KIND, kind); });
  return message;
}

std::vector<nl::Message> encode(const CreateBridge& op, NameLookup& names) {
  nl::Message create = link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, op.name);
  LinkSettings first;
  first.mac = op.link.mac;
  first.txqueuelen = op.link.txqueuelen;
  if (op.link.mtu)
    first.mtu = other_bridge_mtu(*op.link.mtu);
  put_settings(create, first, names);
  put_bridge(create, op.bridge);
  auto messages = list_of(std::move(create));

  const LinkSettings rest = settings_after_create(op.link);
  if (rest != LinkSettings{}) {
    nl::Message second(RTM_NEWLINK, 0, header_for(0, rest));
    second.put_string(IFLA_IFNAME, op.name.str());
    put_settings(second, rest, names);
    messages.push_back(std::move(second));
  }
  return messages;
}

std::vector<nl::Message> encode(const SetLink& op, NameLookup& names) {
  nl::Message message(RTM_NEWLINK, 0, header_for(names.index_of(op.link), op.set));
  put_settings(message, op.set, names);
  return list_of(std::move(message));
}

std::vector<nl::Message> encode(const SetBridge& op, NameLookup& names) {
  nl::Message message = link_message(RTM_NEWLINK, 0, names.index_of(op.bridge));
  put_bridge(message, op.set);
  return list_of(std::move(message));
}

std::vector<nl::Message> encode(const SetPort& op, NameLookup& names) {
  nl::Message message = link_message(RTM_NEWLINK, 0, names.index_of(op.port));
  message.nest(IFLA_LINKINFO, [&] {
    message.put_string(IFLA_INFO_SLAVE_KIND, "bridge");
    message.nest(IFLA_INFO_SLAVE_DATA, [&] {
      put_if<uint32_t>(message, IFLA_BRPORT_COST, op.set.cost);
      put_if<uint16_t>(message, IFLA_BRPORT_PRIORITY, op.set.priority);
      put_if<uint8_t>(message, IFLA_BRPORT_MODE, op.set.hairpin);
      put_if<uint8_t>(message, IFLA_BRPORT_ISOLATED, op.set.isolated);
      put_if<uint8_t>(message, IFLA_BRPORT_LEARNING, op.set.learning);
      put_if<uint8_t>(message, IFLA_BRPORT_UNICAST_FLOOD, op.set.flood);
      put_if<uint8_t>(message, IFLA_BRPORT_GUARD, op.set.guard);
    });
  });
  return list_of(std::move(message));
}

nl::Message delete_link_request(int ifindex) {
  return link_message(RTM_DELLINK, 0, ifindex);
}

nl::Message delete_link_request(const IfName& name) {
  return link_message(RTM_DELLINK, 0, name);
}

nl::Message set_group_request(int ifindex, uint32_t group) {
  nl::Message message = link_message(RTM_NEWLINK, 0, ifindex);
  message.put(IFLA_GROUP, group);
  return message;
}

nl::Message delete_group_request(uint32_t group) {
  nl::Message message = link_message(RTM_DELLINK, 0, 0);
  message.put(IFLA_GROUP, group);
  return message;
}

nl::Message capability_probe() {
  return link_message(RTM_NEWLINK, 0, impossible_ifindex);
}

}  // namespace tapctl

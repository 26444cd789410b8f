// SPDX-License-Identifier: MIT
// Links as rtnetlink messages (RTM_NEWLINK), bridges, ports and tun devices included.
#pragma once

#include "kernel/names.hpp"
#include "kernel/nl.hpp"
#include "plan/op.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tapctl {

/// Requests for one link, without statistics.
nl::Message get_link_request(int ifindex);
nl::Message get_link_request(const IfName& name);

/// Requests for a dump of links, without statistics. The kernel filters by master and by kind,
/// except that it ignores a kind that it does not know: look at what comes.
nl::Message dump_links_request();
nl::Message dump_ports_request(int master);
nl::Message dump_kind_request(std::string_view kind);

/// What identifies a link, without the rest.
struct LinkId {
  IfName name;
  int ifindex = 0;
  uint32_t group = 0;  ///< IFLA_GROUP
  std::string kind;
};
LinkId read_link_id(nl::Bytes payload);

/// The alternative names of a link (IFLA_ALT_IFNAME), which can be longer than other names.
std::vector<IfName> read_other_names(nl::Bytes payload);

/// Nothing when the message is malformed.
std::optional<Link> decode_link(nl::Bytes payload, NameLookup& names);

/// Creates it with an MTU beside the wanted one and sets the rest by name in a second message: the
/// kernel pins a bridge's MTU only when it is set to another value than it has
/// (net/bridge/br_device.c, br_change_mtu).
std::vector<nl::Message> encode(const CreateBridge& op, NameLookup& names);
std::vector<nl::Message> encode(const SetLink& op, NameLookup& names);
std::vector<nl::Message> encode(const SetBridge& op, NameLookup& names);
std::vector<nl::Message> encode(const SetPort& op, NameLookup& names);

nl::Message delete_link_request(int ifindex);
nl::Message delete_link_request(const IfName& name);
nl::Message set_group_request(int ifindex, uint32_t group);
nl::Message delete_group_request(uint32_t group);

/// Changes nothing: EPERM without CAP_NET_ADMIN over the namespace, ENODEV with it.
nl::Message capability_probe();

}  // namespace tapctl

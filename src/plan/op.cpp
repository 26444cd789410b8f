// SPDX-License-Identifier: MIT
// Names of operations and of what they act on.
#include "plan/op.hpp"

#include "util/text.hpp"

#include <array>
#include <utility>

namespace tapctl {
namespace {

/// In the order of the variant's alternatives.
constexpr std::array<const char*, std::variant_size_v<Op>> op_names = {
    "create_tun",     "set_tun",        "hold_tun",         "release_tun",  "create_bridge",
    "set_link",       "set_bridge",     "set_port",         "delete_links", "add_address",
    "update_address", "delete_address", "add_route",        "delete_route", "add_rule",
    "delete_rule",    "add_neighbour",  "delete_neighbour", "set_sysctl",   "remember",
    "forget",         "keep_applied",   "end_client",       "start_client"};

std::string links_subject(const std::vector<IfName>& names) {
  std::vector<std::string> quoted;
  quoted.reserve(names.size());
  for (const IfName& name : names)
    quoted.push_back(name.quoted());
  return (names.size() == 1 ? "link " : "links ") + join(quoted, ", ");
}

std::string on(const IfName& link) {
  return link.empty() ? "" : " on " + link.quoted();
}

std::string address_subject(const Address& address) {
  return "address " + address.prefix().str() + on(address.link);
}

std::string route_subject(const Route& route) {
  std::string text = "route ";
  text += route.destination.length == 0 ? "default" : route.destination.str();
  for (const NextHop& hop : route.nexthops) {
    if (hop.gateway)
      text += " via " + hop.gateway->str();
    text += on(hop.link);
  }
  if (route.table != route_table::main)
    text += " in table " + std::to_string(route.table);
  return text;
}

std::string rule_subject(const Rule& rule) {
  return "rule " + std::to_string(rule.priority);
}

std::string neighbour_subject(const Neighbour& neighbour) {
  return "neighbour " + neighbour.address.str() + on(neighbour.link);
}

std::string client_subject(const DhcpClient& client) {
  return std::string(dhcp_program_name(client.program)) + on(client.link);
}

}  // namespace

const char* op_name(const Op& op) {
  return op_names.at(op.index());
}

std::string op_subject(const Op& op) {
  const auto device = [](const auto& o) { return "device " + o.name.quoted(); };
  const auto bridge = [](const auto& name) { return "bridge " + name.quoted(); };
  return std::visit(Overloaded{
                        [&](const CreateTun& o) { return device(o); },
                        [&](const SetTun& o) { return device(o); },
                        [&](const HoldTun& o) { return device(o); },
                        [&](const ReleaseTun& o) { return device(o); },
                        [&](const CreateBridge& o) { return bridge(o.name); },
                        [](const SetLink& o) { return "link " + o.link.quoted(); },
                        [&](const SetBridge& o) { return bridge(o.bridge); },
                        [](const SetPort& o) { return "port " + o.port.quoted(); },
                        [](const DeleteLinks& o) { return links_subject(o.names); },
                        [](const AddAddress& o) { return address_subject(o.address); },
                        [](const UpdateAddress& o) { return address_subject(o.address); },
                        [](const DeleteAddress& o) { return address_subject(o.address); },
                        [](const AddRoute& o) { return route_subject(o.route); },
                        [](const DeleteRoute& o) { return route_subject(o.route); },
                        [](const AddRule& o) { return rule_subject(o.rule); },
                        [](const DeleteRule& o) { return rule_subject(o.rule); },
                        [](const AddNeighbour& o) { return neighbour_subject(o.neighbour); },
                        [](const DeleteNeighbour& o) { return neighbour_subject(o.neighbour); },
                        [](const SetSysctl& o) { return "sysctl " + quote(o.path); },
                        [&](const Remember& o) { return bridge(o.bridge); },
                        [&](const Forget& o) { return bridge(o.bridge); },
                        [](const KeepApplied& o) { return "file " + quote(o.file); },
                        [](const EndClient& o) { return client_subject(o.client); },
                        [](const StartClient& o) { return client_subject(o.client); },
                    },
                    op);
}

std::vector<Op> set_link_ops(const IfName& link, const LinkSettings& now, LinkSettings set) {
  if (!set.addr_gen_mode || !begins_ipv6(now, set))
    return {SetLink{link, std::move(set)}};
  LinkSettings second;
  second.addr_gen_mode = std::exchange(set.addr_gen_mode, std::nullopt);
  second.master = std::exchange(set.master, std::nullopt);
  second.name = std::exchange(set.name, std::nullopt);
  second.up = std::exchange(set.up, std::nullopt);
  return {SetLink{link, std::move(set)}, SetLink{link, std::move(second)}};
}

}  // namespace tapctl

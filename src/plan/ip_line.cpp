// SPDX-License-Identifier: MIT
// The `ip` lines of devices, links, bridges and ports, and the choice among all operations.
#include "plan/ip_line.hpp"

#include "model/settings.hpp"
#include "plan/command_line.hpp"
#include "plan/ip_line_network.hpp"
#include "util/text.hpp"

#include <array>
#include <type_traits>

namespace tapctl {
namespace {

std::string create_tun_line(const CreateTun& op) {
  CommandLine line("ip tuntap add");
  line.add("dev", op.name).add("mode").add(op.tun.mode == TunMode::tap ? "tap" : "tun");
  if (op.tun.owner)
    line.add("user", *op.tun.owner);
  if (op.tun.group)
    line.add("group", *op.tun.group);
  if (op.tun.pi)
    line.add("pi");
  if (op.tun.vnet_hdr)
    line.add("vnet_hdr");
  if (op.tun.multi_queue)
    line.add("multi_queue");
  if (op.one_queue)
    line.add("one_queue");
  return line.str();
}

/// tunctl(8) attaches to a tap of one queue, turns pi and vnet_hdr off, and makes the caller the
/// owner where it is given neither owner nor group.
bool is_for_tunctl(const TunDevice& tun) {
  return tun.mode == TunMode::tap && !tun.multi_queue && !tun.pi && !tun.vnet_hdr &&
         (tun.owner || tun.group);
}

/// ip(8) can only create: what tunctl(8) cannot change either is said in words.
std::string set_tun_line(const SetTun& op) {
  if (is_for_tunctl(op.tun)) {
    CommandLine line("tunctl");
    line.add("-t", op.name);
    if (op.tun.owner)
      line.add("-u", *op.tun.owner);
    if (op.tun.group)
      line.add("-g", *op.tun.group);
    return line.str();
  }
  std::string text = "# device " + op.name.quoted() + ": attach for a moment to set";
  if (op.tun.owner)
    text += " owner " + std::to_string(*op.tun.owner) + ",";
  if (op.tun.group)
    text += " group " + std::to_string(*op.tun.group) + ",";
  text += op.tun.pi ? " pi on," : " pi off,";
  text += op.tun.vnet_hdr ? " vnet_hdr on" : " vnet_hdr off";
  return text;
}

std::string hold_tun_comment(const HoldTun& op) {
  return "# device " + op.name.quoted() + ": attach, so that nobody else can";
}

std::string release_tun_comment(const ReleaseTun& op) {
  return "# device " + op.name.quoted() + ": detach";
}

void add_addrgenmode(CommandLine& line, uint8_t mode) {
  constexpr std::array<std::string_view, 4> names = {"eui64", "none", "stable_secret", "random"};
  if (mode < names.size())
    line.add("addrgenmode", names.at(mode));
}

void add_link_settings(CommandLine& line, const LinkSettings& settings) {
  if (settings.mac)
    line.add("address", settings.mac->str());
  if (settings.mtu)
    line.add("mtu", *settings.mtu);
  if (settings.txqueuelen)
    line.add("txqueuelen", *settings.txqueuelen);
  if (settings.alias)
    line.add("alias", *settings.alias);
  if (settings.addr_gen_mode)
    add_addrgenmode(line, *settings.addr_gen_mode);
  if (settings.name)
    line.add("name", *settings.name);
  if (settings.master && settings.master->empty())
    line.add("nomaster");
  else if (settings.master)
    line.add("master", *settings.master);
  if (settings.up)
    line.add(*settings.up ? "up" : "down");
}

/// Bridge::fields() and Port::fields() have the names that ip has; bridge options are 0 or 1, port
/// options on or off, and times are in hundredths of a second on both sides.
template <Settings T>
void add_options(CommandLine& line, const T& settings) {
  for_each_field<T>([&](const char* name, auto member) {
    if (!(settings.*member))
      return;
    using Value = typename std::remove_cvref_t<decltype(settings.*member)>::value_type;
    if constexpr (std::is_same_v<T, Port> && std::is_same_v<Value, bool>)
      line.add_switch(name, *(settings.*member));
    else
      line.add(name, uint64_t{*(settings.*member)});
  });
}

/// A bridge keeps its MTU when ports come and go only once it was set to another one than it has.
std::string create_bridge_line(const CreateBridge& op) {
  LinkSettings first = op.link;
  if (first.mtu)
    first.mtu = other_bridge_mtu(*first.mtu);
  CommandLine line("ip link add");
  line.add("dev", op.name);
  add_link_settings(line, first);
  line.add("type bridge");
  add_options(line, op.bridge);
  if (op.link.mtu)
    line.end().add("ip link set").add("dev", op.name).add("mtu", *op.link.mtu);
  return line.str();
}

std::string set_link_line(const SetLink& op) {
  CommandLine line("ip link set");
  line.add("dev", op.link);
  add_link_settings(line, op.set);
  return line.str();
}

std::string set_bridge_line(const SetBridge& op) {
  CommandLine line("ip link set");
  line.add("dev", op.bridge).add("type bridge");
  add_options(line, op.set);
  return line.str();
}

std::string set_port_line(const SetPort& op) {
  CommandLine line("ip link set");
  line.add("dev", op.port).add("type bridge_slave");
  add_options(line, op.set);
  return line.str();
}

std::string delete_links_line(const DeleteLinks& op) {
  std::string text;
  for (const IfName& name : op.names) {
    if (!text.empty())
      text += "; ";
    text += CommandLine("ip link del").add("dev", name).str();
  }
  return text;
}

std::string set_sysctl_line(const SetSysctl& op) {
  return CommandLine("sysctl").add("-w", op.path + "=" + op.value).str();
}

std::string remember_comment(const Remember& op) {
  return "# bridge " + op.bridge.quoted() + ": keep in /run/tapctl what unbridge will need";
}

std::string forget_comment(const Forget& op) {
  return "# bridge " + op.bridge.quoted() + ": remove from /run/tapctl what was kept";
}

std::string keep_applied_comment(const KeepApplied& op) {
  return "# file " + quote(op.file) +
         (op.applied == Applied{} ? ": remove from /run/tapctl what was kept"
                                  : ": keep in /run/tapctl what down will need");
}

/// Where it does not run yet, what it will be like.
std::string end_client_line(const EndClient& op) {
  if (op.client.pid != 0)
    return "kill -KILL " + std::to_string(op.client.pid);
  return CommandLine("pkill -KILL").add("-f", join(op.client.argv, " ")).str();
}

std::string start_client_line(const StartClient& op) {
  std::string line;
  for (const std::string& word : op.client.argv)
    line += (line.empty() ? "" : " ") + shell_quote(word);
  return line;
}

}  // namespace

std::string ip_line(const Op& op) {
  return std::visit(Overloaded{
                        [](const CreateTun& o) { return create_tun_line(o); },
                        [](const SetTun& o) { return set_tun_line(o); },
                        [](const HoldTun& o) { return hold_tun_comment(o); },
                        [](const ReleaseTun& o) { return release_tun_comment(o); },
                        [](const CreateBridge& o) { return create_bridge_line(o); },
                        [](const SetLink& o) { return set_link_line(o); },
                        [](const SetBridge& o) { return set_bridge_line(o); },
                        [](const SetPort& o) { return set_port_line(o); },
                        [](const DeleteLinks& o) { return delete_links_line(o); },
                        [](const AddAddress& o) { return add_address_line(o); },
                        [](const UpdateAddress& o) { return update_address_line(o); },
                        [](const DeleteAddress& o) { return delete_address_line(o); },
                        [](const AddRoute& o) { return add_route_line(o); },
                        [](const DeleteRoute& o) { return delete_route_line(o); },
                        [](const AddRule& o) { return rule_line(o.rule, "add"); },
                        [](const DeleteRule& o) { return rule_line(o.rule, "del"); },
                        [](const AddNeighbour& o) { return add_neighbour_line(o); },
                        [](const DeleteNeighbour& o) { return delete_neighbour_line(o); },
                        [](const SetSysctl& o) { return set_sysctl_line(o); },
                        [](const Remember& o) { return remember_comment(o); },
                        [](const Forget& o) { return forget_comment(o); },
                        [](const KeepApplied& o) { return keep_applied_comment(o); },
                        [](const EndClient& o) { return end_client_line(o); },
                        [](const StartClient& o) { return start_client_line(o); },
                    },
                    op);
}

}  // namespace tapctl

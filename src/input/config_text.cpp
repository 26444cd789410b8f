// SPDX-License-Identifier: MIT
// Writes the state of a namespace as a configuration file: what differs from what `apply` would
// choose by itself.
#include "input/config.hpp"
#include "model/filtering.hpp"
#include "model/setting_text.hpp"
#include "model/settings.hpp"
#include "plan/retarget.hpp"
#include "report/accounts.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace tapctl {
namespace {

using Json = nlohmann::ordered_json;

constexpr uint32_t usual_mtu = 1500;
constexpr uint32_t tap_txqueuelen = 1000;
constexpr uint32_t tun_txqueuelen = 500;

/// What a bridge of `apply` has where its file says nothing (net/bridge/br_device.c).
constexpr Bridge usual_bridge{.stp = false,
                              .forward_delay = 1500,
                              .hello_time = 200,
                              .max_age = 2000,
                              .ageing_time = 30000,
                              .priority = 32768,
                              .vlan_filtering = false,
                              .mcast_snooping = true};

/// And a port (net/bridge/br_if.c); its cost follows the speed of the link.
constexpr Port usual_port{.priority = 32,
                          .hairpin = false,
                          .isolated = false,
                          .learning = true,
                          .flood = true,
                          .guard = false};
constexpr std::array<uint32_t, 6> usual_costs{0, 2, 4, 5, 19, 100};

Json account(uint32_t id, std::optional<std::string> (*name_of)(uint32_t)) {
  const auto name = name_of(id);
  return name && is_utf8(*name) ? Json(*name) : Json(id);
}

/// The fields that differ from `usual`; times with their unit.
template <Settings T>
void put_unusual(Json& json, const T& settings, const T& usual) {
  const T unusual = difference(usual, settings);
  for_each_field<T>([&](const char* name, auto member) {
    if (!(unusual.*member) || std::string_view(name).starts_with("nf_"))
      return;
    const std::string_view field = name;
    if (field.ends_with("_time") || field == "forward_delay" || field == "max_age")
      json[name] = setting_text(name, unusual.*member);
    else
      json[name] = *(unusual.*member);
  });
}

void put_port(Json& json, const Link& link) {
  if (!link.port)
    return;
  Port settings = *link.port;
  if (settings.cost && std::ranges::find(usual_costs, *settings.cost) != usual_costs.end())
    settings.cost.reset();
  Json port = Json::object();
  put_unusual(port, settings, usual_port);
  if (!port.empty())
    json["port"] = port;
}

/// One that comes back by itself, or ends, is not for a file.
bool is_lasting(const Address& address) {
  return !address.local.is_link_local() && !address.is_temporary() && !address.valid_lft;
}

void put_addresses(Json& json, const Link& link, const Snapshot& current) {
  std::vector<Address> addresses = current.addresses_of(link.name);
  std::erase_if(addresses, [](const Address& address) { return !is_lasting(address); });
  for (const Address& address : addresses) {
    if (address.peer != addresses.front().peer)
      throw Error("device " + link.name.quoted() +
                  ": has addresses with different far ends, which a file cannot say");
    json["addresses"].push_back(address.prefix().str());
  }
  if (!addresses.empty() && addresses.front().peer)
    json["peer"] = addresses.front().peer->str();
}

Json device_json(const Link& link, const Snapshot& current) {
  const LinkSettings& settings = link.settings;
  const TunDevice& tun = *link.tun;
  const Link* bridge = link.master().empty() ? nullptr : current.find(link.master());
  Json json = {{"ifname", link.name.str()}, {"mode", mode_name(tun.mode)}};
  if (tun.owner)
    json["owner"] = account(*tun.owner, user_name);
  if (tun.group)
    json["group"] = account(*tun.group, group_name);
  if (!tun.owner && !tun.group)
    json["any_user"] = true;
  if (settings.mac)
    json["address"] = settings.mac->str();
  if (settings.mtu != (bridge == nullptr ? usual_mtu : bridge->settings.mtu))
    json["mtu"] = settings.mtu.value_or(usual_mtu);
  if (settings.txqueuelen != (tun.mode == TunMode::tap ? tap_txqueuelen : tun_txqueuelen))
    json["txqueuelen"] = settings.txqueuelen.value_or(0);
  if (settings.alias && !settings.alias->empty())
    json["ifalias"] = *settings.alias;
  if (bridge != nullptr)
    json["master"] = bridge->name.str();
  if (settings.up != (bridge != nullptr))
    json["up"] = settings.up.value_or(false);
  if (tun.multi_queue)
    json["multi_queue"] = true;
  if (tun.vnet_hdr)
    json["vnet_hdr"] = true;
  if (tun.pi)
    json["pi"] = true;
  put_addresses(json, link, current);
  put_port(json, link);
  return json;
}

/// The port whose MAC and MTU a new bridge takes.
const Link* model_port(const std::vector<const Link*>& ports, const IfName& uplink) {
  const Link* first = nullptr;
  for (const Link* port : ports) {
    if (port->name == uplink)
      return port;
    if (!port->tun && first == nullptr)
      first = port;
  }
  return first;
}

/// Without an uplink all that a bridge has is its own.
bool is_own(const BridgeMemory* memory, const std::string& identity) {
  return memory == nullptr || memory->uplink.empty() || memory->own.contains(identity);
}

void put_own_addresses(Json& json, const Link& bridge, const Snapshot& current,
                       const BridgeMemory* memory) {
  for (const Address& address : current.addresses_of(bridge.name)) {
    if (is_lasting(address) && is_own(memory, identity_of(address, bridge.name)))
      json["addresses"].push_back(address.prefix().str());
  }
  for (const Route& route : current.routes) {
    const bool is_default = route.destination.length == 0 && route.table == route_table::main &&
                            route.nexthops.size() == 1 && route.uses(bridge.name) &&
                            route.protocol != route_protocol::ra;
    if (is_default && route.nexthops.front().gateway &&
        is_own(memory, identity_of(route, bridge.name)))
      json["gateways"].push_back(route.nexthops.front().gateway->str());
  }
}

/// Filtering that differs from what the module gives a new namespace: on for all.
void put_nf(Json& json, const Link& bridge, const Snapshot& current) {
  if (!is_filter_loaded(current))
    return;
  const bool is_off = std::ranges::none_of(
      hooks, [&](const Hook& hook) { return is_effective(current, bridge, hook); });
  const bool is_on =
      std::ranges::all_of(hooks, [&](const Hook& hook) { return is_on_for(bridge, hook); });
  if (is_off || is_on)
    json["nf"] = is_on ? "on" : "off";
}

Json bridge_json(const Link& bridge, const Snapshot& current) {
  const auto found = current.memory.find(bridge.name);
  const BridgeMemory* memory = found == current.memory.end() ? nullptr : &found->second;
  const IfName uplink = memory == nullptr ? IfName() : memory->uplink;
  const std::vector<const Link*> ports = current.ports_of(bridge.name);
  const Link* model = model_port(ports, uplink);

  Json json = {{"ifname", bridge.name.str()}, {"ports", Json::array()}};
  for (const Link* port : ports) {
    if (port->tun)
      continue;
    Json entry = {{"ifname", port->name.str()}};
    put_port(entry, *port);
    json["ports"].push_back(entry.size() == 1 ? entry["ifname"] : entry);
  }
  if (model != nullptr && model->name == uplink)
    json["uplink"] = uplink.str();
  if (memory != nullptr && !memory->clients.empty())
    json["dhcp"] = dhcp_program_name(memory->clients.front().program);
  if (bridge.settings.mac && (model == nullptr || bridge.settings.mac != model->settings.mac))
    json["address"] = bridge.settings.mac->str();
  if (bridge.settings.mtu != (model == nullptr ? usual_mtu : model->settings.mtu))
    json["mtu"] = bridge.settings.mtu.value_or(usual_mtu);
  put_unusual(json, *bridge.bridge, usual_bridge);
  put_own_addresses(json, bridge, current, memory);
  put_nf(json, bridge, current);
  return json;
}

}  // namespace

std::string config_text(const Snapshot& current) {
  Json json = {{"schema", 1}, {"devices", Json::array()}, {"bridges", Json::array()}};
  for (const Link& link : current.links) {
    // One that does not persist is its program's, which makes it anew.
    if (link.tun && link.tun->persist)
      json["devices"].push_back(device_json(link, current));
    if (link.bridge)
      json["bridges"].push_back(bridge_json(link, current));
  }
  try {
    return "// tapctl apply makes this; tapctl.json(5) describes it.\n" + json.dump(2) + "\n";
  } catch (const Json::exception&) {
    throw Error("a name or an alias is not UTF-8, which a JSON file cannot hold")
        .with_hint("tapctl list shows it");
  }
}

}  // namespace tapctl

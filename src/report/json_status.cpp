// SPDX-License-Identifier: MIT
// The JSON documents of `status`, `list` and `nf show`.
#include "model/filtering.hpp"
#include "report/accounts.hpp"
#include "report/json.hpp"
#include "report/json_values.hpp"
#include "report/selection.hpp"
#include "util/text.hpp"

namespace tapctl {
namespace {

Json holders_json(const Snapshot& snapshot, const IfName& device) {
  Json out = Json::array();
  const auto found = snapshot.holders.find(device);
  if (found == snapshot.holders.end())
    return out;
  for (const Holder& holder : found->second) {
    Json entry = {{"pid", holder.pid}};
    put_text(entry, "command", holder.command);
    entry["uid"] = holder.uid;
    entry["user"] = user_text(holder.uid);
    out.push_back(entry);
  }
  return out;
}

Json link_json(const Snapshot& snapshot, const Link& link) {
  Json out = Json::object();
  put_name(out, "ifname", link.name);
  out["ifindex"] = link.ifindex;
  out["kind"] = link.kind.empty() ? Json(nullptr) : Json(link.kind);
  put_settings(out, link.settings);
  out["carrier"] = link.carrier;
  out["operstate"] = link.operstate;
  if (link.tun) {
    put_tun(out, *link.tun);
    out["queues"] = link.tun->queues;
    out["holders"] = holders_json(snapshot, link.name);
  }
  if (link.port) {
    out["port"] = Json::object();
    put_settings(out["port"], *link.port);
  }
  out["addresses"] = Json::array();
  for (const Address& address : snapshot.addresses_of(link.name))
    out["addresses"].push_back(to_json(address));
  return out;
}

Json filtered_json(const Snapshot& snapshot, const Link& bridge) {
  Json out = Json::object();
  for (const Hook& hook : hooks)
    out[hook.name] = is_effective(snapshot, bridge, hook);
  return out;
}

Json bridge_json(const Snapshot& snapshot, const Link& bridge) {
  Json out = link_json(snapshot, bridge);
  put_settings(out, *bridge.bridge);
  out["filtered"] = filtered_json(snapshot, bridge);
  const Link* uplink = uplink_of(snapshot, bridge);
  put_name(out, "uplink", uplink == nullptr ? IfName{} : uplink->name);
  out["ports"] = Json::array();
  for (const Link* port : snapshot.ports_of(bridge.name))
    out["ports"].push_back(link_json(snapshot, *port));
  return out;
}

Json document(const char* command) {
  return {{"schema", 1}, {"command", command}};
}

}  // namespace

std::string json_list(const Snapshot& snapshot, const std::vector<IfName>& devices) {
  Json out = document("list");
  out["devices"] = Json::array();
  for (const IfName& name : devices) {
    if (const Link* link = snapshot.find(name))
      out["devices"].push_back(link_json(snapshot, *link));
  }
  return print_json(out);
}

std::string json_status(const Snapshot& snapshot, const std::vector<IfName>& names,
                        const std::optional<Pending>& pending) {
  const Selection selection = select_links(snapshot, names);
  Json out = document("status");
  const auto put_links = [&](const char* key, const std::vector<const Link*>& links) {
    out[key] = Json::array();
    for (const Link* link : links)
      out[key].push_back(link_json(snapshot, *link));
  };
  out["bridges"] = Json::array();
  for (const Link* bridge : selection.bridges)
    out["bridges"].push_back(bridge_json(snapshot, *bridge));
  put_links("devices", selection.devices);
  put_links("links", selection.links);
  out["default_routes"] = Json::array();
  for (const Route* route : selection.default_routes)
    out["default_routes"].push_back(to_json(*route));
  out["pending"] = nullptr;
  if (pending)
    out["pending"] = {{"transaction", pending->transaction.id},
                      {"command", pending->transaction.command},
                      {"waits_to_be_confirmed", pending->is_waiting},
                      {"left_ms", pending->is_waiting ? Json(pending->left_ms) : Json(nullptr)}};
  return print_json(out);
}

std::string json_nf(const Snapshot& snapshot, const std::vector<IfName>& bridges) {
  Json out = document("nf");
  out["br_netfilter"] = is_filter_loaded(snapshot);
  out["sysctls"] = Json::object();
  for (const auto& [path, value] : snapshot.sysctls) {
    if (path.starts_with("net/bridge/"))
      put_text(out["sysctls"], path, value);
  }
  out["bridges"] = Json::array();
  for (const IfName& name : bridges) {
    const Link* bridge = snapshot.find(name);
    if (bridge == nullptr)
      continue;
    Json entry = Json::object();
    put_name(entry, "ifname", name);
    for (const Hook& hook : hooks)
      entry[std::string("nf_call_") + hook.name] = is_on_for(*bridge, hook);
    entry["filtered"] = filtered_json(snapshot, *bridge);
    out["bridges"].push_back(entry);
  }
  return print_json(out);
}

}  // namespace tapctl

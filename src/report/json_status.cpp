// SPDX-License-Identifier: MIT
// The JSON documents of `status`, `list` and `nf show`.
#include "model/filtering.hpp"
#include "report/accounts.hpp"
#include "report/json.hpp"
#include "report/json_document.hpp"
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
  Json out = to_json(link);
  if (link.tun)
    out["holders"] = holders_json(snapshot, link.name);
  put_port(out, link);
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

/// A bridge's own flags, and what comes of them.
Json flags_json(const Snapshot& snapshot, const Link& bridge) {
  Json out = Json::object();
  put_name(out, "ifname", bridge.name);
  for (const Hook& hook : hooks)
    out[std::string("nf_call_") + hook.name] = is_on_for(bridge, hook);
  out["filtered"] = filtered_json(snapshot, bridge);
  return out;
}

Json pending_json(const Pending& pending) {
  Json out = {{"transaction", pending.transaction.id}};
  put_text(out, "command", pending.transaction.command);
  out["waits_to_be_confirmed"] = pending.is_waiting;
  out["left_ms"] = pending.is_waiting ? Json(pending.left_ms) : Json(nullptr);
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

}  // namespace

void json_list(const Snapshot& snapshot, const std::vector<IfName>& devices, const TextSink& sink) {
  JsonDocument out(sink, "list");
  out.put_array("devices", snapshot.find_all(devices),
                [&](const Link* link) { return link_json(snapshot, *link); });
  out.put("unseen_processes", snapshot.unseen_processes);
  out.end();
}

void json_status(const Snapshot& snapshot, const std::vector<IfName>& names,
                 const std::optional<Pending>& pending, JsonLayout layout, const TextSink& sink) {
  const Selection selection = select_links(snapshot, names);
  const auto one_link = [&](const Link* link) { return link_json(snapshot, *link); };
  JsonDocument out(sink, "status", layout);
  out.put_array("bridges", selection.bridges,
                [&](const Link* bridge) { return bridge_json(snapshot, *bridge); });
  out.put_array("devices", selection.devices, one_link);
  out.put_array("links", selection.links, one_link);
  out.put_array("default_routes", selection.default_routes,
                [](const Route* route) { return to_json(*route); });
  out.put("unseen_processes", snapshot.unseen_processes);
  out.put("pending", pending ? pending_json(*pending) : Json(nullptr));
  out.end();
}

void json_nf(const Snapshot& snapshot, const std::vector<IfName>& bridges, const TextSink& sink) {
  JsonDocument out(sink, "nf");
  out.put("br_netfilter", is_filter_loaded(snapshot));
  Json sysctls = Json::object();
  for (const auto& [path, value] : snapshot.sysctls) {
    if (path.starts_with("net/bridge/"))
      put_text(sysctls, path, value);
  }
  out.put("sysctls", sysctls);
  out.put_array("bridges", snapshot.find_all(bridges),
                [&](const Link* bridge) { return flags_json(snapshot, *bridge); });
  out.end();
}

}  // namespace tapctl

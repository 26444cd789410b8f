// SPDX-License-Identifier: MIT
// Model values as JSON, in the kernel's vocabulary.
#include "report/json_values.hpp"

#include "plan/ip_names.hpp"
#include "report/accounts.hpp"
#include "util/text.hpp"

#include <algorithm>
#include <cctype>

namespace tapctl {
namespace {

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto value = static_cast<unsigned char>(c);
    out += {digits[value >> 4U], digits[value & 0xfU]};
  }
  return out;
}

template <class T>
void put_number(Json& object, const char* key, const std::optional<T>& value) {
  if (value)
    object[key] = *value;
}

void put_address(Json& object, const char* key, const std::optional<IpAddress>& value) {
  if (value)
    object[key] = value->str();
}

void put_prefix(Json& object, const char* key, const std::optional<Prefix>& value) {
  if (value)
    object[key] = value->str();
}

const char* family_name(Family family) {
  return family == Family::ipv4 ? "inet" : "inet6";
}

/// ip(8) has the states of neighbours in capitals.
std::string capitals(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

/// What no accessor knows: attribute type to its bytes in hex.
void put_extra(Json& object, const RawAttributes& extra) {
  for (const RawAttribute& attribute : extra) {
    const std::string_view bytes(reinterpret_cast<const char*>(attribute.payload.data()),
                                 attribute.payload.size());
    object["extra"].push_back({{"type", attribute.type}, {"payload", hex(bytes)}});
  }
}

/// As `ip -j` has them: one object in an array.
void put_metrics(Json& object, const Route& route) {
  for (const auto& [metric, value] : route.metrics) {
    const std::string name = route_metric_name(metric);
    object["metrics"][0][name.empty() ? std::to_string(metric) : name] = value;
  }
}

Json to_json(const NextHop& nexthop) {
  Json out = Json::object();
  put_address(out, "gateway", nexthop.gateway);
  put_name(out, "dev", nexthop.link);
  if (nexthop.onlink)
    out["onlink"] = true;
  if (nexthop.weight != 0)
    out["weight"] = nexthop.weight;
  put_extra(out, nexthop.extra);
  return out;
}

}  // namespace

void put_text(Json& object, const std::string& key, const std::string& text) {
  object[key] = text;
  if (!is_utf8(text))
    object[key + "_bytes"] = hex(text);
}

void put_texts(Json& object, const std::string& key, const std::vector<std::string>& texts) {
  object[key] = texts;
  if (std::ranges::all_of(texts, is_utf8))
    return;
  for (const std::string& text : texts)
    object[key + "_bytes"].push_back(hex(text));
}

void put_name(Json& object, const std::string& key, const IfName& name) {
  if (name.empty())
    object[key] = nullptr;
  else
    put_text(object, key, name.str());
}

void put_tun(Json& object, const TunDevice& tun) {
  const auto put_account = [&](const std::string& key, const std::optional<uint32_t>& id,
                               std::optional<std::string> (*name_of)(uint32_t)) {
    const auto name = id ? name_of(*id) : std::nullopt;
    object[key] = id ? Json(*id) : Json(nullptr);
    object[key + "_name"] = name ? Json(*name) : Json(nullptr);
  };
  object["mode"] = tun.mode == TunMode::tun ? "tun" : "tap";
  put_account("owner", tun.owner, user_name);
  put_account("group", tun.group, group_name);
  object["pi"] = tun.pi;
  object["vnet_hdr"] = tun.vnet_hdr;
  object["multi_queue"] = tun.multi_queue;
  object["persist"] = tun.persist;
}

Json to_json(const Link& link) {
  Json out = Json::object();
  put_name(out, "ifname", link.name);
  out["ifindex"] = link.ifindex;
  out["kind"] = link.kind.empty() ? Json(nullptr) : Json(link.kind);
  put_settings(out, link.settings);
  out["carrier"] = link.carrier;
  out["operstate"] = link.operstate;
  if (link.permanent_mac)
    out["perm_address"] = link.permanent_mac->str();
  if (link.tun) {
    put_tun(out, *link.tun);
    out["queues"] = link.tun->queues;
  }
  return out;
}

void put_port(Json& object, const Link& link) {
  if (!link.port)
    return;
  object["port"] = Json::object();
  put_settings(object["port"], *link.port);
}

Json to_json(const Address& address) {
  Json out = {{"family", family_name(address.local.family)},
              {"local", address.local.str()},
              {"prefixlen", address.prefixlen}};
  put_address(out, "peer", address.peer);
  put_address(out, "broadcast", address.broadcast);
  out["scope"] = scope_name(address.scope);
  out["flags"] = address_flag_names(address.local.family, address.flags);
  if (!address.label.empty())
    put_text(out, "label", address.label);
  put_number(out, "valid_lft", address.valid_lft);
  put_number(out, "preferred_lft", address.preferred_lft);
  put_number(out, "metric", address.metric);
  if (address.protocol)
    out["protocol"] = address_protocol_name(*address.protocol);
  put_extra(out, address.extra);
  return out;
}

Json to_json(const Route& route) {
  Json out = {{"family", family_name(route.family)},
              {"dst", route.destination.length == 0 ? "default" : route.destination.str()}};
  put_prefix(out, "src", route.source);
  out["table"] = table_name(route.table);
  out["type"] = route_type_name(route.type);
  out["scope"] = scope_name(route.scope);
  out["protocol"] = protocol_name(route.protocol);
  if (route.tos != 0)
    out["tos"] = route.tos;
  put_number(out, "metric", route.metric);
  put_address(out, "prefsrc", route.prefsrc);
  if (route.preference)
    out["pref"] = route_preference_name(*route.preference);
  put_number(out, "expires", route.expires);
  put_number(out, "nhid", route.nexthop_id);
  put_metrics(out, route);
  if (!route.congestion_control.empty())
    put_text(out, "cc_algo", route.congestion_control);
  for (const NextHop& nexthop : route.nexthops)
    out["nexthops"].push_back(to_json(nexthop));
  put_extra(out, route.extra);
  return out;
}

Json to_json(const Rule& rule) {
  Json out = {{"family", family_name(rule.family)}, {"priority", rule.priority}};
  if (rule.iif)
    put_name(out, "iif", *rule.iif);
  if (rule.oif)
    put_name(out, "oif", *rule.oif);
  put_prefix(out, "src", rule.from);
  put_prefix(out, "dst", rule.to);
  if (rule.tos != 0)
    out["tos"] = rule.tos;
  out["action"] = rule_action_name(rule.action);
  out["not"] = rule.invert;
  out["table"] = table_name(rule.table);
  put_number(out, "fwmark", rule.fwmark);
  put_number(out, "fwmask", rule.fwmask);
  if (rule.protocol)
    out["protocol"] = protocol_name(*rule.protocol);
  put_extra(out, rule.extra);
  return out;
}

Json to_json(const Neighbour& neighbour) {
  const std::string lladdr = lladdr_text(neighbour.lladdr);
  Json out = {{"dst", neighbour.address.str()}};
  out["lladdr"] = lladdr.empty() ? Json(nullptr) : Json(lladdr);
  out["state"] = Json::array({capitals(neighbour_state_name(neighbour.state))});
  out["proxy"] = neighbour.proxy;
  out["router"] = neighbour.router;
  out["extern_learn"] = neighbour.extern_learned;
  out["managed"] = neighbour.managed;
  if (neighbour.protocol)
    out["protocol"] = protocol_name(*neighbour.protocol);
  return out;
}

std::string print_json(const Json& document) {
  return document.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

std::string print_json_line(const Json& document) {
  return document.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace tapctl

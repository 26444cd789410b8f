// SPDX-License-Identifier: MIT
// The `ip` lines of routes.
//
// ip(8) fills in what is not said (protocol boot, a scope and a table by the route's type), so a
// value is left out only where it is what ip would take. Attributes that nobody modelled, such as
// an encapsulation, are not in the line.
#include "plan/command_line.hpp"
#include "plan/ip_line_network.hpp"
#include "plan/ip_names.hpp"

#include <string>

namespace tapctl {
namespace {

constexpr uint16_t metric_lock = 1;
constexpr uint16_t metric_features = 12;
constexpr uint32_t feature_ecn = 1;

std::string prefix_text(const Prefix& prefix) {
  return prefix.length == 0 ? "default" : prefix.str();
}

/// Local, broadcast, anycast and nat routes go to table local where none is said.
bool has_usual_table(const Route& route) {
  const bool local = route.type == route_type::local || route.type == route_type::broadcast ||
                     route.type == route_type::anycast || route.type == route_type::nat;
  return route.table == (local ? route_table::local : route_table::main);
}

/// The scope that ip takes where none is said; IPv6 has none.
bool has_usual_scope(const Route& route) {
  if (route.family == Family::ipv6)
    return true;
  if (route.type == route_type::local)
    return route.scope == route_scope::host;
  if (route.type == route_type::broadcast || route.type == route_type::multicast ||
      route.type == route_type::anycast)
    return route.scope == route_scope::link;
  if (route.type != route_type::unicast)
    return route.scope == route_scope::global;
  if (route.nexthop_id)
    return false;
  const bool direct = route.nexthops.size() == 1 && !route.nexthops.front().gateway;
  return route.scope == (direct ? route_scope::link : route_scope::global);
}

void add_gateway(CommandLine& line, const Route& route, const NextHop& hop) {
  if (hop.gateway && hop.gateway->family != route.family)
    line.add(hop.gateway->family == Family::ipv6 ? "via inet6" : "via inet", hop.gateway->str());
  else if (hop.gateway)
    line.add("via", hop.gateway->str());
  if (!hop.link.empty())
    line.add("dev", hop.link);
}

void add_nexthops(CommandLine& line, const Route& route) {
  if (route.nexthop_id) {
    line.add("nhid", *route.nexthop_id);
    return;
  }
  const bool multipath = route.nexthops.size() > 1;
  for (const NextHop& hop : route.nexthops) {
    if (multipath)
      line.add("nexthop");
    add_gateway(line, route, hop);
    if (multipath)
      line.add("weight", uint64_t{hop.weight} + 1);
    if (hop.onlink)
      line.add("onlink");
  }
}

void add_metrics(CommandLine& line, const Route& route) {
  uint32_t locked = 0;
  for (const auto& [metric, value] : route.metrics)
    if (metric == metric_lock)
      locked = value;
  for (const auto& [metric, value] : route.metrics) {
    const std::string name = route_metric_name(metric);
    if (name.empty() || metric == metric_lock)
      continue;
    if (metric == metric_features) {
      if ((value & feature_ecn) != 0)
        line.add("features ecn");
      continue;
    }
    line.add(name);
    if ((locked >> metric & 1U) != 0)
      line.add("lock");
    line.add(std::to_string(value));
  }
  if (!route.congestion_control.empty())
    line.add("congctl", route.congestion_control);
}

/// What tells the route from others, without its next hops.
void add_route_key(CommandLine& line, const Route& route) {
  if (route.type != route_type::unicast)
    line.add(route_type_name(route.type));
  line.add(prefix_text(route.destination));
  if (route.source)
    line.add("from", route.source->str());
  if (route.tos != 0)
    line.add("tos", hex_number(route.tos));
  if (!has_usual_table(route))
    line.add("table", table_name(route.table));
  if (route.metric)
    line.add("metric", *route.metric);
  if (!has_usual_scope(route))
    line.add("scope", scope_name(route.scope));
  if (route.prefsrc)
    line.add("src", route.prefsrc->str());
}

}  // namespace

std::string add_route_line(const AddRoute& op) {
  const Route& route = op.route;
  CommandLine line(ip_command(route.family) + " route " +
                   (op.how == RouteAdd::replace ? "replace" : "append"));
  add_route_key(line, route);
  if (route.protocol != route_protocol::boot)
    line.add("proto", protocol_name(route.protocol));
  if (route.preference)
    line.add("pref", route_preference_name(*route.preference));
  if (route.expires)
    line.add("expires", *route.expires);
  add_metrics(line, route);
  add_nexthops(line, route);
  return line.str();
}

std::string delete_route_line(const DeleteRoute& op) {
  CommandLine line(ip_command(op.route.family) + " route del");
  add_route_key(line, op.route);
  if (op.route.protocol != 0)
    line.add("proto", protocol_name(op.route.protocol));
  add_nexthops(line, op.route);
  return line.str();
}

}  // namespace tapctl

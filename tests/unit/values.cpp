// SPDX-License-Identifier: MIT
// Values that the unit tests are built from.
#include "unit/values.hpp"

#include <algorithm>
#include <iterator>

namespace tapctl::test {

Link make_link(const std::string& text, const std::string& kind) {
  Link link;
  link.name = name(text);
  link.kind = kind;
  link.settings.mac = Mac::parse("02:00:00:00:00:01");
  link.settings.mtu = 1500;
  link.settings.txqueuelen = 1000;
  link.settings.alias = "";
  link.settings.master = IfName{};
  link.settings.addr_gen_mode = 0;
  link.settings.up = false;
  return link;
}

Link make_tap(const std::string& text) {
  Link link = make_link(text, "tun");
  link.tun = TunDevice{.mode = TunMode::tap, .owner = 1000, .group = std::nullopt};
  return link;
}

Link make_tun(const std::string& text) {
  Link link = make_link(text, "tun");
  link.tun = TunDevice{.mode = TunMode::tun, .owner = 1000, .group = std::nullopt};
  link.settings.mac.reset();
  return link;
}

Link make_bridge(const std::string& text) {
  Link link = make_link(text, "bridge");
  link.bridge = Bridge{};
  link.bridge->stp = false;
  link.bridge->nf_call_iptables = false;
  link.bridge->nf_call_ip6tables = false;
  link.bridge->nf_call_arptables = false;
  return link;
}

Link as_port(Link link, const std::string& bridge) {
  link.settings.master = name(bridge);
  link.port = Port{};
  link.port->cost = 100;
  link.port->hairpin = false;
  return link;
}

Address make_address(const std::string& link, const std::string& prefix) {
  const Prefix parsed = Prefix::parse(prefix);
  Address address;
  address.link = name(link);
  address.local = parsed.address;
  address.prefixlen = parsed.length;
  if (parsed.address.family == Family::ipv4)
    address.label = link;
  return address;
}

Route make_route(const std::string& link, const std::string& prefix, const std::string& gateway) {
  Route route;
  route.destination = Prefix::parse(prefix);
  route.family = route.destination.address.family;
  route.protocol = route_protocol::boot;
  NextHop hop;
  hop.link = name(link);
  hop.gateway = IpAddress::parse(gateway);
  route.nexthops = {hop};
  return route;
}

std::vector<Op> ops_of(const Plan& plan) {
  std::vector<Op> ops;
  for (const Step& step : plan.steps)
    std::ranges::copy(step.ops, std::back_inserter(ops));
  return ops;
}

std::vector<Op> undo_of(const Plan& plan) {
  std::vector<Step> steps = plan.steps;
  std::ranges::reverse(steps);
  std::vector<Op> ops;
  for (const Step& step : steps)
    std::ranges::copy(step.undo, std::back_inserter(ops));
  return ops;
}

}  // namespace tapctl::test

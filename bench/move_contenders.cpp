// SPDX-License-Identifier: MIT
// The scripts that tapctl is compared with.
//
// The tutorial's goes the way that they all go: bridge, port, address on the bridge, address off
// the uplink, and the default route again, since the kernel took that with the address. IPv6
// addresses get duplicate address detection, as they do where nobody thinks of it.
//
// The batch knows all that an expert does: it pins the MAC, has an IPv6 address ready (and updates
// it once the bridge is up, for its prefix route), brings the bridge up last, carries the gateway's
// neighbour entry along, replaces the route in place, and deletes the old address at the end; on
// the way back it releases the port when nothing needs the bridge any more.
#include "move_contenders.hpp"

namespace tapctl::bench {

namespace {

Command tutorial_bridge(const Network& network) {
  const std::string prefix = network.address + "/" + network.length;
  return {{"sh", "-e"},
          "ip link add br0 type bridge\n"
          "ip link set br0 up\n"
          "ip link set eth0 master br0\n"
          "ip addr add " +
              prefix +
              " dev br0\n"
              "ip addr del " +
              prefix +
              " dev eth0\n"
              "ip route replace default via " +
              network.gateway + " dev br0\n"};
}

Command tutorial_unbridge(const Network& network) {
  const std::string prefix = network.address + "/" + network.length;
  return {{"sh", "-e"},
          "ip link set eth0 nomaster\n"
          "ip link set br0 down\n"
          "ip link del br0\n"
          "ip addr add " +
              prefix +
              " dev eth0\n"
              "ip route replace default via " +
              network.gateway + " dev eth0\n"};
}

/// `link` gets the gateway's neighbour entry and the default route, and the other one loses the
/// address.
std::string switch_lines(const Network& network, const std::string& from, const std::string& to) {
  return "neigh replace " + network.gateway + " lladdr 52:54:00:00:00:fe dev " + to +
         " nud stale\n"
         "route replace default via " +
         network.gateway + " dev " + to +
         "\n"
         "addr del " +
         network.address + "/" + network.length + " dev " + from + "\n";
}

std::string address_line(const Network& network, const std::string& link) {
  const bool is_ipv6 = network.family == "IPv6";
  return "addr replace " + network.address + "/" + network.length +
         (is_ipv6 ? " nodad" : " brd +") + " dev " + link + "\n";
}

Command batch_bridge(const Network& network) {
  const std::string again = network.family == "IPv6" ? address_line(network, "br0") : "";
  return {{"ip", "-batch", "-"},
          "link add br0 address 52:54:00:00:00:02 type bridge\n" + address_line(network, "br0") +
              "link set eth0 master br0\n"
              "link set br0 up\n" +
              again + switch_lines(network, "eth0", "br0")};
}

Command batch_unbridge(const Network& network) {
  return {{"ip", "-batch", "-"},
          address_line(network, "eth0") + switch_lines(network, "br0", "eth0") +
              "link set eth0 nomaster\n"
              "link del br0\n"};
}

}  // namespace

const Network& ipv4_network() {
  static const Network network{"IPv4", "172.16.1.2", "16", "172.16.255.254", "203.0.113.1"};
  return network;
}

const Network& ipv6_network() {
  static const Network network{"IPv6", "2001:db8::2", "64", "fe80::1", "2001:db8:f::1"};
  return network;
}

std::vector<Contender> move_contenders(const std::string& tapctl, const Network& network) {
  return {{"tapctl", {{tapctl, "bridge", "br0", "eth0"}, {}}, {{tapctl, "unbridge", "br0"}, {}}},
          {"tutorial", tutorial_bridge(network), tutorial_unbridge(network)},
          {"ip -batch", batch_bridge(network), batch_unbridge(network)}};
}

}  // namespace tapctl::bench

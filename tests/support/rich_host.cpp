// SPDX-License-Identifier: MIT
// The hosts of the tests, as batches for ip(8).
#include "support/rich_host.hpp"

#include "support/host_state.hpp"
#include "support/netns.hpp"
#include "support/process.hpp"

#include <chrono>
#include <stdexcept>
#include <string>

namespace tapctl::test {

namespace {

constexpr const char* lan_links = R"(
link add eth0 index 10 address 52:54:00:00:00:02 type veth peer name eth0 index 20 address 52:54:00:00:00:fe netns lan
link add eth1 index 12 address 52:54:00:00:00:03 type veth peer name eth1 index 22 address 52:54:00:00:00:fd netns lan
link set eth0 up
link set eth1 up
)";

constexpr const char* gateway = R"(
link set eth0 up
link set eth1 up
addr add 172.16.255.254/16 brd + dev eth0
addr add 172.16.255.253/16 brd + dev eth0
addr add 2001:db8::ffff/64 dev eth0 nodad
addr add fe80::1/64 dev eth0 nodad
)";

constexpr const char* macvlan = R"(
link add low0 index 16 address 52:54:00:00:00:05 type veth peer name low1 index 17 address 52:54:00:00:00:06
link add macv0 index 14 link low0 address 52:54:00:00:00:04 type macvlan mode bridge
)";

constexpr const char* addresses = R"(
addr add 172.16.1.2/16 brd + dev eth0
addr add 172.16.1.3/16 brd + label eth0:1 dev eth0
addr add 192.168.50.1/24 dev eth0
addr add 10.9.0.1 peer 10.9.0.2/32 dev eth0
addr add 10.20.0.5/24 dev eth0 valid_lft 3000 preferred_lft 2000
addr add 10.30.0.7/24 dev eth0 noprefixroute
addr add 169.254.7.7/16 scope link dev eth0
addr add 10.40.0.1/24 metric 300 dev eth0
addr add 2001:db8::2/64 dev eth0
addr add 2001:db8::3/64 dev eth0 nodad preferred_lft 0
addr add 2001:db8:1::2/64 dev eth0 noprefixroute
addr add 2001:db8:2::2/64 dev eth0 nodad valid_lft 3000 preferred_lft 2000
)";

constexpr const char* routes = R"(
route add 10.30.0.0/24 dev eth0 proto static scope link src 10.30.0.7 metric 100
route add default via 172.16.255.254 dev eth0
route add default via 172.16.255.253 dev eth0 metric 200
route add 10.50.0.0/16 via 172.16.255.254 dev eth0 proto dhcp src 172.16.1.3 metric 100
route add 10.60.0.0/16 nexthop via 172.16.255.254 dev eth0 weight 1 nexthop via 172.16.255.253 dev eth0 weight 2
route add 10.70.0.0/16 dev eth0 scope link
route add 10.80.0.0/16 via 172.16.255.254 dev eth0
route append 10.80.0.0/16 via 172.16.255.253 dev eth0
route add blackhole 10.90.0.0/16
route add default via 203.0.113.1 dev eth0 onlink src 172.16.1.2 mtu 1400 advmss 1300 table 100
route add 10.60.0.0/16 via 172.16.255.254 dev eth0 table 100
)";

constexpr const char* rules = R"(
rule add iif eth0 lookup 100 priority 1000
rule add from 172.16.9.0/24 lookup 100 priority 1001
rule add oif eth0 lookup 100 priority 1001
rule add from 172.16.8.0/24 lookup 100 priority 1001
)";

constexpr const char* ipv6_routes_and_rules = R"(
route add 2001:db8:1::/64 dev eth0 metric 100
route add default via fe80::1 dev eth0 pref high
route add 2001:db8:a::/48 via 2001:db8::ffff dev eth0
route append 2001:db8:a::/48 via 2001:db8::fffe dev eth0
route add 2001:db8:9::/48 via 2001:db8::ffff dev eth0 table 100
rule add iif eth0 lookup 100 priority 1000
rule add oif eth0 lookup 100 priority 1002
)";

constexpr const char* neighbours = R"(
neigh add 172.16.0.77 lladdr 52:54:00:00:00:77 dev eth0 nud permanent
neigh add 2001:db8::77 lladdr 52:54:00:00:00:77 dev eth0 nud permanent
neigh add proxy 172.16.0.88 dev eth0
neigh add proxy 2001:db8::88 dev eth0
)";

/// The kernel makes them when the carrier comes, some time after the links are up.
void await_link_local() {
  for (const char* link : {"eth0", "eth1"}) {
    const auto has_one = [&] {
      return !must_run({"ip", "-6", "-o", "addr", "show", "dev", link, "scope", "link"}).empty();
    };
    if (!wait_until(has_one, std::chrono::seconds(5)))
      throw std::runtime_error(std::string(link) + " gets no link-local address");
  }
}

void prepare(DadOn dad) {
  add_netns("lan");
  if (dad == DadOn::no)
    for (const char* link : {"all", "default"})
      write_file("/proc/sys/net/ipv6/conf/" + std::string(link) + "/accept_dad", "0");
  ip_batch(lan_links);
  must_run({"ip", "-n", "lan", "-batch", "-"}, gateway);
  await_link_local();
}

void set_sysctls() {
  const auto set = [](const std::string& path, const char* value) {
    write_file("/proc/sys/net/" + path, value);
  };
  set("ipv4/conf/eth0/rp_filter", "2");
  set("ipv4/conf/eth0/proxy_arp", "1");
  set("ipv4/conf/eth0/arp_announce", "2");
  set("ipv4/neigh/eth0/gc_stale_time", "120");
  set("ipv6/conf/eth0/accept_ra", "2");
  set("ipv6/conf/eth0/accept_redirects", "0");
}

}  // namespace

void ip_batch(const std::string& lines) {
  must_run({"ip", "-batch", "-"}, lines);
}

void build_rich_host(DadOn dad) {
  prepare(dad);
  set_sysctls();
  ip_batch(std::string(macvlan) + addresses + routes + rules + neighbours);
  must_run({"ip", "-6", "-batch", "-"}, ipv6_routes_and_rules);
  host_state();
}

void build_plain_host(DadOn dad) {
  prepare(dad);
  ip_batch(
      "addr add 172.16.1.2/16 brd + dev eth0\n"
      "route add default via 172.16.255.254 dev eth0\n");
}

void build_ipv6_host(DadOn dad) {
  prepare(dad);
  ip_batch(
      "addr add 2001:db8::2/64 dev eth0\n"
      "route add default via fe80::1 dev eth0\n");
}

}  // namespace tapctl::test

// SPDX-License-Identifier: MIT
// A host whose uplink carries everything that a move can lose.
#pragma once

#include <string>

namespace tapctl::test {

/// Duplicate address detection: real hosts have it on, and it costs 1 to 2 s a time.
enum class DadOn : bool { no, yes };

/// Builds, in the current and empty namespace:
/// - eth0 (ifindex 10), a veth whose peer is eth0 of the namespace "lan", which answers as
///   172.16.255.254, 172.16.255.253, 2001:db8::ffff and fe80::1;
/// - on eth0: 8 IPv4 and 4 IPv6 addresses with labels, peer, lifetimes, flags, scope and metrics;
///   routes in main and in table 100, multipath, equal keys; rules with iif and oif, one of which
///   shares its priority; permanent and proxy neighbours; changed sysctls;
/// - eth1 (ifindex 12) to the same namespace, up, without address; macv0 (ifindex 14), a macvlan
///   on low0 (ifindex 16).
void build_rich_host(DadOn dad = DadOn::no);

/// Only eth0 with 172.16.1.2/16 and a default route via 172.16.255.254: the host of the tutorial.
void build_plain_host(DadOn dad = DadOn::no);

/// Only eth0 with 2001:db8::2/64 and a default route via fe80::1.
void build_ipv6_host(DadOn dad = DadOn::no);

/// Runs the lines through `ip -batch -`; throws when one of them fails.
void ip_batch(const std::string& lines);

}  // namespace tapctl::test

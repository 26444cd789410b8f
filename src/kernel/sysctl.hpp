// SPDX-License-Identifier: MIT
// Values below /proc/sys, which follow the network namespace of the process.
#pragma once

#include "model/ifname.hpp"

#include <map>
#include <optional>
#include <string>

namespace tapctl {

// All throw Error where /proc/sys or a value that is there cannot be read, but for those that only
// some may read, and those without a value yet (ipv6 stable_secret gives EIO until it is set).

/// The value without its line end, or nothing where there is none.
std::optional<std::string> read_sysctl(const std::string& path);

/// Throws an Error with errno: ENOENT, EACCES, EPERM, EROFS, EINVAL.
void write_sysctl(const std::string& path, const std::string& value);

/// Throws an Error with EROFS where /proc/sys is mounted read-only, as in many containers.
void require_writable_sysctls();

/// Every per-link value of `link` that can travel to another link: net/ipv4/conf, net/ipv6/conf,
/// net/ipv4/neigh, net/ipv6/neigh; without those that only mirror something else (ipv6 mtu,
/// base_reachable_time and retrans_time beside their _ms forms) or that are read-only
/// (mc_forwarding). `link` may be "default". Path to value.
std::map<std::string, std::string> read_link_sysctls(const IfName& link);

/// net/bridge/bridge-nf-*: empty when br_netfilter is not loaded.
std::map<std::string, std::string> read_bridge_nf();

}  // namespace tapctl

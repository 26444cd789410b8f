// SPDX-License-Identifier: MIT
// Network namespaces.
#pragma once

#include <string>
#include <string_view>

namespace tapctl {

/// Moves this process into a namespace: a name of `ip netns` (/run/netns/NAME), a path (has a '/'),
/// or a process id. Throws Error naming what was asked for.
void enter_netns(std::string_view name_path_or_pid);

/// Identifies the current namespace for as long as this boot lasts: the cookie of SO_NETNS_COOKIE
/// (kernel 5.14 on) as decimal text, else "i" and the inode number of /proc/self/ns/net.
std::string netns_id();

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Paths of sysctls that belong to a link: net/ipv4/conf/eth0/rp_filter.
#pragma once

#include "model/ifname.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tapctl {

/// A link can be called "conf" or "default" too, so only the place in the path tells its name.
struct LinkSysctl {
  std::string front;  ///< "net/ipv4/conf"; also ipv6, and neigh for conf
  std::string link;
  std::string name;  ///< "rp_filter"

  /// Nothing for a path that is no link's, such as net/bridge/bridge-nf-call-iptables.
  static std::optional<LinkSysctl> parse(std::string_view path);
  [[nodiscard]] std::string path() const;
  /// The same sysctl of another link.
  [[nodiscard]] std::string path_of(const IfName& other) const;
};

/// Whether a link takes router advertisements: 0 no, 1 unless it forwards, 2 always.
std::string accept_ra_path(const IfName& link);

}  // namespace tapctl

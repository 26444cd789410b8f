// SPDX-License-Identifier: MIT
// Which links `status` shows, and where: the same for text and JSON.
#pragma once

#include "model/snapshot.hpp"

#include <vector>

namespace tapctl {

struct Selection {
  std::vector<const Link*> bridges;
  std::vector<const Link*> devices;  ///< tun/tap devices that no shown bridge has as a port
  std::vector<const Link*> links;    ///< other links: those with addresses, or that were named
  std::vector<const Route*> default_routes;
};

/// Empty `names` is everything.
Selection select_links(const Snapshot& snapshot, const std::vector<IfName>& names);

/// The default routes of table main through `link`.
std::vector<const Route*> default_routes_of(const Snapshot& snapshot, const IfName& link);

/// "default via 172.16.255.254 metric 100" and, where a route has several ways or the reader
/// cannot know it, the links.
std::string default_route_text(const Route& route);

/// The port that carried the host's addresses, or nullptr.
const Link* uplink_of(const Snapshot& snapshot, const Link& bridge);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Which program configures a link: NetworkManager, systemd-networkd, netplan, ifupdown.
#pragma once

#include "model/host_facts.hpp"
#include "model/snapshot.hpp"

#include <vector>

namespace tapctl {

/// Reads what they leave in /run and what stands in /etc; asks none of them. What cannot be read is
/// added to `unseen`.
std::vector<ManagedLink> find_managed_links(const std::vector<Link>& links,
                                            std::vector<Unseen>& unseen);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// A configuration file as one request: which links it means, and what has to be read for it.
#pragma once

#include "plan/plan.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tapctl {

/// The link that is meant; null where there is none (yet). Bridges, bonds, VLANs and the like
/// share a MAC with the NIC below them and are only found by name. Throws Error where a MAC fits
/// several links.
const Link* find_match(const Snapshot& current, const LinkMatch& match);

/// How a match is called in messages: "link 'eth0'", "link with MAC 52:54:00:12:34:56".
std::string match_text(const LinkMatch& match);

/// The ports that no link is yet, as match_text.
std::vector<std::string> absent_ports(const Snapshot& current, const ApplyRequest& request);

/// What has to be read to know which ports are there.
Scope ports_scope(const ApplyRequest& request);

Scope apply_scope(const ApplyRequest& request);
std::optional<Scope> wider_apply_scope(const ApplyRequest& request, const Snapshot& first);
Scope down_scope(const DownRequest& request);
std::optional<Scope> wider_down_scope(const DownRequest& request, const Snapshot& first);

}  // namespace tapctl

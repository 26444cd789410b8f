// SPDX-License-Identifier: MIT
// Routes as rtnetlink messages (RTM_NEWROUTE).
#pragma once

#include "kernel/names.hpp"
#include "kernel/nl.hpp"
#include "plan/op.hpp"

#include <optional>
#include <vector>

namespace tapctl {

/// A request for a dump of one family without cached routes; `table` 0 is every table. The kernel
/// answers ENOENT for a table that does not exist.
nl::Message dump_routes_request(Family family, uint32_t table);

/// Nothing when the message is malformed, of another family, or about a link that is gone.
std::optional<Route> decode_route(nl::Bytes payload, NameLookup& names);

std::vector<nl::Message> encode(const AddRoute& op, NameLookup& names);
/// Everything that the kernel compares is in it. Metric 0 means any to IPv4 routes, and the lowest
/// is the first.
std::vector<nl::Message> encode(const DeleteRoute& op, NameLookup& names);

}  // namespace tapctl

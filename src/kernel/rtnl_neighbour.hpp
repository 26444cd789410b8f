// SPDX-License-Identifier: MIT
// Neighbours as rtnetlink messages (RTM_NEWNEIGH).
#pragma once

#include "kernel/names.hpp"
#include "kernel/nl.hpp"
#include "plan/op.hpp"

#include <optional>
#include <vector>

namespace tapctl {

enum class NeighbourKind { learnt, proxy };

/// A request for a dump of both families. The kernel keeps proxies apart.
nl::Message dump_neighbours_request(int ifindex, NeighbourKind kind);

/// Nothing when the message is malformed, of another family, or about a link that is gone.
/// One entry, by link and address.
nl::Message get_neighbour_request(const Neighbour& neighbour, NameLookup& names);

/// Starts a fresh resolution: of the link-layer address that is known, or of an unknown one.
nl::Message resolve_neighbour_request(const Neighbour& neighbour, NameLookup& names);

std::optional<Neighbour> decode_neighbour(nl::Bytes payload, NameLookup& names);

std::vector<nl::Message> encode(const AddNeighbour& op, NameLookup& names);
std::vector<nl::Message> encode(const DeleteNeighbour& op, NameLookup& names);

}  // namespace tapctl

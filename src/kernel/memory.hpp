// SPDX-License-Identifier: MIT
// What tapctl remembers of the bridges it built: one small JSON file a bridge in
// /run/tapctl/<namespace>/, removed by `unbridge`.
#pragma once

#include "model/snapshot.hpp"

#include <optional>

namespace tapctl {

/// Nothing when there is none, when the file is damaged, or when it was written in an earlier boot
/// or for another bridge of that name (ifindex).
std::optional<BridgeMemory> read_memory(const IfName& bridge);

/// Both throw Error when /run/tapctl cannot be written. The bridge has to exist when it is
/// remembered: the memory is tied to its ifindex.
void remember(const IfName& bridge, const BridgeMemory& memory);
void forget(const IfName& bridge);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// What tapctl remembers of the bridges it built: one small JSON file a bridge in
// /run/tapctl/<namespace>/, removed by `unbridge`.
#pragma once

#include "model/snapshot.hpp"

#include <optional>
#include <string>

namespace tapctl {

/// A memory as its file has it, and back: nothing where the text is damaged or of an earlier boot.
std::string memory_text(const BridgeMemory& memory);
std::optional<BridgeMemory> parse_memory(const std::string& text);

/// Nothing when there is none for the bridge with this ifindex, when the file is damaged, or when
/// it was written in an earlier boot.
std::optional<BridgeMemory> read_memory(int ifindex);

/// Both throw Error when /run/tapctl cannot be written, or when the bridge is not there: the memory
/// is tied to its ifindex.
void remember(const IfName& bridge, const BridgeMemory& memory);
void forget(const IfName& bridge);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Attributes of a kernel message that nobody modelled, kept as bytes.
#pragma once

#include <cstdint>
#include <vector>

namespace tapctl {

/// One netlink attribute as it came (type and payload), so that what no accessor knows still
/// survives a move.
struct RawAttribute {
  uint16_t type = 0;
  std::vector<uint8_t> payload;
  bool operator==(const RawAttribute&) const = default;
};

using RawAttributes = std::vector<RawAttribute>;

}  // namespace tapctl

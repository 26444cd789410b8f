// SPDX-License-Identifier: MIT
// A link-layer (Ethernet) address.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace tapctl {

struct Mac {
  std::array<uint8_t, 6> bytes{};

  /// Six pairs of hex digits with ':' or '-' between them. Throws a usage Error that names it;
  /// so do all zeros and a multicast address, which no interface can have (EADDRNOTAVAIL).
  static Mac parse(std::string_view text);

  [[nodiscard]] std::string str() const;
  auto operator<=>(const Mac&) const = default;
};

}  // namespace tapctl

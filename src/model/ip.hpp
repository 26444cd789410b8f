// SPDX-License-Identifier: MIT
// IP addresses and prefixes of both families.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tapctl {

enum class Family : uint8_t { ipv4, ipv6 };

/// An address without a prefix length.
struct IpAddress {
  Family family = Family::ipv4;
  std::array<uint8_t, 16> bytes{};  ///< network order; IPv4 uses the first four, the rest are zero

  /// Dotted quad or IPv6 text. Throws a usage Error that names it.
  static IpAddress parse(std::string_view text);
  /// From the kernel's 4 or 16 bytes.
  static IpAddress from_bytes(Family family, std::span<const uint8_t> bytes);

  [[nodiscard]] std::span<const uint8_t> span() const;  ///< 4 or 16 bytes
  [[nodiscard]] std::string str() const;
  [[nodiscard]] bool is_link_local() const;  ///< fe80::/10 (IPv6 only)
  // clang-tidy 14 takes the 0 of a rewritten comparison for a null pointer.
  auto operator<=>(const IpAddress&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// An address with a prefix length in bits; the host bits are kept.
struct Prefix {
  IpAddress address;
  uint8_t length = 0;

  /// "ADDRESS/LENGTH". Throws a usage Error that names it; a missing length is one too, since the
  /// /32 that ip(8) silently takes for it is hardly ever what was meant.
  static Prefix parse(std::string_view text);

  [[nodiscard]] Prefix network() const;  ///< with the host bits cleared
  [[nodiscard]] bool contains(const IpAddress& other) const;
  [[nodiscard]] std::string str() const;
  auto operator<=>(const Prefix&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// Bits of an address of that family: 32 or 128.
constexpr uint8_t address_bits(Family family) {
  return family == Family::ipv4 ? 32 : 128;
}

}  // namespace tapctl

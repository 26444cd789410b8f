// SPDX-License-Identifier: MIT
// Typed values from the text of options and configuration files. Each function throws a usage Error
// that names the value, and the option where that is not empty.
#pragma once

#include "model/ifname.hpp"
#include "model/mac.hpp"
#include "plan/request.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace tapctl {

/// A decimal number from `low` to `high`.
uint32_t parse_number(const std::string& option, const std::string& text, uint32_t low,
                      uint32_t high);

bool parse_on_off(const std::string& option, const std::string& text);

/// A time with its unit (300ms, 2s, 1.5s, 5m), in hundredths of a second, from `low` to `high`.
uint32_t parse_time(const std::string& option, const std::string& text, uint32_t low,
                    uint32_t high);

/// A user by name or number; a number needs no passwd entry. 4294967295 is nobody's.
uint32_t parse_user(const std::string& text);
uint32_t parse_group(const std::string& text);

/// At most 255 bytes, without control characters.
std::string parse_alias(const std::string& option, const std::string& text);

TunMode parse_mode(const std::string& option, const std::string& text);
NfWish parse_nf(const std::string& option, const std::string& text);

/// An address with its prefix length; with a peer a bare one is one end of a line, and the whole of
/// it is the prefix.
Prefix parse_address(const std::string& text, bool has_peer);

/// Bytes of the largest packet.
inline constexpr uint32_t lowest_mtu = 68;  // ETH_MIN_MTU
inline constexpr uint32_t highest_mtu = 65535;
/// Hundredths of a second.
inline constexpr uint32_t any_time = std::numeric_limits<int32_t>::max();

std::vector<IfName> parse_names(const std::vector<std::string>& words);

/// Applies `parse` to an option that may be absent.
template <class Parse>
auto when_given(const std::optional<std::string>& text, Parse parse)
    -> std::optional<decltype(parse(*text))> {
  if (!text)
    return std::nullopt;
  return parse(*text);
}

/// A random MAC with that first byte.
Mac random_mac(uint8_t first_byte);

/// The invoking user: the one who called sudo, else the effective one.
uint32_t invoking_user();

}  // namespace tapctl

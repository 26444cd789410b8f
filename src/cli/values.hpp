// SPDX-License-Identifier: MIT
// The values of options, from text. Each function throws a usage Error that names option and value.
#pragma once

#include "model/ifname.hpp"
#include "model/mac.hpp"

#include <cstdint>
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
std::string parse_alias(const std::string& text);

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

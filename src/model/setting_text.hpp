// SPDX-License-Identifier: MIT
// Values of settings as the user reads them, for changes and differences.
#pragma once

#include "model/ifname.hpp"
#include "model/mac.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tapctl {

/// A number; the bridge's times, which the kernel counts in hundredths of a second, with a unit
/// ("2s", "1500ms"); an address generation mode by its name in ip-link(8).
std::string number_text(std::string_view field, uint64_t value);

/// "on" or "off" for a bool; see number_text for the others.
template <std::integral T>
std::string setting_text(std::string_view field, T value) {
  if constexpr (std::same_as<T, bool>)
    return value ? "on" : "off";
  else
    return number_text(field, value);
}

/// Name, alias and MAC as they are: not escaped for a terminal.
std::string setting_text(std::string_view field, const std::string& value);
std::string setting_text(std::string_view field, const IfName& value);
std::string setting_text(std::string_view field, const Mac& value);

/// "" for an absent value.
template <class T>
std::string setting_text(std::string_view field, const std::optional<T>& value) {
  return value ? setting_text(field, *value) : std::string();
}

}  // namespace tapctl

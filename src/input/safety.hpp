// SPDX-License-Identifier: MIT
// What has to hold before a change is committed, from the text of options and configuration files.
#pragma once

#include "txn/reachability.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace tapctl {

/// What has to hold before a change is committed.
struct Safety {
  CheckWish check;
  std::optional<std::chrono::milliseconds> confirm;
};

struct SafetyTexts {
  std::optional<std::string> check;
  std::optional<std::string> timeout;
  std::optional<std::string> confirm;
};

/// A time with its unit, from 100 ms. Throws a usage Error that names the option where it is not
/// empty.
std::chrono::milliseconds parse_duration(const std::string& option, const std::string& text,
                                         std::chrono::seconds most);

/// "gateway", "none", or an address. Throws as parse_duration().
CheckWish parse_check(const std::string& option, const std::string& text);

inline constexpr std::chrono::seconds longest_timeout{60};

/// Throws a usage Error.
Safety parse_safety(const SafetyTexts& texts);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The oracle: everything that ip(8) and /proc/sys show of the current network namespace. Shares no
// code with tapctl.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace tapctl::test {

/// Links and addresses by name, routes of all tables, rules, permanent and proxy neighbours,
/// per-link and bridge sysctls, and the files in /run/tapctl but for the history (log, last). Waits
/// (up to 5 s) until no address is tentative and no route is pending. Without what changes by
/// itself: timers and counters.
nlohmann::json host_state();

/// What differs, a line for each; "" when they mean the same. Remaining lifetimes may differ by
/// half a minute.
std::string difference(const nlohmann::json& before, const nlohmann::json& after);

/// The addresses of `link` as "LOCAL/LEN", in the order of ip(8), without fe80::/10.
std::vector<std::string> addresses_of(const nlohmann::json& state, const std::string& link);

/// `state` with every mention of link `from` as `to` in addresses, routes, rules and neighbours.
nlohmann::json renamed(const nlohmann::json& state, const std::string& from, const std::string& to);

}  // namespace tapctl::test

// SPDX-License-Identifier: MIT
// What `tapctl monitor` prints: lines of text, or one JSON object a line.
#pragma once

#include "model/live_state.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace tapctl {

/// When something was noticed; absent where it is not to be printed.
using Noticed = std::optional<std::chrono::system_clock::time_point>;

/// A line for each thing that differs, with its line end; none where nothing does that is shown.
std::vector<std::string> text_change(const StateChange& change, const Noticed& time);
std::vector<std::string> json_change(const StateChange& change, const Noticed& time);

/// That events were lost and all was read again: for stderr, or one JSON object.
std::string text_lost();
std::string json_lost(const Noticed& time);

/// True where an address is not just as before but for its lifetimes.
bool is_visibly_changed(const Address& before, const Address& after);

}  // namespace tapctl

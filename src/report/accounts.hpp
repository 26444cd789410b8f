// SPDX-License-Identifier: MIT
// Names of user and group ids.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tapctl {

/// Nothing when the id has no entry, which is not unusual for the owner of a device.
std::optional<std::string> user_name(uint32_t uid);
std::optional<std::string> group_name(uint32_t gid);

/// The name, else the number.
std::string user_text(uint32_t uid);
std::string group_text(uint32_t gid);

}  // namespace tapctl

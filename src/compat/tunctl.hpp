// SPDX-License-Identifier: MIT
// The grammar and the words of tunctl(8): of uml-utilities, with what Fedora added to it.
#pragma once

#include "model/link.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tapctl {

/// What a command line of tunctl asks for. Names and users are as they were typed.
struct TunctlLine {
  bool deletes = false;  ///< -d
  std::string name;      ///< of the last -t or -d; "" is the next tapN
  TunMode mode = TunMode::tap;
  bool brief = false;               ///< -b: print the name alone
  std::vector<std::string> users;   ///< of each -u: the last counts, and all have to be known
  std::vector<std::string> groups;  ///< of each -g, likewise
  std::optional<std::string> clone_device;  ///< -f
};

extern const char* const tunctl_help;

/// Throws a usage Error.
TunctlLine parse_tunctl(const std::vector<std::string>& words);

/// A user or group by number in C's notation is taken only where it is decimal: throws a usage
/// Error for 010, which is 8 to tunctl.
void require_decimal(const std::string& what, const std::string& text);

/// What tunctl prints once it has made or deleted the device.
std::string tunctl_text(const TunctlLine& line, const std::string& name,
                        std::optional<uint32_t> owner, std::optional<uint32_t> group);

}  // namespace tapctl

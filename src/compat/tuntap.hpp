// SPDX-License-Identifier: MIT
// The grammar and the output of `ip tuntap`.
#pragma once

#include "model/snapshot.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tapctl {

/// What a command line of `ip tuntap` asks for. Names and users are as they were typed.
struct TuntapLine {
  enum class Action { show, add, del, help };
  Action action = Action::show;
  std::string name;  ///< "" is the next tunN or tapN
  std::optional<TunMode> mode;
  std::vector<std::string> users;  ///< all have to be good, and the last one counts
  std::vector<std::string> groups;
  bool one_queue = false;
  bool pi = false;
  bool vnet_hdr = false;
  bool multi_queue = false;
};

/// Words may be cut as ip takes them: "a" is "add". Throws a usage Error; where the mode is missing
/// an Error that is none, since ip ends with another status then.
TuntapLine parse_tuntap(const std::vector<std::string>& words);

/// A device as `ip tuntap show` has it.
struct TuntapRow {
  IfName name;
  std::vector<std::string> flags;  ///< in ip's words and order
  std::optional<uint32_t> owner;
  std::optional<uint32_t> group;
  std::vector<Holder> holders;
};

std::vector<TuntapRow> tuntap_rows(const Snapshot& snapshot);

/// How `ip tuntap show` is to print.
struct TuntapFormat {
  bool details = false;  ///< -d: with the processes
  bool oneline = false;  ///< -o
  bool pretty = false;   ///< -p: JSON of several lines
};

std::string tuntap_text(const std::vector<TuntapRow>& rows, const TuntapFormat& format);

/// Valid with processes too, which that of ip is not.
std::string tuntap_json(const std::vector<TuntapRow>& rows, const TuntapFormat& format);

extern const char* const tuntap_help;

}  // namespace tapctl

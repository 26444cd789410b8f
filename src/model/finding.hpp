// SPDX-License-Identifier: MIT
// What `doctor` found: one thing that is wrong, or may become so, and what to do.
#pragma once

#include "model/host_facts.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tapctl {

/// In the order in which they are shown.
enum class Severity : uint8_t { problem, warning, info };

/// "problem", "warning" or "info".
const char* severity_name(Severity severity);

struct Finding {
  std::string id;  ///< stable: "forward-drop"
  Severity severity = Severity::info;
  IfName subject;                   ///< the link; empty where it is about the host
  std::string evidence;             ///< what was seen, and where; printable
  std::vector<std::string> remedy;  ///< commands for a shell, and comments that begin with '#'
  bool operator==(const Finding&) const = default;
};

struct Diagnosis {
  std::vector<Finding> findings;  ///< problems first
  size_t checks = 0;              ///< how many kinds of trouble were looked for
  size_t links = 0;               ///< and on how many links
  std::vector<Unseen> unseen;

  [[nodiscard]] size_t count(Severity severity) const;
};

}  // namespace tapctl

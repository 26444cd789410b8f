// SPDX-License-Identifier: MIT
// Configuration files: what `apply`, `diff` and `down` read, and what `save` writes.
#pragma once

#include "input/safety.hpp"
#include "model/snapshot.hpp"
#include "plan/request.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace tapctl {

inline constexpr const char* default_config_file = "/etc/tapctl/tapctl.json";

struct Config {
  ApplyRequest request;
  std::chrono::milliseconds wait{0};  ///< for ports that are not there yet
  SafetyTexts safety;                 ///< as --check and --timeout have it
};

/// `file` as `apply` and `down` know it: absolute, without "." and "..".
std::string config_path(const std::string& file);

/// A file and what is in it.
struct ConfigPart {
  std::string file;
  std::string text;
};

/// The parts as if they were one file. Throws a usage Error with every mistake, each with its file,
/// line and key path.
Config parse_config(const std::vector<ConfigPart>& parts);

/// Reads `file` and then `file`.d/*.json in the order of their names, as if they were one; either
/// may be absent. Throws as parse_config(), and an Error where nothing can be read.
Config read_config(const std::string& file);

/// The state of a namespace as such a file. `current` has all links, addresses, routes and
/// bridge-nf sysctls. Throws Error for names that no JSON text can hold.
std::string config_text(const Snapshot& current);

}  // namespace tapctl

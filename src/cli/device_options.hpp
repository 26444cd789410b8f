// SPDX-License-Identifier: MIT
// The attributes that `add` and `set` share.
#pragma once

#include "cli/parser.hpp"
#include "plan/request.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tapctl {

/// Whose help it is: defaults are those of new devices.
enum class Devices { added, existing };

class DeviceOptions {
 public:
  void add_to(Parser& parser, Devices devices);
  /// Throws a usage Error that names option and value.
  [[nodiscard]] DeviceWish wish() const;

 private:
  [[nodiscard]] std::optional<bool> up() const;

  std::optional<std::string> mode_;
  std::optional<std::string> user_;
  std::optional<std::string> group_;
  std::optional<std::string> mac_;
  std::optional<std::string> mtu_;
  std::optional<std::string> txqueuelen_;
  std::optional<std::string> alias_;
  std::optional<std::string> peer_;
  std::optional<std::string> bridge_;
  std::vector<std::string> addresses_;
  bool up_ = false;
  bool down_ = false;
  bool multi_queue_ = false;
  bool vnet_hdr_ = false;
  bool pi_ = false;
};

}  // namespace tapctl

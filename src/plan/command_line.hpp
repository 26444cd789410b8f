// SPDX-License-Identifier: MIT
// A command line for a shell, built word by word.
#pragma once

#include "model/ifname.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tapctl {

/// `word` as a POSIX shell takes it: as it is where that is safe, else in single quotes; as $'...'
/// where it holds bytes that are not printable, which never stand in the line themselves.
std::string shell_quote(std::string_view word);

class CommandLine {
 public:
  /// `start` is taken as it is, such as "ip link set".
  explicit CommandLine(std::string start) : text_(std::move(start)) {}

  /// Keywords, taken as they are.
  CommandLine& add(std::string_view keywords);
  CommandLine& add(std::string_view keyword, std::string_view value);
  CommandLine& add(std::string_view keyword, const IfName& name);
  CommandLine& add(std::string_view keyword, uint64_t value);
  /// "on" or "off", as iproute2 has it for everything but bridge options.
  CommandLine& add_switch(std::string_view keyword, bool value);
  /// Ends this command; another one follows.
  CommandLine& end();

  [[nodiscard]] const std::string& str() const { return text_; }

 private:
  std::string text_;
};

}  // namespace tapctl

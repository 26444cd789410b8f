// SPDX-License-Identifier: MIT
// The name of a network interface.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

namespace tapctl {

/// An interface name. A default-constructed one is empty and stands for "none".
class IfName {
 public:
  /// Longest name in bytes (IFNAMSIZ - 1).
  static constexpr size_t max_length = 15;

  IfName() = default;

  /// A name from a user: 1..15 bytes, not ".", ".." or what the kernel keeps for itself ("all",
  /// "default" in /proc/sys/net), no '/', ':', '%', white space or control characters, no leading
  /// '-' (it would read as an option), never cut. `%d` templates are not names: see NameTemplate.
  /// Throws a usage Error that names it.
  static IfName parse(std::string_view text);

  /// A name from the kernel, which accepts nearly any byte.
  static IfName from_kernel(std::string_view text);

  [[nodiscard]] const std::string& str() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  /// In single quotes and printable, as names stand in messages.
  [[nodiscard]] std::string quoted() const;

  auto operator<=>(const IfName&) const = default;  // NOLINT(modernize-use-nullptr)

 private:
  explicit IfName(std::string_view text) : text_(text) {}
  std::string text_;
};

/// What a user gives to `add`: a name, or a template with one `%d` for the lowest free number.
class NameTemplate {
 public:
  /// Throws a usage Error that names what is wrong.
  static NameTemplate parse(std::string_view text);

  [[nodiscard]] bool has_number() const { return placeholder_ != std::string::npos; }
  /// The name with `number` in place of `%d`; the name itself where there is no `%d`.
  /// Throws a usage Error when the result is longer than a name can be.
  [[nodiscard]] IfName expand(unsigned number) const;
  [[nodiscard]] const std::string& str() const { return text_; }

  bool operator==(const NameTemplate&) const = default;

 private:
  std::string text_;
  size_t placeholder_ = std::string::npos;
};

}  // namespace tapctl

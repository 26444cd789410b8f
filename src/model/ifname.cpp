// SPDX-License-Identifier: MIT
// Validation of interface names. The kernel truncates (TUNSETIFF) or renames (`%d`) silently; here
// every name that would not come out as it went in is an error.
#include "model/ifname.hpp"

#include "util/error.hpp"
#include "util/text.hpp"

#include <algorithm>

namespace tapctl {
namespace {

constexpr std::string_view name_hint = "a name has 1 to 15 bytes, without blanks, '/', ':' or '%'";

/// `typed` is what the user gave, for the message.
void require_valid(std::string_view text, std::string_view typed) {
  const auto refuse = [&](const std::string& why) {
    throw usage_error("interface name " + quote(typed) + ": " + why, std::string(name_hint));
  };
  if (text.empty())
    refuse("is empty");
  if (text.size() > IfName::max_length)
    refuse("has " + std::to_string(text.size()) + " bytes, 15 is the most");
  if (text == "." || text == ".." || text == "all" || text == "default")
    refuse("is reserved");
  if (text.front() == '-')
    refuse("starts with '-'");
  const bool odd = std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7f || byte == 0xa0 || c == '/' || c == ':' || c == '%';
  });
  if (odd || !is_printable(text))
    refuse("has a character that a name cannot have");
}

}  // namespace

IfName IfName::parse(std::string_view text) {
  require_valid(text, text);
  return IfName(text);
}

IfName IfName::from_kernel(std::string_view text) {
  return IfName(text);
}

std::string IfName::quoted() const {
  return quote(text_);
}

NameTemplate NameTemplate::parse(std::string_view text) {
  NameTemplate result;
  result.text_ = text;
  result.placeholder_ = text.find("%d");
  std::string first = result.text_;
  if (result.has_number())
    first.replace(result.placeholder_, 2, "0");
  require_valid(first, text);
  return result;
}

IfName NameTemplate::expand(unsigned number) const {
  if (!has_number())
    return IfName::parse(text_);
  std::string name = text_;
  name.replace(placeholder_, 2, std::to_string(number));
  return IfName::parse(name);
}

}  // namespace tapctl

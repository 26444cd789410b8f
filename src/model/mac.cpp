// SPDX-License-Identifier: MIT
// A link-layer (Ethernet) address.
#include "model/mac.hpp"

#include "util/error.hpp"
#include "util/text.hpp"

#include <charconv>

namespace tapctl {

Mac Mac::parse(std::string_view text) {
  const auto refuse = [&](const std::string& why,
                          const char* hint = "six pairs of hex digits, such as fe:00:00:00:00:01") {
    return usage_error("MAC address " + quote(text) + ": " + why, hint);
  };
  constexpr size_t length = 17;
  if (text.size() != length)
    throw refuse("is not one");
  Mac mac;
  for (size_t i = 0; i < mac.bytes.size(); ++i) {
    const std::string_view pair = text.substr(i * 3, 2);
    const auto [end, error] =
        std::from_chars(pair.data(), pair.data() + pair.size(), mac.bytes.at(i), 16);
    const bool separated = i == 5 || text[i * 3 + 2] == ':' || text[i * 3 + 2] == '-';
    if (error != std::errc{} || end != pair.data() + pair.size() || !separated)
      throw refuse("is not one");
  }
  if (mac == Mac{})
    throw refuse("is all zeros");
  if ((mac.bytes[0] & 1U) != 0)
    throw refuse("is a multicast address", "the first byte of a device's MAC is even");
  return mac;
}

std::string Mac::str() const {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const uint8_t byte : bytes) {
    if (!out.empty())
      out += ':';
    out += {digits[byte >> 4U], digits[byte & 0xfU]};
  }
  return out;
}

}  // namespace tapctl

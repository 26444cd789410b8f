// SPDX-License-Identifier: MIT
// Typed values from the text of options and configuration files. Each function throws a usage Error
// that names the value, and the option where that is not empty.
#pragma once

#include "model/ifname.hpp"
#include "model/mac.hpp"
#include "plan/request.hpp"
#include "util/error.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace tapctl {

struct Range {
  uint32_t low;
  uint32_t high;
};

/// What the kernel takes.
namespace range {
inline constexpr Range mtu{68, 65535};  ///< bytes; from ETH_MIN_MTU on
inline constexpr Range txqueuelen{0, std::numeric_limits<uint32_t>::max()};  ///< packets
inline constexpr Range forward_delay{200, 3000};  ///< hundredths of a second, as those below
inline constexpr Range hello_time{100, 1000};
inline constexpr Range max_age{600, 4000};
inline constexpr Range ageing_time{0, std::numeric_limits<int32_t>::max()};
inline constexpr Range bridge_priority{0, 65535};
inline constexpr Range port_cost{1, 65535};
inline constexpr Range port_priority{0, 63};
inline constexpr Range count{1, 65536};  ///< of devices in one command: tapctl's own limit
}  // namespace range

/// A decimal number in that range.
uint32_t parse_number(const std::string& option, const std::string& text, Range range);

bool parse_on_off(const std::string& option, const std::string& text);

/// A time with its unit (300ms, 2s, 1.5s, 5m), in hundredths of a second, in that range.
uint32_t parse_time(const std::string& option, const std::string& text, Range range);

/// A user by name or number; a number needs no passwd entry. 4294967295 is nobody's.
uint32_t parse_user(const std::string& text);
uint32_t parse_group(const std::string& text);

/// At most 255 bytes, without control characters.
std::string parse_alias(const std::string& option, const std::string& text);

TunMode parse_mode(const std::string& option, const std::string& text);
NfWish parse_nf(const std::string& option, const std::string& text);
DhcpWish parse_dhcp(const std::string& option, const std::string& text);

/// An address with its prefix length; with a peer a bare one is one end of a line, and the whole of
/// it is the prefix.
Prefix parse_address(const std::string& text, bool has_peer);

std::vector<IfName> parse_names(const std::vector<std::string>& words);

/// `text` is no value of the option.
Error bad_value(const std::string& option, const std::string& text, const std::string& why);

/// `parse`, whose Error names the value alone, for an option: that comes to stand before it.
template <class Parse>
auto for_option(const char* option, Parse parse) {
  return [=](const std::string& text) {
    try {
      return parse(text);
    } catch (Error& error) {
      if (error.kind == ErrorKind::usage)
        error.context(std::string("option '") + option + "'");
      throw;
    }
  };
}

/// Applies `parse` to an option that may be absent.
template <class Parse>
auto when_given(const std::optional<std::string>& text, Parse parse)
    -> std::optional<decltype(parse(*text))> {
  if (!text)
    return std::nullopt;
  return parse(*text);
}

/// A random MAC with that first byte.
Mac random_mac(uint8_t first_byte);

/// The invoking user: the one who called sudo, else the effective one.
uint32_t invoking_user();

}  // namespace tapctl

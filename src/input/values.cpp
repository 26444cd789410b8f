// SPDX-License-Identifier: MIT
// The values of options, from text.
#include "input/values.hpp"

#include "util/text.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <limits>
#include <map>
#include <string>
#include <utility>

namespace tapctl {
namespace {

constexpr uint32_t no_id = std::numeric_limits<uint32_t>::max();

/// A uid or gid: digits, or what `look_up` finds for a name.
template <class LookUp>
uint32_t parse_id(const char* what, const std::string& text, LookUp look_up) {
  const std::string subject = std::string(what) + " " + quote(text);
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  if (digits) {
    const auto number = parse_decimal(text);
    if (!number || *number >= no_id)
      throw usage_error(subject + ": is not a valid number", "0 to 4294967294");
    return static_cast<uint32_t>(*number);
  }
  const auto id = text.empty() ? std::nullopt : look_up(text);
  if (!id)
    throw usage_error(subject + ": there is none of that name");
  return *id;
}

/// Digits with at most `places` decimals, times 10^places.
std::optional<uint64_t> parse_fixed(const std::string& text, size_t places) {
  const size_t point = text.find('.');
  std::string digits = text.substr(0, point);
  std::string decimals = point == std::string::npos ? "" : text.substr(point + 1);
  if (digits.empty() || digits.size() > 9 || decimals.size() > places ||
      (point != std::string::npos && decimals.empty()))
    return std::nullopt;
  decimals.resize(places, '0');
  return parse_decimal(digits + decimals);
}

/// "300ms", "60s" or "24h".
std::string time_text(uint32_t hundredths) {
  if (hundredths % 360000 == 0 && hundredths > 0)
    return std::to_string(hundredths / 360000) + "h";
  return hundredths % 100 == 0 ? std::to_string(hundredths / 100) + "s"
                               : std::to_string(hundredths * 10) + "ms";
}

}  // namespace

Error bad_value(const std::string& option, const std::string& text, const std::string& why) {
  return usage_error((option.empty() ? "" : "option " + quote(option) + ": ") + quote(text) + " " +
                     why);
}

uint32_t parse_number(const std::string& option, const std::string& text, Range range) {
  const auto number = parse_decimal(text);
  if (!number || *number < range.low || *number > range.high)
    throw bad_value(
        option, text,
        "is not a number from " + std::to_string(range.low) + " to " + std::to_string(range.high));
  return static_cast<uint32_t>(*number);
}

bool parse_on_off(const std::string& option, const std::string& text) {
  if (text != "on" && text != "off")
    throw bad_value(option, text, "is not on or off");
  return text == "on";
}

uint32_t parse_time(const std::string& option, const std::string& text, Range range) {
  const size_t unit_at = text.find_first_not_of("0123456789.");
  if (unit_at == std::string::npos)
    throw bad_value(option, text, "has no unit").with_hint("such as 300ms, 2s or 5m");
  const std::string unit = text.substr(unit_at);
  const std::string number = text.substr(0, unit_at);
  static const std::map<std::string, uint64_t> seconds_of = {{"s", 1}, {"m", 60}, {"h", 3600}};
  std::optional<uint64_t> hundredths;
  if (unit == "ms") {
    const auto milliseconds = parse_fixed(number, 0);
    if (milliseconds && *milliseconds % 10 == 0)
      hundredths = *milliseconds / 10;
  } else if (const auto seconds = seconds_of.find(unit); seconds != seconds_of.end()) {
    hundredths = parse_fixed(number, 2);
    if (hundredths)
      *hundredths *= seconds->second;
  }
  if (!hundredths)
    throw bad_value(option, text, "is not a time")
        .with_hint("such as 300ms, 2s or 5m, in steps of 10ms");
  if (*hundredths < range.low || *hundredths > range.high)
    throw bad_value(option, text,
                    "is not from " + time_text(range.low) + " to " + time_text(range.high));
  return static_cast<uint32_t>(*hundredths);
}

TunMode parse_mode(const std::string& option, const std::string& text) {
  if (text != "tap" && text != "tun")
    throw bad_value(option, text, "is not tap or tun");
  return text == "tun" ? TunMode::tun : TunMode::tap;
}

NfWish parse_nf(const std::string& option, const std::string& text) {
  if (text == "keep")
    return NfWish::keep;
  if (text != "on" && text != "off")
    throw bad_value(option, text, "is not on, off or keep");
  return text == "on" ? NfWish::on : NfWish::off;
}

DhcpWish parse_dhcp(const std::string& option, const std::string& text) {
  if (text == "auto")
    return {};
  const auto program = find_dhcp_program(text);
  if (!program)
    throw bad_value(option, text, "is not auto, dhclient, dhcpcd or udhcpc");
  return {.program = program};
}

Prefix parse_address(const std::string& text, bool has_peer) {
  if (!has_peer || text.find('/') != std::string::npos)
    return Prefix::parse(text);
  const IpAddress address = IpAddress::parse(text);
  return {address, address_bits(address.family)};
}

uint32_t parse_user(const std::string& text) {
  return parse_id("user", text, [](const std::string& name) -> std::optional<uint32_t> {
    const passwd* entry = getpwnam(name.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (entry == nullptr)
      return std::nullopt;
    return entry->pw_uid;
  });
}

uint32_t parse_group(const std::string& text) {
  return parse_id("group", text, [](const std::string& name) -> std::optional<uint32_t> {
    const group* entry = getgrnam(name.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (entry == nullptr)
      return std::nullopt;
    return entry->gr_gid;
  });
}

std::string parse_alias(const std::string& option, const std::string& text) {
  constexpr size_t max_length = 255;
  if (text.size() > max_length)
    throw bad_value(option, text.substr(0, 16) + "...",
                    "has " + std::to_string(text.size()) + " bytes, 255 is the most");
  const bool has_control = std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (has_control)
    throw bad_value(option, text, "has a control character");
  return text;
}

std::vector<IfName> parse_names(const std::vector<std::string>& words) {
  std::vector<IfName> names;
  names.reserve(words.size());
  for (const std::string& word : words)
    names.push_back(IfName::parse(word));
  return names;
}

Mac random_mac(uint8_t first_byte) {
  Mac mac;
  if (getrandom(mac.bytes.data(), mac.bytes.size(), 0) < 0)
    throw Error::from_errno("random MAC address", errno);
  mac.bytes[0] = first_byte;
  return mac;
}

uint32_t invoking_user() {
  const char* caller = geteuid() == 0 ? secure_getenv("SUDO_UID") : nullptr;
  if (caller != nullptr) {
    const auto uid = parse_decimal(caller);
    if (uid && *uid < no_id)
      return static_cast<uint32_t>(*uid);
  }
  return geteuid();
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Values of settings as the user reads them, for changes and differences.
#include "model/setting_text.hpp"

#include <algorithm>
#include <array>

namespace tapctl {
namespace {

bool is_time(std::string_view field) {
  constexpr std::array<std::string_view, 4> times{"forward_delay", "hello_time", "max_age",
                                                  "ageing_time"};
  return std::ranges::find(times, field) != times.end();
}

std::string time_text(uint64_t hundredths) {
  if (hundredths % 100 == 0)
    return std::to_string(hundredths / 100) + "s";
  return std::to_string(hundredths * 10) + "ms";
}

std::string addr_gen_mode_text(uint64_t mode) {
  constexpr std::array<const char*, 4> names{"eui64", "none", "stable_secret", "random"};
  return mode < names.size() ? names.at(mode) : std::to_string(mode);
}

}  // namespace

std::string number_text(std::string_view field, uint64_t value) {
  if (is_time(field))
    return time_text(value);
  if (field == "addr_gen_mode")
    return addr_gen_mode_text(value);
  return std::to_string(value);
}

std::string setting_text(std::string_view, const std::string& value) {
  return value;
}

std::string setting_text(std::string_view, const IfName& value) {
  return value.str();
}

std::string setting_text(std::string_view, const Mac& value) {
  return value.str();
}

}  // namespace tapctl

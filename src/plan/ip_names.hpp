// SPDX-License-Identifier: MIT
// The words that ip(8) has for the kernel's numbers.
#pragma once

#include "model/ip.hpp"

#include <cstdint>
#include <string>

namespace tapctl {

/// RT_SCOPE_* of linux/rtnetlink.h.
namespace route_scope {
inline constexpr uint8_t global = 0;
inline constexpr uint8_t link = 253;
inline constexpr uint8_t host = 254;
}  // namespace route_scope

/// "ip", or "ip -6".
std::string ip_command(Family family);

std::string scope_name(uint8_t scope);
std::string table_name(uint32_t table);
/// RTPROT_*.
std::string protocol_name(uint8_t protocol);
/// "0x" and the digits.
std::string hex_number(uint32_t value);

}  // namespace tapctl

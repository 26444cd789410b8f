// SPDX-License-Identifier: MIT
// The words that ip(8) has for the kernel's numbers.
#pragma once

#include "model/ip.hpp"
#include "model/route.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tapctl {

/// RT_SCOPE_* of linux/rtnetlink.h.
namespace route_scope {
inline constexpr uint8_t global = 0;
inline constexpr uint8_t link = 253;
inline constexpr uint8_t host = 254;
}  // namespace route_scope

/// FR_ACT_* of linux/fib_rules.h.
namespace rule_action {
inline constexpr uint8_t table = 1;
inline constexpr uint8_t go_to = 2;
inline constexpr uint8_t nop = 3;
inline constexpr uint8_t blackhole = 6;
inline constexpr uint8_t unreachable = 7;
inline constexpr uint8_t prohibit = 8;
}  // namespace rule_action

/// "ip", or "ip -6".
std::string ip_command(Family family);

std::string scope_name(uint8_t scope);
std::string table_name(uint32_t table);
/// RTPROT_*.
std::string protocol_name(uint8_t protocol);
/// IFAPROT_*.
std::string address_protocol_name(uint8_t protocol);
/// RTN_*.
std::string route_type_name(uint8_t type);
/// ICMPV6_ROUTER_PREF_*.
std::string route_preference_name(uint8_t preference);
/// RTAX_*; "" for one that has no name.
std::string route_metric_name(uint16_t metric);
/// IFA_F_*: a word for each flag that is set, and one hexadecimal number for those without a word.
std::vector<std::string> address_flag_names(Family family, uint32_t flags);
/// FR_ACT_*.
std::string rule_action_name(uint8_t action);
/// NUD_*.
std::string neighbour_state_name(uint16_t state);
/// A link-layer address of any length.
std::string lladdr_text(std::span<const uint8_t> bytes);
/// "0x" and the digits.
std::string hex_number(uint32_t value);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The words that ip(8) has for the kernel's numbers; what has no word stays a number, which ip
// takes as well and without its configuration files.
#include "plan/ip_names.hpp"

#include "model/route.hpp"

#include <string_view>

namespace tapctl {

std::string ip_command(Family family) {
  return family == Family::ipv6 ? "ip -6" : "ip";
}

std::string scope_name(uint8_t scope) {
  if (scope == route_scope::global)
    return "global";
  if (scope == route_scope::link)
    return "link";
  return scope == route_scope::host ? "host" : std::to_string(scope);
}

std::string table_name(uint32_t table) {
  if (table == route_table::main)
    return "main";
  return table == route_table::local ? "local" : std::to_string(table);
}

std::string protocol_name(uint8_t protocol) {
  if (protocol == route_protocol::kernel)
    return "kernel";
  if (protocol == route_protocol::boot)
    return "boot";
  return protocol == route_protocol::statically ? "static" : std::to_string(protocol);
}

std::string hex_number(uint32_t value) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  do {
    text.insert(text.begin(), digits[value & 0xfU]);
    value >>= 4U;
  } while (value != 0);
  return "0x" + text;
}

}  // namespace tapctl

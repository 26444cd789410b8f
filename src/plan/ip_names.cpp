// SPDX-License-Identifier: MIT
// The words that ip(8) has for the kernel's numbers; what has no word stays a number, which ip
// takes as well and without its configuration files.
#include "plan/ip_names.hpp"

#include "model/address.hpp"
#include "model/route.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace tapctl {
namespace {

struct Name {
  uint32_t number;
  const char* name;
};

template <size_t size>
std::string name_of(const std::array<Name, size>& names, uint32_t number) {
  const auto found = std::ranges::find(names, number, &Name::number);
  return found == names.end() ? std::to_string(number) : found->name;
}

}  // namespace

std::string ip_command(Family family) {
  return family == Family::ipv6 ? "ip -6" : "ip";
}

std::string scope_name(uint8_t scope) {
  constexpr std::array names{Name{route_scope::global, "global"}, Name{route_scope::link, "link"},
                             Name{route_scope::host, "host"}};
  return name_of(names, scope);
}

std::string table_name(uint32_t table) {
  constexpr std::array names{Name{253, "default"}, Name{route_table::main, "main"},
                             Name{route_table::local, "local"}};
  return name_of(names, table);
}

std::string protocol_name(uint8_t protocol) {
  constexpr std::array names{Name{1, "redirect"},
                             Name{route_protocol::kernel, "kernel"},
                             Name{route_protocol::boot, "boot"},
                             Name{route_protocol::statically, "static"},
                             Name{9, "ra"},
                             Name{16, "dhcp"}};
  return name_of(names, protocol);
}

std::string address_protocol_name(uint8_t protocol) {
  constexpr std::array names{Name{1, "kernel_lo"}, Name{2, "kernel_ra"}, Name{3, "kernel_ll"}};
  return name_of(names, protocol);
}

std::string route_type_name(uint8_t type) {
  constexpr std::array<const char*, 12> names{"unspec",   "unicast",   "local",     "broadcast",
                                              "anycast",  "multicast", "blackhole", "unreachable",
                                              "prohibit", "throw",     "nat",       "xresolve"};
  return type < names.size() ? names.at(type) : std::to_string(type);
}

std::string route_preference_name(uint8_t preference) {
  constexpr std::array<const char*, 4> names{"medium", "high", "medium", "low"};
  return names.at(preference & 3U);
}

std::string route_metric_name(uint16_t metric) {
  constexpr std::array<const char*, 18> names{
      "",         "lock",    "mtu",      "window",     "rtt",      "rttvar",
      "ssthresh", "cwnd",    "advmss",   "reordering", "hoplimit", "initcwnd",
      "features", "rto_min", "initrwnd", "quickack",   "congctl",  "fastopen_no_cookie"};
  return metric < names.size() ? names.at(metric) : "";
}

std::vector<std::string> address_flag_names(Family family, uint32_t flags) {
  const std::array names{
      Name{address_flag::secondary, family == Family::ipv4 ? "secondary" : "temporary"},
      Name{address_flag::nodad, "nodad"},
      Name{address_flag::optimistic, "optimistic"},
      Name{address_flag::dadfailed, "dadfailed"},
      Name{address_flag::home, "home"},
      Name{address_flag::deprecated, "deprecated"},
      Name{address_flag::tentative, "tentative"},
      Name{address_flag::permanent, "permanent"},
      Name{address_flag::managetempaddr, "mngtmpaddr"},
      Name{address_flag::noprefixroute, "noprefixroute"},
      Name{address_flag::mcautojoin, "autojoin"},
      Name{address_flag::stable_privacy, "stable-privacy"}};
  std::vector<std::string> words;
  for (const Name& name : names) {
    if ((flags & name.number) != 0)
      words.emplace_back(name.name);
    flags &= ~name.number;
  }
  if (flags != 0)
    words.push_back(hex_number(flags));
  return words;
}

std::string rule_action_name(uint8_t action) {
  constexpr std::array names{Name{rule_action::table, "lookup"},
                             Name{rule_action::go_to, "goto"},
                             Name{rule_action::nop, "nop"},
                             Name{rule_action::blackhole, "blackhole"},
                             Name{rule_action::unreachable, "unreachable"},
                             Name{rule_action::prohibit, "prohibit"}};
  return name_of(names, action);
}

std::string neighbour_state_name(uint16_t state) {
  constexpr std::array names{Name{0, "none"},
                             Name{1, "incomplete"},
                             Name{neighbour_state::reachable, "reachable"},
                             Name{neighbour_state::stale, "stale"},
                             Name{neighbour_state::delay, "delay"},
                             Name{neighbour_state::probe, "probe"},
                             Name{32, "failed"},
                             Name{neighbour_state::noarp, "noarp"},
                             Name{neighbour_state::permanent, "permanent"}};
  return name_of(names, state);
}

std::string lladdr_text(std::span<const uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : bytes) {
    if (!text.empty())
      text += ':';
    text += {digits[byte >> 4U], digits[byte & 0xfU]};
  }
  return text;
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

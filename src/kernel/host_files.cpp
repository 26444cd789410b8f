// SPDX-License-Identifier: MIT
// What files of /proc, /run and /etc say, from their text: pure functions.
#include "kernel/host_files.hpp"

#include "util/text.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace tapctl {
namespace {

constexpr std::string_view blanks = " \t\r";

/// ETH_P_ALL and ETH_P_IP of linux/if_ether.h.
constexpr uint16_t all_frames = 0x0003;
constexpr uint16_t ipv4_frames = 0x0800;

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  for (size_t start = text.find_first_not_of(separators); start != std::string_view::npos;) {
    const size_t end = text.find_first_of(separators, start);
    parts.push_back(text.substr(start, end - start));
    start = end == std::string_view::npos ? end : text.find_first_not_of(separators, end);
  }
  return parts;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  return split(text, "\n");
}

std::string_view trimmed(std::string_view text) {
  const size_t start = text.find_first_not_of(blanks);
  if (start == std::string_view::npos)
    return {};
  return text.substr(start, text.find_last_not_of(blanks) - start + 1);
}

uint16_t parse_hex(std::string_view text) {
  uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return error == std::errc{} && end == text.data() + text.size() ? value : uint16_t{0};
}

std::string option_of(std::string_view options, std::string_view name) {
  for (const std::string_view option : split(options, ",")) {
    if (option.starts_with(name))
      return std::string(option.substr(name.size()));
  }
  return {};
}

}  // namespace

/// Columns: sk RefCnt Type Proto Iface R Rmem User Inode (net/packet/af_packet.c).
std::vector<PacketSocket> parse_packet_table(std::string_view text) {
  constexpr size_t columns = 9;
  std::vector<PacketSocket> sockets;
  for (const std::string_view line : lines_of(text)) {
    const auto fields = split(line, blanks);
    if (fields.size() < columns)
      continue;
    const uint16_t protocol = parse_hex(fields[3]);
    const auto ifindex = parse_decimal(fields[4]);
    const auto inode = parse_decimal(fields[8]);
    if (ifindex.value_or(0) == 0 || !inode)
      continue;
    if (protocol == all_frames || protocol == ipv4_frames)
      sockets.push_back({.ifindex = static_cast<int>(*ifindex),
                         .protocol = protocol,
                         .inode = *inode,
                         .command = {}});
  }
  return sockets;
}

std::optional<NfsMount> parse_nfs_root(std::string_view text) {
  std::optional<NfsMount> root;
  for (const std::string_view line : lines_of(text)) {
    const auto fields = split(line, blanks);
    if (fields.size() < 4 || fields[1] != "/")
      continue;
    root.reset();  // the last one mounted there is the one that counts
    if (fields[2] == "nfs" || fields[2] == "nfs4")
      root = NfsMount{.source = std::string(fields[0]), .server = option_of(fields[3], "addr=")};
  }
  return root;
}

std::string value_of(std::string_view text, std::string_view key) {
  for (const std::string_view line : lines_of(text)) {
    const size_t equals = line.find('=');
    if (equals != std::string_view::npos && trimmed(line.substr(0, equals)) == key)
      return std::string(trimmed(line.substr(equals + 1)));
  }
  return {};
}

std::vector<std::string> parse_ifupdown(std::string_view text) {
  std::vector<std::string> links;
  for (const std::string_view line : lines_of(text)) {
    const auto words = split(line, blanks);
    if (words.size() < 4 || words[0] != "iface" || words[3] == "manual" || words[3] == "loopback")
      continue;
    if (std::ranges::find(links, words[1]) == links.end())
      links.emplace_back(words[1]);
  }
  return links;
}

bool netplan_names(std::string_view text, std::string_view link) {
  return std::ranges::any_of(lines_of(text), [&](std::string_view line) {
    std::string_view key = trimmed(line.substr(0, line.find('#')));
    if (!key.ends_with(':'))
      return false;
    key = trimmed(key.substr(0, key.size() - 1));
    const bool quoted = key.size() > 2 && (key[0] == '"' || key[0] == '\'') && key.back() == key[0];
    return (quoted ? key.substr(1, key.size() - 2) : key) == link;
  });
}

}  // namespace tapctl

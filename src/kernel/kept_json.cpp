// SPDX-License-Identifier: MIT
// What the JSON files in /run/tapctl have in common.
#include "kernel/kept_json.hpp"

#include "kernel/run_dir.hpp"
#include "util/text.hpp"

#include <algorithm>
#include <charconv>

namespace tapctl {
namespace {

constexpr int most_depth = 8;
constexpr int format_version = 2;

/// What has to be the same now for a file to count.
Json origin() {
  return {{"version", format_version}, {"boot_id", boot_id()}};
}

Json parse_shallow(const std::string& text) {
  return Json::parse(text, [](int depth, Json::parse_event_t, Json&) {
    if (depth > most_depth)
      throw Error("a memory file is nested too deeply");
    return true;
  });
}

}  // namespace

Json encode_text(std::string_view text) {
  if (is_utf8(text))
    return std::string(text);
  std::string hex;
  for (const char c : text) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    hex += {digits[byte >> 4U], digits[byte & 0xfU]};
  }
  return {{"hex", hex}};
}

std::string decode_text(const Json& json) {
  if (!json.is_object())
    return json.get<std::string>();
  const auto hex = json.at("hex").get<std::string>();
  std::string text;
  for (size_t i = 0; i < hex.size(); i += 2) {
    unsigned byte = 0;
    const char* end = hex.data() + std::min(i + 2, hex.size());
    if (std::from_chars(hex.data() + i, end, byte, 16).ptr != hex.data() + i + 2)
      throw Error("text in a memory file is no hex");
    text += static_cast<char>(byte);
  }
  return text;
}

IfName decode_name(const Json& json) {
  return IfName::from_kernel(decode_text(json));
}

std::string kept_text(const Json& value) {
  const Json json = {{"from", origin()}, {"memory", value}};
  return json.dump() + "\n";
}

std::optional<Json> parse_kept(const std::string& text) {
  const Json json = parse_shallow(text);
  if (json.at("from") != origin())
    return std::nullopt;
  return json.at("memory");
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Reads and writes the memory of bridges as JSON.
//
// A memory counts only for the bridge that it was written for: it carries the boot id and the
// bridge's ifindex, so that one left by an earlier boot or by a bridge that was deleted by hand and
// made anew is passed over. Names can hold any byte and JSON cannot: text that is not UTF-8 is
// stored as {"hex": "..."}.
#include "kernel/memory.hpp"

#include "kernel/netns.hpp"
#include "kernel/run_dir.hpp"
#include "kernel/sysctl.hpp"
#include "model/settings.hpp"
#include "util/error.hpp"
#include "util/fd.hpp"
#include "util/text.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <net/if.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>
#include <type_traits>

namespace tapctl {
namespace {

using Json = nlohmann::json;

constexpr size_t most_bytes = size_t{64} * 1024;
constexpr int most_depth = 8;
constexpr int format_version = 1;

Json encode(std::string_view text) {
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

std::string decode(const Json& json) {
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
  return IfName::from_kernel(decode(json));
}

Json encode_bridge(const Bridge& bridge) {
  Json json = Json::object();
  for_each_field<Bridge>([&](const char* name, auto member) {
    if (bridge.*member)
      json[name] = *(bridge.*member);
  });
  return json;
}

Bridge decode_bridge(const Json& json) {
  Bridge bridge;
  for_each_field<Bridge>([&](const char* name, auto member) {
    using Value = typename std::remove_reference_t<decltype(bridge.*member)>::value_type;
    if (json.contains(name))
      bridge.*member = json.at(name).get<Value>();
  });
  return bridge;
}

/// Arrays of pairs, since a key of an object could not be {"hex": ...}.
Json encode_memory(const BridgeMemory& memory) {
  Json addresses = Json::array();
  for (const Prefix& prefix : memory.added_addresses)
    addresses.push_back(prefix.str());
  Json gateways = Json::array();
  for (const IpAddress& gateway : memory.added_gateways)
    gateways.push_back(gateway.str());
  Json sysctls = Json::array();
  for (const auto& [path, value] : memory.sysctls)
    sysctls.push_back(Json::array({encode(path), encode(value)}));
  Json flags = Json::array();
  for (const auto& [name, bridge] : memory.nf_flags)
    flags.push_back(Json::array({encode(name.str()), encode_bridge(bridge)}));
  Json modes = Json::array();
  for (const auto& [name, mode] : memory.addr_gen_modes)
    modes.push_back(Json::array({encode(name.str()), mode}));
  return {{"uplink", encode(memory.uplink.str())},
          {"added_addresses", addresses},
          {"added_gateways", gateways},
          {"sysctls", sysctls},
          {"nf_flags", flags},
          {"addr_gen_modes", modes}};
}

BridgeMemory decode_memory(const Json& json) {
  BridgeMemory memory;
  memory.uplink = decode_name(json.at("uplink"));
  for (const Json& prefix : json.at("added_addresses"))
    memory.added_addresses.push_back(Prefix::parse(prefix.get<std::string>()));
  for (const Json& gateway : json.at("added_gateways"))
    memory.added_gateways.push_back(IpAddress::parse(gateway.get<std::string>()));
  for (const Json& pair : json.at("sysctls"))
    memory.sysctls.emplace(decode(pair.at(0)), decode(pair.at(1)));
  for (const Json& pair : json.at("nf_flags"))
    memory.nf_flags.emplace(decode_name(pair.at(0)), decode_bridge(pair.at(1)));
  for (const Json& pair : json.at("addr_gen_modes"))
    memory.addr_gen_modes.emplace(decode_name(pair.at(0)), pair.at(1).get<uint8_t>());
  return memory;
}

/// What has to be the same now for a memory to count.
Json identity_of(const IfName& bridge) {
  return {{"version", format_version},
          {"boot_id", read_sysctl("kernel/random/boot_id").value_or("")},
          {"ifindex", if_nametoindex(bridge.str().c_str())}};
}

std::string file_name(const IfName& bridge) {
  return bridge.str() + ".json";
}

std::string subject_of(const IfName& bridge) {
  return "memory of bridge " + bridge.quoted();
}

/// The file's text, or nothing when there is none or it is longer than any memory is.
std::optional<std::string> read_file(const IfName& bridge) {
  const Fd directory = open_namespace_dir(IfAbsent::leave);
  if (!directory)
    return std::nullopt;
  const Fd file(openat(directory.get(), file_name(bridge).c_str(),
                       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> buffer{};
  ssize_t size = file ? read(file.get(), buffer.data(), buffer.size()) : -1;
  while (size > 0 && text.size() <= most_bytes) {
    text.append(buffer.data(), static_cast<size_t>(size));
    size = read(file.get(), buffer.data(), buffer.size());
  }
  if (size != 0)
    return std::nullopt;
  return text;
}

Json parse_shallow(const std::string& text) {
  return Json::parse(text, [](int depth, Json::parse_event_t, Json&) {
    if (depth > most_depth)
      throw Error("a memory file is nested too deeply");
    return true;
  });
}

void write_all(const Fd& file, std::string_view text, const std::string& subject) {
  while (!text.empty()) {
    const ssize_t written = write(file.get(), text.data(), text.size());
    if (written < 0)
      throw Error::from_errno(subject + ": write", errno);
    text.remove_prefix(static_cast<size_t>(written));
  }
}

/// A new file under the name `temporary`; one that a killed process left is replaced.
Fd create_temporary(const Fd& directory, const std::string& temporary, const std::string& subject) {
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  unlinkat(directory.get(), temporary.c_str(), 0);
  Fd file(openat(directory.get(), temporary.c_str(), flags, 0600));
  if (!file)
    throw Error::from_errno(subject + ": create", errno);
  return file;
}

}  // namespace

std::optional<BridgeMemory> read_memory(const IfName& bridge) {
  try {
    const auto text = read_file(bridge);
    if (!text)
      return std::nullopt;
    const Json json = parse_shallow(*text);
    if (json.at("for") != identity_of(bridge))
      return std::nullopt;
    return decode_memory(json.at("memory"));
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

void remember(const IfName& bridge, const BridgeMemory& memory) {
  const std::string subject = subject_of(bridge);
  const Json json = {{"for", identity_of(bridge)}, {"memory", encode_memory(memory)}};
  const std::string text = json.dump() + "\n";
  if (text.size() > most_bytes)
    throw Error::from_errno(subject + ": write", EFBIG);
  const Fd directory = open_namespace_dir();
  const std::string name = file_name(bridge);
  const std::string temporary = name + ".new";
  try {
    write_all(create_temporary(directory, temporary, subject), text, subject);
    if (renameat(directory.get(), temporary.c_str(), directory.get(), name.c_str()) != 0)
      throw Error::from_errno(subject + ": rename", errno);
  } catch (const Error&) {
    unlinkat(directory.get(), temporary.c_str(), 0);
    throw;
  }
}

void forget(const IfName& bridge) {
  const Fd directory = open_namespace_dir(IfAbsent::leave);
  if (!directory)
    return;
  if (unlinkat(directory.get(), file_name(bridge).c_str(), 0) != 0 && errno != ENOENT)
    throw Error::from_errno(subject_of(bridge) + ": delete", errno);
  unlinkat(open_run_dir().get(), netns_id().c_str(), AT_REMOVEDIR);  // stays while others use it
}

}  // namespace tapctl

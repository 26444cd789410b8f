// SPDX-License-Identifier: MIT
// Reads and writes the memory of bridges as JSON.
//
// A memory counts only for the bridge that it was written for: the file is named by the bridge's
// ifindex, which survives a rename, and carries the boot id, so that one left by an earlier boot or
// by a bridge that was deleted by hand and made anew is passed over.
#include "kernel/memory.hpp"

#include "kernel/kept_json.hpp"
#include "kernel/netns.hpp"
#include "kernel/run_dir.hpp"
#include "kernel/sysctl.hpp"
#include "model/settings.hpp"
#include "util/directory.hpp"
#include "util/error.hpp"
#include "util/fd.hpp"
#include "util/file.hpp"
#include "util/text.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>
#include <type_traits>

namespace tapctl {
namespace {

/// 1,023 ports are about 150 KiB.
constexpr size_t most_bytes = size_t{1024} * 1024;

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

Json encode_link(const LinkMemory& link) {
  Json json = Json::object();
  if (link.mac)
    json["mac"] = link.mac->str();
  if (link.mtu)
    json["mtu"] = *link.mtu;
  if (link.addr_gen_mode)
    json["addr_gen_mode"] = *link.addr_gen_mode;
  if (link.up)
    json["up"] = *link.up;
  json["link_local"] = Json::array();
  for (const LinkLocalMemory& address : link.link_local) {
    Json entry = {{"prefix", address.prefix.str()}, {"flags", address.flags}};
    if (address.protocol)
      entry["protocol"] = *address.protocol;
    json["link_local"].push_back(entry);
  }
  return json;
}

template <class T>
std::optional<T> get_if_there(const Json& json, const char* name) {
  return json.contains(name) ? std::optional(json.at(name).get<T>()) : std::nullopt;
}

LinkMemory decode_link(const Json& json) {
  LinkMemory link;
  if (const auto mac = get_if_there<std::string>(json, "mac"))
    link.mac = Mac::parse(*mac);
  link.mtu = get_if_there<uint32_t>(json, "mtu");
  link.addr_gen_mode = get_if_there<uint8_t>(json, "addr_gen_mode");
  link.up = get_if_there<bool>(json, "up");
  for (const Json& entry : json.at("link_local"))
    link.link_local.push_back({.prefix = Prefix::parse(entry.at("prefix").get<std::string>()),
                               .flags = entry.at("flags").get<uint32_t>(),
                               .protocol = get_if_there<uint8_t>(entry, "protocol")});
  return link;
}

Json encode_client(const DhcpClient& client) {
  Json argv = Json::array();
  for (const std::string& word : client.argv)
    argv.push_back(encode_text(word));
  return {{"program", dhcp_program_name(client.program)},
          {"link", encode_text(client.link.str())},
          {"path", encode_text(client.path)},
          {"argv", argv}};
}

DhcpClient decode_client(const Json& json) {
  DhcpClient client;
  const auto program = find_dhcp_program(json.at("program").get<std::string>());
  if (!program)
    throw Error("DHCP client: is not known");
  client.program = *program;
  client.link = decode_name(json.at("link"));
  client.path = decode_text(json.at("path"));
  for (const Json& word : json.at("argv"))
    client.argv.push_back(decode_text(word));
  return client;
}

/// Arrays of pairs, since a key of an object could not be {"hex": ...}.
Json encode_memory(const BridgeMemory& memory) {
  Json ports = Json::array();
  for (const auto& [name, port] : memory.ports)
    ports.push_back(Json::array({encode_text(name.str()), encode_link(port)}));
  Json own = Json::array();
  for (const std::string& identity : memory.own)
    own.push_back(encode_text(identity));
  Json sysctls = Json::array();
  for (const auto& [path, value] : memory.sysctls)
    sysctls.push_back(Json::array({encode_text(path), encode_text(value)}));
  Json flags = Json::array();
  for (const auto& [name, bridge] : memory.nf_flags)
    flags.push_back(Json::array({encode_text(name.str()), encode_bridge(bridge)}));
  Json json = {{"uplink", encode_text(memory.uplink.str())},
               {"ports", ports},
               {"own", own},
               {"sysctls", sysctls},
               {"nf_flags", flags}};
  if (memory.bridge)
    json["bridge"] = encode_link(*memory.bridge);
  json["clients"] = Json::array();
  for (const DhcpClient& client : memory.clients)
    json["clients"].push_back(encode_client(client));
  if (memory.static_ipv4) {
    json["static_ipv4"] = Json::array();
    for (const Prefix& prefix : *memory.static_ipv4)
      json["static_ipv4"].push_back(prefix.str());
  }
  return json;
}

BridgeMemory decode_memory(const Json& json) {
  BridgeMemory memory;
  memory.uplink = decode_name(json.at("uplink"));
  for (const Json& pair : json.at("ports"))
    memory.ports.emplace(decode_name(pair.at(0)), decode_link(pair.at(1)));
  if (json.contains("bridge"))
    memory.bridge = decode_link(json.at("bridge"));
  for (const Json& identity : json.at("own"))
    memory.own.insert(decode_text(identity));
  for (const Json& pair : json.at("sysctls"))
    memory.sysctls.emplace(decode_text(pair.at(0)), decode_text(pair.at(1)));
  for (const Json& pair : json.at("nf_flags"))
    memory.nf_flags.emplace(decode_name(pair.at(0)), decode_bridge(pair.at(1)));
  if (json.contains("clients")) {
    for (const Json& client : json.at("clients"))
      memory.clients.push_back(decode_client(client));
  }
  if (json.contains("static_ipv4")) {
    memory.static_ipv4.emplace();
    for (const Json& prefix : json.at("static_ipv4"))
      memory.static_ipv4->push_back(Prefix::parse(prefix.get<std::string>()));
  }
  return memory;
}

std::string file_name(unsigned ifindex) {
  return std::to_string(ifindex) + ".json";
}

/// Throws Error when the bridge is not there.
unsigned ifindex_of(const IfName& bridge) {
  const unsigned ifindex = if_nametoindex(bridge.str().c_str());
  if (ifindex == 0)
    throw Error::from_errno("memory of bridge " + bridge.quoted(), errno);
  return ifindex;
}

std::string subject_of(const IfName& bridge) {
  return "memory of bridge " + bridge.quoted();
}

/// Bridges that were deleted by other hands leave a file behind.
void sweep(const Fd& directory) {
  const Directory names = open_directory(directory.get(), ".");
  while (const dirent* entry = names ? next_entry(names) : nullptr) {
    const std::string_view name(entry->d_name);
    const auto ifindex = parse_decimal(name.substr(0, name.find('.')));
    std::array<char, IF_NAMESIZE> link{};
    if (ifindex && if_indextoname(static_cast<unsigned>(*ifindex), link.data()) == nullptr)
      unlinkat(directory.get(), entry->d_name, 0);
  }
}

}  // namespace

std::string memory_text(const BridgeMemory& memory) {
  return kept_text(encode_memory(memory));
}

std::optional<BridgeMemory> parse_memory(const std::string& text) {
  return from_kept_text(text, decode_memory);
}

std::optional<BridgeMemory> read_memory(int ifindex) {
  try {
    const auto text = read_file(open_namespace_dir(IfAbsent::leave),
                                file_name(static_cast<unsigned>(ifindex)), most_bytes);
    return text ? parse_memory(*text) : std::nullopt;
  } catch (const Error& error) {
    rethrow_if_exhausted(error);
    return std::nullopt;
  }
}

void remember(const IfName& bridge, const BridgeMemory& memory) {
  const std::string subject = subject_of(bridge);
  const std::string text = memory_text(memory);
  if (text.size() > most_bytes)
    throw Error::from_errno(subject + ": write", EFBIG);
  const Fd directory = open_namespace_dir();
  sweep(directory);
  replace_file(directory, file_name(ifindex_of(bridge)), text, subject);
}

void forget(const IfName& bridge) {
  const Fd directory = open_namespace_dir(IfAbsent::leave);
  if (!directory)
    return;
  const std::string folder = "../" + netns_id();  // now: nothing may fail once it is forgotten
  const std::string name = file_name(ifindex_of(bridge));
  if (unlinkat(directory.get(), name.c_str(), 0) != 0 && errno != ENOENT)
    throw Error::from_errno(subject_of(bridge) + ": delete", errno);
  unlinkat(directory.get(), folder.c_str(), AT_REMOVEDIR);  // stays while others use it
}

}  // namespace tapctl

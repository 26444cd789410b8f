// SPDX-License-Identifier: MIT
// Reads and writes what `apply` made.
#include "kernel/applied.hpp"

#include "kernel/kept_json.hpp"
#include "kernel/netns.hpp"
#include "kernel/run_dir.hpp"
#include "util/error.hpp"
#include "util/fd.hpp"
#include "util/file.hpp"
#include "util/text.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <unistd.h>

#include <cerrno>

namespace tapctl {
namespace {

constexpr const char* file_name = "applied.json";
/// Some 100,000 devices.
constexpr size_t most_bytes = size_t{4} * 1024 * 1024;

using AllApplied = std::map<std::string, Applied>;

/// 0 when the link is not there.
int look_up(const IfName& link, int known) {
  return known != 0 ? known : static_cast<int>(if_nametoindex(link.str().c_str()));
}

/// Throws Error when the link is not there.
int ifindex_of(const IfName& link, int known) {
  const int ifindex = look_up(link, known);
  if (ifindex == 0)
    throw Error::from_errno("link " + link.quoted(), errno);
  return ifindex;
}

Json encode_links(const std::map<IfName, int>& links) {
  Json json = Json::array();
  for (const auto& [name, ifindex] : links)
    json.push_back(Json::array({encode_text(name.str()), ifindex_of(name, ifindex)}));
  return json;
}

std::map<IfName, int> decode_links(const Json& json) {
  std::map<IfName, int> links;
  for (const Json& pair : json)
    links.emplace(decode_name(pair.at(0)), pair.at(1).get<int>());
  return links;
}

Json encode_ports(const std::map<IfName, AppliedPort>& ports) {
  Json json = Json::array();
  for (const auto& [name, port] : ports)
    json.push_back(
        Json::array({encode_text(name.str()), encode_text(port.bridge.str()),
                     look_up(name, port.ifindex), look_up(port.bridge, port.bridge_ifindex)}));
  return json;
}

/// An older file has the names alone.
std::map<IfName, AppliedPort> decode_ports(const Json& json) {
  std::map<IfName, AppliedPort> ports;
  for (const Json& entry : json)
    ports.emplace(decode_name(entry.at(0)),
                  AppliedPort{.ifindex = entry.size() > 2 ? entry.at(2).get<int>() : 0,
                              .bridge = decode_name(entry.at(1)),
                              .bridge_ifindex = entry.size() > 3 ? entry.at(3).get<int>() : 0});
  return ports;
}

Json encode_applied(const Applied& applied) {
  return {{"devices", encode_links(applied.devices)},
          {"bridges", encode_links(applied.bridges)},
          {"ports", encode_ports(applied.ports)}};
}

Applied decode_applied(const Json& json) {
  Applied applied;
  applied.devices = decode_links(json.at("devices"));
  applied.bridges = decode_links(json.at("bridges"));
  applied.ports = decode_ports(json.at("ports"));
  return applied;
}

Json encode_all(const AllApplied& all) {
  Json json = Json::array();
  for (const auto& [file, applied] : all)
    json.push_back(Json::array({encode_text(file), encode_applied(applied)}));
  return json;
}

AllApplied decode_all(const Json& json) {
  AllApplied all;
  for (const Json& pair : json)
    all.emplace(decode_text(pair.at(0)), decode_applied(pair.at(1)));
  return all;
}

AllApplied read_all(const Fd& directory) {
  const auto text = directory ? read_file(directory, file_name, most_bytes) : std::nullopt;
  return text ? from_kept_text(*text, decode_all).value_or(AllApplied{}) : AllApplied{};
}

}  // namespace

Applied read_applied(const std::string& file) {
  try {
    AllApplied all = read_all(open_namespace_dir(IfAbsent::leave));
    return all[file];
  } catch (const Error& error) {
    rethrow_if_exhausted(error);
    return {};
  }
}

void keep_applied(const std::string& file, const Applied& applied) {
  const std::string subject = "what was applied of " + quote(file);
  const Fd directory = open_namespace_dir();
  AllApplied all = read_all(directory);
  if (applied == Applied{})
    all.erase(file);
  else
    all[file] = applied;
  if (!all.empty()) {
    const std::string text = kept_text(encode_all(all));
    if (text.size() > most_bytes)
      throw Error::from_errno(subject + ": write", EFBIG);
    replace_file(directory, file_name, text, subject);
    return;
  }
  if (unlinkat(directory.get(), file_name, 0) != 0 && errno != ENOENT)
    throw Error::from_errno(subject + ": delete", errno);
  unlinkat(open_run_dir().get(), netns_id().c_str(), AT_REMOVEDIR);  // stays while others use it
}

}  // namespace tapctl

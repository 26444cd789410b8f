// SPDX-License-Identifier: MIT
// Reads ip -j -d and /proc/sys, drops what is volatile, and compares.
#include "support/host_state.hpp"

#include "support/process.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <tuple>

namespace tapctl::test {

namespace {

using nlohmann::json;
namespace fs = std::filesystem;

/// One dump; ip(8) says "Dump was interrupted" and still exits with 0 when it is inconsistent.
json ip(const std::vector<std::string>& arguments) {
  Argv argv{"ip", "-j", "-d"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  for (int attempt = 0; attempt < 20; attempt++) {
    const Result result = run(argv);
    if (result.status != 0)
      throw std::runtime_error(argv.back() + ": " + result.err);
    if (result.err.find("Dump was interrupted") == std::string::npos)
      return result.out.empty() ? json::array() : json::parse(result.out);
  }
  throw std::runtime_error("the dump of ip is interrupted for ever");
}

/// Removes the named members at every depth.
void drop(json& value, const std::set<std::string>& names) {
  if (value.is_object())
    for (const auto& name : names)
      value.erase(name);
  if (value.is_structured())
    for (auto& member : value)
      drop(member, names);
}

json by_name(const json& list) {
  json result = json::object();
  for (const auto& item : list)
    if (item.contains("ifname"))
      result[item["ifname"].get<std::string>()] = item;
  return result;
}

/// Duplicate address detection is under way. It does not start before the link has a carrier.
bool is_tentative(const json& links) {
  return std::any_of(links.begin(), links.end(), [](const json& link) {
    const auto& flags = link["flags"];
    const auto addresses = link.value("addr_info", json::array());
    return std::find(flags.begin(), flags.end(), "LOWER_UP") != flags.end() &&
           std::any_of(addresses.begin(), addresses.end(),
                       [](const json& address) { return address.contains("tentative"); });
  });
}

/// By link. IPv4 in the kernel's order, which decides what is primary; IPv6 likewise, newest first.
json settled_addresses() {
  json all;
  wait_until(
      [&all] {
        all = by_name(ip({"addr", "show"}));
        return !is_tentative(all);
      },
      std::chrono::seconds(5));
  json result = json::object();
  for (const auto& [name, link] : all.items())
    result[name] = link.value("addr_info", json::array());
  return result;
}

/// Without what only follows from the past or from others, and that nobody can set back: the queue
/// discipline of a link that was up once, the carrier of a bridge that had a port once, the number
/// that a port got when it joined, offload limits and identifiers taken from ports.
json links() {
  json result = by_name(ip({"link", "show"}));
  for (auto& link : result) {
    auto& flags = link["flags"];
    for (const char* carrier : {"LOWER_UP", "NO-CARRIER"})
      flags.erase(std::remove(flags.begin(), flags.end(), carrier), flags.end());
  }
  drop(result, {"qdisc",
                "operstate",
                "tso_max_size",
                "tso_max_segs",
                "bridge_id",
                "root_id",
                "designated_bridge",
                "designated_root",
                "designated_port",
                "id",
                "no",
                "hello_timer",
                "tcn_timer",
                "topology_change_timer",
                "gc_timer",
                "hold_timer",
                "message_age_timer",
                "forward_delay_timer",
                "topology_change",
                "topology_change_detected",
                "stats",
                "stats64"});
  return result;
}

/// The kernel adds these to a link by itself once it has a carrier, and marks them when it is lost.
bool follows_the_carrier(const json& route) {
  return route.value("protocol", "") == "kernel" && route.value("dst", "") == "ff00::/8";
}

/// Orders routes by what tells them apart and keeps the kernel's order among those with equal keys,
/// where the first one wins. What the kernel made itself is also ordered by link.
json routes(const char* family) {
  auto list = ip({family, "route", "show", "table", "all"}).get<std::vector<json>>();
  std::erase_if(list, follows_the_carrier);
  for (auto& route : list)
    std::erase_if(route["flags"].get_ref<json::array_t&>(),
                  [](const json& flag) { return flag == "linkdown"; });
  const auto key = [](const json& route) {
    const auto metric = route.value("metric", 0U);
    const bool own = route.value("protocol", "") == "kernel";
    return std::tuple{route.value("table", "main"), route.value("dst", ""), route.value("tos", ""),
                      metric, own ? route.value("dev", "") : ""};
  };
  std::ranges::stable_sort(list, {}, key);
  json result = std::move(list);
  drop(result, {"expires", "cache", "used", "age"});
  return result;
}

json neighbours() {
  json result = json::array();
  for (const char* family : {"-4", "-6"})
    for (const auto& what :
         {Argv{"neigh", "show", "nud", "permanent"}, Argv{"neigh", "show", "proxy"}}) {
      Argv arguments{family};
      arguments.insert(arguments.end(), what.begin(), what.end());
      for (auto& neighbour : ip(arguments))
        result.push_back(neighbour);
    }
  drop(result, {"used", "confirmed", "updated", "probes", "refcnt"});
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

std::string content(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file.rdbuf()), std::istreambuf_iterator<char>()};
}

/// `skip` is a part of the path: it leaves out what differs without meaning.
json files_below(const fs::path& root, const std::string& skip) {
  json result = json::object();
  std::error_code error;
  for (fs::recursive_directory_iterator entry(root, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = fs::relative(entry->path(), root).string();
    if (entry->is_regular_file() && name.find(skip) == std::string::npos)
      result[name] = content(entry->path());
  }
  return result;
}

json sysctls() {
  json result = json::object();
  for (const char* part : {"ipv4/conf", "ipv4/neigh", "ipv6/conf", "ipv6/neigh", "bridge"})
    result[part] = files_below(fs::path("/proc/sys/net") / part, "stable_secret");
  return result;
}

bool is_lifetime(const std::string& path) {
  return path.ends_with("_life_time");
}

bool nearly_equal(const json& a, const json& b) {
  constexpr int64_t tolerance = 30;  // seconds
  return a.is_number() && b.is_number() && a.get<int64_t>() != 0 && b.get<int64_t>() != 0 &&
         std::abs(a.get<int64_t>() - b.get<int64_t>()) <= tolerance;
}

void compare(const std::string& path, const json& before, const json& after, std::string& lines) {
  if (before == after || (is_lifetime(path) && nearly_equal(before, after)))
    return;
  if (before.is_object() && after.is_object()) {
    std::set<std::string> names;
    for (const auto* side : {&before, &after})
      for (const auto& [name, member] : side->items())
        names.insert(name);
    for (const auto& name : names)
      compare(path + "/" + name, before.value(name, json()), after.value(name, json()), lines);
  } else if (before.is_array() && after.is_array() && before.size() == after.size()) {
    for (size_t i = 0; i < before.size(); i++)
      compare(path + "/" + std::to_string(i), before[i], after[i], lines);
  } else if (before.is_array() && after.is_array()) {
    for (const auto& item : before)
      if (std::find(after.begin(), after.end(), item) == after.end())
        lines += path + ": gone " + item.dump() + "\n";
    for (const auto& item : after)
      if (std::find(before.begin(), before.end(), item) == before.end())
        lines += path + ": new " + item.dump() + "\n";
    lines += path + ": " + std::to_string(before.size()) + " became " +
             std::to_string(after.size()) + "\n";
  } else {
    lines += path + ": " + before.dump() + " became " + after.dump() + "\n";
  }
}

void rename_links(json& value, const std::string& from, const std::string& to) {
  for (const char* member : {"dev", "iif", "oif", "label"})
    if (value.is_object() && value.contains(member) && value[member].is_string()) {
      auto& name = value[member].get_ref<std::string&>();
      if (name == from || name.starts_with(from + ":"))
        name.replace(0, from.size(), to);
    }
  if (value.is_structured())
    for (auto& member : value)
      rename_links(member, from, to);
}

}  // namespace

json host_state() {
  json state;
  state["addresses"] = settled_addresses();
  state["links"] = links();
  state["routes"] = {{"ipv4", routes("-4")}, {"ipv6", routes("-6")}};
  state["rules"] = {{"ipv4", ip({"-4", "rule", "show"})}, {"ipv6", ip({"-6", "rule", "show"})}};
  state["neighbours"] = neighbours();
  state["sysctls"] = sysctls();
  state["memory"] = files_below("/run/tapctl", ".lock");
  for (auto file = state["memory"].begin(); file != state["memory"].end();) {
    const bool is_history = file.key().ends_with("/last") || file.key().ends_with("/log");
    if (!file.key().ends_with(".json"))
      *file = "there";  // a journal: its bytes are no text
    file = is_history ? state["memory"].erase(file) : std::next(file);
  }
  return state;
}

std::string difference(const json& before, const json& after) {
  std::string lines;
  compare("", before, after, lines);
  return lines;
}

std::vector<std::string> addresses_of(const json& state, const std::string& link) {
  std::vector<std::string> result;
  for (const auto& address : state["addresses"].value(link, json::array())) {
    const auto local = address["local"].get<std::string>();
    if (!local.starts_with("fe80:"))
      result.push_back(local + "/" + std::to_string(address["prefixlen"].get<int>()));
  }
  return result;
}

json renamed(const json& state, const std::string& from, const std::string& to) {
  json result = state;
  for (const char* part : {"addresses", "routes", "rules", "neighbours"})
    rename_links(result[part], from, to);
  return result;
}

}  // namespace tapctl::test

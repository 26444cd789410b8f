// SPDX-License-Identifier: MIT
// `tapctl list` and `tapctl nf show` as tables.
#include "model/filtering.hpp"
#include "report/accounts.hpp"
#include "report/link_text.hpp"
#include "report/table.hpp"
#include "report/text.hpp"
#include "util/text.hpp"

namespace tapctl {
namespace {

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

std::string owner_cell(const TunDevice& tun) {
  if (tun.owner)
    return user_text(*tun.owner);
  return tun.group ? "-" : "anyone";
}

std::vector<std::string> device_row(const Snapshot& snapshot, const Link& link, bool holders) {
  const TunDevice tun = link.tun.value_or(TunDevice{});
  std::vector<std::string> row{printable(link.name.str()),
                               mode_name(tun.mode),
                               owner_cell(tun),
                               tun.group ? group_text(*tun.group) : "-",
                               or_dash(join(flag_words(tun), ",")),
                               state_text(link),
                               std::to_string(link.settings.mtu.value_or(0)),
                               or_dash(printable(link.master().str())),
                               or_dash(join(address_texts(snapshot, link.name), ","))};
  if (holders)
    row.push_back(or_dash(join(holder_texts(snapshot, link), ", ")));
  return row;
}

/// How a hook came to be on for a bridge.
std::string hook_cell(const Snapshot& snapshot, const Link& bridge, const Hook& hook) {
  if (!is_effective(snapshot, bridge, hook))
    return "off";
  if (!is_on_for(bridge, hook))
    return "on (sysctl)";
  return is_on_for_all(snapshot, hook) ? "on (sysctl, bridge)" : "on (bridge)";
}

}  // namespace

std::string text_list(const Snapshot& snapshot, const std::vector<IfName>& devices, Header header,
                      bool holders) {
  std::vector<std::vector<std::string>> rows;
  if (header == Header::show) {
    rows.push_back(
        {"NAME", "MODE", "OWNER", "GROUP", "FLAGS", "STATE", "MTU", "BRIDGE", "ADDRESSES"});
    if (holders)
      rows.back().emplace_back("HOLDERS");
  }
  for (const Link* link : snapshot.find_all(devices))
    rows.push_back(device_row(snapshot, *link, holders));
  return table(rows);
}

std::string text_nf(const Snapshot& snapshot, const std::vector<IfName>& bridges) {
  if (!is_filter_loaded(snapshot))
    return "br_netfilter is not loaded: no bridge is filtered\n";
  std::string out;
  for (const auto& [path, value] : snapshot.sysctls) {
    if (path.starts_with("net/bridge/bridge-nf-"))
      out += path + " = " + printable(value) + "\n";
  }
  std::vector<std::vector<std::string>> rows{{"BRIDGE"}};
  for (const Hook& hook : hooks)
    rows.front().emplace_back(hook.name);
  for (const Link* bridge : snapshot.find_all(bridges)) {
    rows.push_back({printable(bridge->name.str())});
    for (const Hook& hook : hooks)
      rows.back().push_back(hook_cell(snapshot, *bridge, hook));
  }
  return bridges.empty() ? out : out + "\n" + table(rows);
}

}  // namespace tapctl

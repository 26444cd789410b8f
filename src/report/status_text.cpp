// SPDX-License-Identifier: MIT
// `tapctl status` as a tree: bridges with their ports, then devices, other links, default routes.
#include "model/filtering.hpp"
#include "report/accounts.hpp"
#include "report/link_text.hpp"
#include "report/selection.hpp"
#include "report/text.hpp"
#include "report/wrap.hpp"
#include "util/text.hpp"

#include <algorithm>

namespace tapctl {
namespace {

class Printer {
 public:
  Printer(const Snapshot& snapshot, bool color, size_t columns)
      : snapshot_(snapshot), color_(color), columns_(columns) {}

  std::string print(const Selection& selection) {
    for (const Link* bridge : selection.bridges)
      bridge_tree(*bridge);
    for (const Link* device : selection.devices)
      line({}, link_line(*device) + port_of(*device));
    for (const Link* link : selection.links)
      line({}, link_line(*link) + port_of(*link));
    for (const Route* route : selection.default_routes)
      line({}, default_route_text(*route));
    if (out_.empty())
      line({}, "no bridge and no tun or tap device in this network namespace");
    return out_;
  }

 private:
  [[nodiscard]] std::string name(const Link& link) const {
    const std::string text = printable(link.name.str());
    return color_ ? "\x1b[1m" + text + "\x1b[0m" : text;
  }

  void line(const std::string& prefix, const std::string& text, const std::string& rest = {}) {
    out_ += wrapped({.first = prefix, .rest = rest + "    "}, text, columns_);
  }

  [[nodiscard]] std::string branch(const char* text) const {
    return color_ ? "\x1b[2m" + std::string(text) + "\x1b[0m" : text;
  }

  /// What stands behind the name of any link.
  [[nodiscard]] static std::string facts(const Link& link) {
    std::string text = "  " + state_text(link);
    if (link.settings.mtu)
      text += "  mtu " + std::to_string(*link.settings.mtu);
    if (link.settings.mac && link.type == LinkType::ethernet)
      text += "  " + link.settings.mac->str();
    if (link.settings.alias && !link.settings.alias->empty())
      text += "  alias " + quote(*link.settings.alias);
    return text;
  }

  [[nodiscard]] std::string tun_facts(const Link& link) const {
    const TunDevice& tun = *link.tun;
    std::string text = std::string("  ") + mode_name(tun.mode);
    if (tun.owner)
      text += "  owner " + user_text(*tun.owner);
    if (tun.group)
      text += "  group " + group_text(*tun.group);
    if (!tun.owner && !tun.group)
      text += "  open to anyone";
    for (const std::string& word : flag_words(tun))
      text += "  " + word;
    const auto holders = holder_texts(snapshot_, link);
    if (!holders.empty())
      text += "  held by " + join(holders, ", ");
    return text;
  }

  [[nodiscard]] std::string link_line(const Link& link) const {
    std::string text = name(link) + (link.tun ? tun_facts(link) : "") + facts(link);
    if (!link.tun && !link.kind.empty())
      text += "  " + printable(link.kind);
    const auto addresses = address_texts(snapshot_, link.name);
    return addresses.empty() ? text : text + "  addresses " + join(addresses, ", ");
  }

  /// For a port that is not in the tree of its bridge.
  [[nodiscard]] static std::string port_of(const Link& link) {
    return link.port ? "  port of " + printable(link.master().str()) : "";
  }

  [[nodiscard]] std::string filtering_line(const Link& bridge) const {
    std::vector<std::string> texts;
    texts.reserve(hooks.size());
    for (const Hook& hook : hooks)
      texts.push_back(std::string(hook.name) +
                      (is_effective(snapshot_, bridge, hook) ? " on" : " off"));
    return "nf: " +
           (is_filter_loaded(snapshot_) ? join(texts, ", ") : "off (br_netfilter not loaded)");
  }

  [[nodiscard]] static std::string port_facts(const Port& port) {
    std::string text;
    if (port.hairpin.value_or(false))
      text += "  hairpin";
    if (port.isolated.value_or(false))
      text += "  isolated";
    if (port.guard.value_or(false))
      text += "  guard";
    if (!port.learning.value_or(true))
      text += "  no learning";
    if (!port.flood.value_or(true))
      text += "  no flood";
    return text;
  }

  void bridge_tree(const Link& bridge) {
    line({}, "bridge " + name(bridge) + facts(bridge) + "  stp " +
                 (bridge.bridge->stp.value_or(false) ? "on" : "off"));
    std::vector<std::string> lines;
    const auto addresses = address_texts(snapshot_, bridge.name);
    if (!addresses.empty())
      lines.push_back("addresses: " + join(addresses, ", "));
    for (const Route* route : default_routes_of(snapshot_, bridge.name))
      lines.push_back(default_route_text(*route));
    lines.push_back(filtering_line(bridge));
    const Link* uplink = uplink_of(snapshot_, bridge);
    for (const Link* port : snapshot_.ports_of(bridge.name))
      lines.push_back(link_line(*port) + (port == uplink ? "  uplink" : "") +
                      port_facts(port->port.value_or(Port{})));
    for (size_t i = 0; i < lines.size(); ++i) {
      const bool is_last = i + 1 == lines.size();
      line(branch(is_last ? "`- " : "|- "), lines[i], branch(is_last ? "   " : "|  "));
    }
  }

  const Snapshot& snapshot_;
  bool color_;
  size_t columns_;
  std::string out_;
};

/// The default routes that no shown bridge has in its tree.
Selection without_repetition(Selection selection) {
  std::erase_if(selection.default_routes, [&](const Route* route) {
    return std::ranges::any_of(selection.bridges,
                               [&](const Link* bridge) { return route->uses(bridge->name); });
  });
  return selection;
}

}  // namespace

std::string text_status(const Snapshot& snapshot, const std::vector<IfName>& names, bool color,
                        size_t columns) {
  return Printer(snapshot, color, columns).print(without_repetition(select_links(snapshot, names)));
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The output of brctl(8), whose columns scripts cut out: word for word.
#include "compat/brctl.hpp"
#include "util/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace tapctl {
namespace {

/// A short piece, as printf makes it.
template <class... Values>
std::string piece(const char* format, Values... values) {
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), format, values...);
  return {text.data(), std::min(static_cast<size_t>(std::max(size, 0)), text.size() - 1)};
}

std::string id_text(const BridgeId& id) {
  std::string text;
  for (size_t i = 0; i < id.size(); ++i)
    text += piece(i == 2 ? ".%.2x" : "%.2x", static_cast<unsigned>(id[i]));
  return text;
}

/// Hundredths of a second as seconds: "   0.49".
std::string time_text(uint64_t time) {
  return piece("%4llu.%.2llu", static_cast<unsigned long long>(time / 100),
               static_cast<unsigned long long>(time % 100));
}

std::string time_text(const std::optional<uint32_t>& time) {
  return time_text(uint64_t{time.value_or(0)});
}

std::string number_text(uint32_t number) {
  return piece("%4u", number);
}

/// BR_STATE_* of linux/if_bridge.h.
const char* state_text(uint8_t state) {
  static constexpr std::array names{"disabled", "listening", "learning", "forwarding", "blocking"};
  return state < names.size() ? names.at(state) : "unknown";
}

/// In the order of their names.
std::vector<const Link*> ports_of(const Snapshot& snapshot, const IfName& bridge) {
  std::vector<const Link*> ports;
  for (const Link& link : snapshot.links) {
    if (link.port && link.master() == bridge)
      ports.push_back(&link);
  }
  std::ranges::sort(ports, {}, [](const Link* link) { return link->name.str(); });
  return ports;
}

template <class Tree>
Tree tree_of(const std::map<IfName, Tree>& trees, const IfName& name) {
  const auto found = trees.find(name);
  return found == trees.end() ? Tree{} : found->second;
}

/// Two columns, as most of `showstp` is.
std::string row(const std::string& left, const std::string& right) {
  return " " + left + right + "\n";
}

std::string port_text(const Snapshot& snapshot, const Link& port) {
  const PortTree tree = tree_of(snapshot.port_trees, port.name);
  std::string text = printable(port.name.str()) + " (" + std::to_string(tree.number) + ")\n";
  text += row(piece("port id\t\t%.4x", static_cast<unsigned>(tree.id)),
              piece("\t\t\tstate\t\t%15s", state_text(tree.state)));
  text += row("designated root\t" + id_text(tree.root),
              "\tpath cost\t\t" + number_text(port.port->cost.value_or(0)));
  text += row("designated bridge\t" + id_text(tree.bridge),
              "\tmessage age timer\t" + time_text(tree.message_age_timer));
  text += row(piece("designated port\t%.4x", static_cast<unsigned>(tree.designated_port)),
              "\t\t\tforward delay timer\t" + time_text(tree.forward_delay_timer));
  text += row("designated cost\t" + number_text(tree.designated_cost),
              "\t\t\thold timer\t\t" + time_text(tree.hold_timer));
  std::string flags = "flags\t\t\t";
  if (tree.config_pending)
    flags += "CONFIG_PENDING ";
  if (tree.topology_change_ack)
    flags += "TOPOLOGY_CHANGE_ACK ";
  text += row(flags, "");
  if (port.port->hairpin.value_or(false))
    text += row("hairpin mode\t\t" + number_text(1), "");
  return text + "\n";
}

}  // namespace

std::string brctl_show_header() {
  return "bridge name\tbridge id\t\tSTP enabled\tinterfaces\n";
}

std::string brctl_show_text(const Snapshot& snapshot, const Link& bridge) {
  const BridgeTree tree = tree_of(snapshot.bridge_trees, bridge.name);
  std::string text = printable(bridge.name.str()) + "\t\t" + id_text(tree.id) + "\t" +
                     (bridge.bridge->stp.value_or(false) ? "yes" : "no") + "\t\t";
  const auto ports = ports_of(snapshot, bridge.name);
  if (ports.empty())
    return text + "\n";
  const char* gap = "";
  for (const Link* port : ports) {
    text += gap + printable(port->name.str()) + "\n";
    gap = "\t\t\t\t\t\t\t";
  }
  return text;
}

std::string brctl_macs_text(const Snapshot& snapshot) {
  std::vector<ForwardingEntry> entries = snapshot.forwarding;
  std::ranges::stable_sort(entries, {}, [](const auto& entry) { return entry.mac.bytes; });
  std::string text = "port no\tmac addr\t\tis local?\tageing timer\n";
  for (const ForwardingEntry& entry : entries) {
    const unsigned number = tree_of(snapshot.port_trees, entry.port).number;
    text += piece("%3u\t", number) + entry.mac.str() + (entry.is_local ? "\tyes" : "\tno") +
            "\t\t" + time_text(uint64_t{entry.is_static ? 0 : entry.age}) + "\n";
  }
  return text;
}

std::string brctl_stp_text(const Snapshot& snapshot, const Link& bridge) {
  const BridgeTree tree = tree_of(snapshot.bridge_trees, bridge.name);
  const Bridge& set = *bridge.bridge;
  std::string text = printable(bridge.name.str()) + "\n";
  text += row("bridge id\t\t" + id_text(tree.id), "");
  text += row("designated root\t" + id_text(tree.root), "");
  text += row("root port\t\t" + number_text(tree.root_port),
              "\t\t\tpath cost\t\t" + number_text(tree.root_path_cost));
  text += row("max age\t\t" + time_text(set.max_age),
              "\t\t\tbridge max age\t\t" + time_text(set.max_age));
  text += row("hello time\t\t" + time_text(set.hello_time),
              "\t\t\tbridge hello time\t" + time_text(set.hello_time));
  text += row("forward delay\t\t" + time_text(set.forward_delay),
              "\t\t\tbridge forward delay\t" + time_text(set.forward_delay));
  text += row("ageing time\t\t" + time_text(set.ageing_time), "");
  text += row("hello timer\t\t" + time_text(tree.hello_timer),
              "\t\t\ttcn timer\t\t" + time_text(tree.tcn_timer));
  text += row("topology change timer\t" + time_text(tree.topology_change_timer),
              "\t\t\tgc timer\t\t" + time_text(tree.gc_timer));
  std::string flags = "flags\t\t\t";
  if (tree.topology_change)
    flags += "TOPOLOGY_CHANGE ";
  if (tree.topology_change_detected)
    flags += "TOPOLOGY_CHANGE_DETECTED ";
  text += row(flags, "") + "\n\n";
  for (const Link* port : ports_of(snapshot, bridge.name))
    text += port_text(snapshot, *port);
  return text;
}

}  // namespace tapctl

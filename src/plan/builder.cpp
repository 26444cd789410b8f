// SPDX-License-Identifier: MIT
// Steps of one operation with the undo that the snapshot gives, and the changes that they mean.
#include "plan/builder.hpp"

#include "model/setting_text.hpp"

#include <algorithm>
#include <utility>

namespace tapctl {
namespace {

/// Without what is there already, and without what the link cannot have: no addr_gen_mode in the
/// snapshot means no IPv6 on the link, where setting one fails with EAFNOSUPPORT.
LinkSettings needed(const Link& link, const LinkSettings& wish) {
  LinkSettings result = difference(link.settings, wish);
  if (result.name == link.name)
    result.name.reset();
  if (!link.settings.addr_gen_mode || ends_ipv6(link.settings, result))
    result.addr_gen_mode.reset();
  return result;
}

/// Enslaving again gives a port the kernel's defaults, so its own settings have to be set anew.
std::vector<Op> undo_of(const Link& link, const LinkSettings& made) {
  LinkSettings old = values_for(made, link.settings);
  if (made.name)
    old.name = link.name;
  if (ends_ipv6(link.settings, made))
    old.addr_gen_mode = link.settings.addr_gen_mode;
  std::vector<Op> undo = set_link_ops(made.name.value_or(link.name), made, old);
  if (made.master && !link.master().empty() && link.port)
    undo.emplace_back(SetPort{.port = link.name, .set = *link.port});
  return undo;
}

/// Makes the lasting neighbours of `link` anew in the last step, and in its undo.
void keep_neighbours(Plan& plan, const std::vector<Neighbour>& neighbours, const IfName& link) {
  Step& step = plan.steps.back();
  for (const Neighbour& entry : neighbours) {
    if (entry.link != link || !entry.is_lasting())
      continue;
    step.ops.emplace_back(AddNeighbour{entry});
    step.undo.emplace_back(AddNeighbour{entry});
  }
}

}  // namespace

const char* family_attribute(Family family) {
  return family == Family::ipv4 ? "inet" : "inet6";
}

void append(std::vector<Op>& ops, const std::vector<Op>& more) {
  ops.insert(ops.end(), more.begin(), more.end());
}

void add_step(Plan& plan, Op op, std::vector<Op> undo) {
  plan.steps.push_back({.ops = {std::move(op)}, .undo = std::move(undo)});
}

void set_link(Plan& plan, const Link& link, const LinkSettings& wish) {
  const LinkSettings set = needed(link, wish);
  if (is_empty(set))
    return;
  add_step(plan, SetLink{.link = link.name, .set = set}, undo_of(link, set));
  LinkSettings before = link.settings;
  before.name = link.name;
  note_changes(plan, link.name.str(), before, set);
}

void set_bridge(Plan& plan, const Link& bridge, const Bridge& wish) {
  const Bridge current = bridge.bridge.value_or(Bridge{});
  const Bridge set = difference(current, wish);
  if (is_empty(set))
    return;
  add_step(plan, SetBridge{.bridge = bridge.name, .set = set},
           {SetBridge{.bridge = bridge.name, .set = values_for(set, current)}});
  note_changes(plan, bridge.name.str(), current, set);
}

void set_port(Plan& plan, const Link& port, const Port& wish) {
  const Port current = port.port.value_or(Port{});
  const Port set = difference(current, wish);
  if (is_empty(set))
    return;
  // Of a port that this plan makes nothing is known, and nothing has to come back.
  const Port before = values_for(set, current);
  add_step(plan, SetPort{.port = port.name, .set = set},
           is_empty(before) ? std::vector<Op>{}
                            : std::vector<Op>{SetPort{.port = port.name, .set = before}});
  note_changes(plan, port.name.str(), current, set);
}

void set_sysctl(Plan& plan, const Snapshot& current, const std::string& path,
                const std::string& value) {
  const auto found = current.sysctls.find(path);
  if (found == current.sysctls.end() || found->second == value)
    return;
  add_step(plan, SetSysctl{.path = path, .value = value},
           {SetSysctl{.path = path, .value = found->second}});
}

BridgeMemory memory_of(const Snapshot& current, const IfName& bridge) {
  const auto found = current.memory.find(bridge);
  return found == current.memory.end() ? BridgeMemory{} : found->second;
}

void keep_memory(Plan& plan, size_t position, const Snapshot& current, const IfName& bridge,
                 const BridgeMemory& memory) {
  const auto old = current.memory.find(bridge);
  if (memory == memory_of(current, bridge))
    return;
  Op undo = Forget{bridge};
  if (old != current.memory.end())
    undo = Remember{.bridge = bridge, .memory = old->second};
  plan.steps.insert(plan.steps.begin() + static_cast<ptrdiff_t>(position),
                    Step{.ops = {Remember{.bridge = bridge, .memory = memory}}, .undo = {undo}});
}

void set_mac(Plan& plan, const Link& bridge, const std::optional<Mac>& mac,
             const std::vector<Neighbour>& neighbours) {
  if (!mac || mac == bridge.settings.mac)
    return;
  set_link(plan, bridge, {.mac = mac});
  keep_neighbours(plan, neighbours, bridge.name);
}

void pin_mac(Plan& plan, const Snapshot& current, const Link& bridge,
             const std::vector<Mac>& joining) {
  const bool is_lower = std::ranges::any_of(joining, [&](const Mac& mac) {
    return bridge.settings.mac && mac.bytes < bridge.settings.mac->bytes;
  });
  if (joining.empty() || (!is_lower && !current.ports_of(bridge.name).empty()))
    return;
  const SetLink pin{.link = bridge.name, .set = {.mac = bridge.settings.mac}};
  add_step(plan, pin, {pin});
  keep_neighbours(plan, current.neighbours, bridge.name);
}

template <Settings T>
void note_changes(Plan& plan, const std::string& subject, const T& before, const T& after) {
  for_each_field<T>([&](const char* name, auto member) {
    if (after.*member)
      plan.changes.push_back({.subject = subject,
                              .attribute = name,
                              .before = setting_text(name, before.*member),
                              .after = setting_text(name, after.*member)});
  });
}

template void note_changes(Plan&, const std::string&, const LinkSettings&, const LinkSettings&);
template void note_changes(Plan&, const std::string&, const Bridge&, const Bridge&);
template void note_changes(Plan&, const std::string&, const Port&, const Port&);

}  // namespace tapctl

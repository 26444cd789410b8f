// SPDX-License-Identifier: MIT
// Planner of `nf`: whether traffic across a bridge goes through the packet filter.
//
// br_netfilter filters a bridge when the namespace's sysctl is set or the bridge's own flag is. So
// to leave out one bridge, the sysctl has to go to 0, and every other bridge that was filtered
// through it gets its flag. There is one form for each set of filtered bridges: the sysctl alone
// when it is all of them, else flags alone. That makes `on` the reverse of `off`.
//
// Flags are set before the sysctl goes, and cleared after it came, so that no other bridge is
// unfiltered in between.
#include "plan/builder.hpp"
#include "plan/device_checks.hpp"
#include "util/error.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace tapctl {
namespace {

constexpr std::string_view sysctl_prefix = "net/bridge/bridge-nf-";

struct Call {
  const char* name;
  const char* sysctl;
  std::optional<bool> Bridge::*flag;
  bool NfCalls::*selected;
};

constexpr std::array<Call, 3> all_calls{{
    {"iptables", "net/bridge/bridge-nf-call-iptables", &Bridge::nf_call_iptables,
     &NfCalls::iptables},
    {"ip6tables", "net/bridge/bridge-nf-call-ip6tables", &Bridge::nf_call_ip6tables,
     &NfCalls::ip6tables},
    {"arptables", "net/bridge/bridge-nf-call-arptables", &Bridge::nf_call_arptables,
     &NfCalls::arptables},
}};

/// The bridges' flags and the sysctls as they have to become, in the order of the phases.
struct NfGoal {
  std::map<IfName, Bridge> set_flags;
  std::vector<std::pair<std::string, std::string>> sysctls;
  std::map<IfName, Bridge> clear_flags;
};

/// The snapshot's bridges, and the one asked for where it is yet to be created (without flags).
std::map<IfName, Link> bridges_of(const Snapshot& current, const IfName& bridge) {
  std::map<IfName, Link> bridges;
  for (const Link& link : current.links) {
    if (link.bridge)
      bridges[link.name] = link;
  }
  Link& asked = bridges[bridge];
  if (asked.name.empty()) {
    asked.name = bridge;
    asked.bridge = Bridge{};
  }
  for (auto& entry : bridges) {
    for (const Call& call : all_calls) {
      auto& flag = (*entry.second.bridge).*call.flag;
      flag = flag.value_or(false);
    }
  }
  return bridges;
}

void turn_off(NfGoal& goal, const std::map<IfName, Link>& bridges, const IfName& bridge,
              const Call& call, bool sysctl_on) {
  goal.clear_flags[bridge].*call.flag = false;
  if (!sysctl_on)
    return;
  for (const auto& entry : bridges) {
    if (entry.first != bridge)
      goal.set_flags[entry.first].*call.flag = true;
  }
  goal.sysctls.emplace_back(call.sysctl, "0");
}

void turn_on(NfGoal& goal, const std::map<IfName, Link>& bridges, const IfName& bridge,
             const Call& call, bool sysctl_on) {
  if (sysctl_on)
    return;
  bool all = true;
  for (const auto& [name, link] : bridges)
    all = all && (name == bridge || (*link.bridge).*call.flag == true);
  if (!all) {
    goal.set_flags[bridge].*call.flag = true;
    return;
  }
  goal.sysctls.emplace_back(call.sysctl, "1");
  for (const auto& entry : bridges)
    goal.clear_flags[entry.first].*call.flag = false;
}

const char* on_off(bool on) {
  return on ? "on" : "off";
}

/// What becomes different for the bridge itself, whichever way that is done.
void note_filtering(Plan& plan, const Link& bridge, const Call& call, bool sysctl_on, bool on) {
  const bool before = sysctl_on || (*bridge.bridge).*call.flag == true;
  if (before != on)
    plan.changes.push_back({.subject = bridge.name.str(),
                            .attribute = call.name,
                            .before = on_off(before),
                            .after = on_off(on)});
}

/// What is so already gives no step: set_bridge and set_sysctl look.
void append(Plan& plan, const Snapshot& current, const std::map<IfName, Link>& bridges,
            const NfGoal& goal) {
  for (const auto& [name, flags] : goal.set_flags)
    set_bridge(plan, bridges.at(name), flags);
  for (const auto& [path, value] : goal.sysctls) {
    set_sysctl(plan, current, path, value);
    plan.changes.push_back({.subject = path,
                            .attribute = "value",
                            .before = current.sysctls.at(path),
                            .after = value});
  }
  for (const auto& [name, flags] : goal.clear_flags)
    set_bridge(plan, bridges.at(name), flags);
}

bool is_loaded(const Snapshot& current) {
  const auto first = current.sysctls.lower_bound(std::string(sysctl_prefix));
  return first != current.sysctls.end() && first->first.starts_with(sysctl_prefix);
}

/// True when br_netfilter is there. Where it is not, nothing is filtered: fine for `off`.
bool require_loaded(Plan& plan, const Snapshot& current, bool on) {
  if (is_loaded(current))
    return true;
  if (on)
    throw Error("br_netfilter is not loaded").with_hint("modprobe br_netfilter");
  plan.hints.emplace_back("br_netfilter is not loaded: no bridge is filtered");
  return false;
}

/// The plain write. With all calls selected also to what is not a call (filter-vlan-tagged, ...).
void write_all(Plan& plan, const Snapshot& current, const NfRequest& request) {
  const NfCalls& calls = request.calls;
  const bool every = calls.iptables && calls.ip6tables && calls.arptables;
  const auto selected = [&](const std::string& path) {
    if (every)
      return path.starts_with(sysctl_prefix);
    return std::ranges::any_of(
        all_calls, [&](const Call& call) { return path == call.sysctl && calls.*call.selected; });
  };
  const std::string value = request.on ? "1" : "0";
  for (const auto& [path, before] : current.sysctls) {
    if (!selected(path) || before == value)
      continue;
    set_sysctl(plan, current, path, value);
    plan.changes.push_back(
        {.subject = path, .attribute = "value", .before = before, .after = value});
  }
}

}  // namespace

void append_nf(Plan& plan, const Snapshot& current, const IfName& bridge, bool on,
               const NfCalls& calls) {
  if (!require_loaded(plan, current, on))
    return;
  const std::map<IfName, Link> bridges = bridges_of(current, bridge);
  NfGoal goal;
  for (const Call& call : all_calls) {
    const auto sysctl = current.sysctls.find(call.sysctl);
    if (!(calls.*call.selected) || sysctl == current.sysctls.end())
      continue;
    const auto turn = on ? turn_on : turn_off;
    turn(goal, bridges, bridge, call, sysctl->second != "0");
    note_filtering(plan, bridges.at(bridge), call, sysctl->second != "0", on);
  }
  append(plan, current, bridges, goal);
}

void remember_nf(BridgeMemory& memory, const Snapshot& current, const IfName& bridge) {
  for (const Call& call : all_calls) {
    if (const auto sysctl = current.sysctls.find(call.sysctl); sysctl != current.sysctls.end())
      memory.sysctls.insert(*sysctl);
  }
  for (const auto& [name, link] : bridges_of(current, bridge)) {
    Bridge flags;
    for (const Call& call : all_calls)
      flags.*call.flag = (*link.bridge).*call.flag;
    if (name != bridge)
      memory.nf_flags.emplace(name, flags);
  }
}

void restore_nf(Plan& plan, const Snapshot& current, const IfName& bridge,
                const BridgeMemory& memory) {
  const std::map<IfName, Link> bridges = bridges_of(current, bridge);
  NfGoal goal;
  for (const Call& call : all_calls) {
    const auto before = memory.sysctls.find(call.sysctl);
    const auto now = current.sysctls.find(call.sysctl);
    if (before == memory.sysctls.end() || now == current.sysctls.end() ||
        before->second == now->second)
      continue;
    const auto turn = before->second != "0" ? turn_on : turn_off;
    turn(goal, bridges, bridge, call, now->second != "0");
    for (auto& [name, flags] : goal.clear_flags) {
      if (const auto known = memory.nf_flags.find(name); known != memory.nf_flags.end())
        flags.*call.flag = known->second.*call.flag;
    }
  }
  goal.set_flags.erase(bridge);
  goal.clear_flags.erase(bridge);
  append(plan, current, bridges, goal);
}

Plan plan_nf(const Snapshot& current, const NfRequest& request) {
  Plan plan;
  if (request.all && request.bridge)
    throw usage_error("--all: is for the whole namespace, not for bridge " +
                      request.bridge->quoted());
  if (!request.all && !request.bridge)
    throw usage_error("no bridge given", "a bridge, or --all for the whole namespace");
  if (request.all) {
    if (require_loaded(plan, current, request.on))
      write_all(plan, current, request);
    return plan;
  }
  require_bridge(current, *request.bridge);
  append_nf(plan, current, *request.bridge, request.on, request.calls);
  if (!plan.empty()) {
    BridgeMemory memory = memory_of(current, *request.bridge);
    remember_nf(memory, current, *request.bridge);
    keep_memory(plan, 0, current, *request.bridge, memory);
  }
  plan.names.push_back(request.bridge->str());
  return plan;
}

}  // namespace tapctl

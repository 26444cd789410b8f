// SPDX-License-Identifier: MIT
// Which hooks of br_netfilter see the traffic across a bridge.
#include "model/filtering.hpp"

namespace tapctl {

std::string hook_sysctl(const Hook& hook) {
  return std::string("net/bridge/bridge-nf-call-") + hook.name;
}

bool is_filter_loaded(const Snapshot& snapshot) {
  return snapshot.sysctls.contains(hook_sysctl(hooks.front()));
}

bool is_on_for_all(const Snapshot& snapshot, const Hook& hook) {
  const auto found = snapshot.sysctls.find(hook_sysctl(hook));
  return found != snapshot.sysctls.end() && found->second != "0";
}

bool is_on_for(const Link& bridge, const Hook& hook) {
  return bridge.bridge && ((*bridge.bridge).*hook.flag).value_or(false);
}

bool is_effective(const Snapshot& snapshot, const Link& bridge, const Hook& hook) {
  return is_filter_loaded(snapshot) && (is_on_for_all(snapshot, hook) || is_on_for(bridge, hook));
}

}  // namespace tapctl

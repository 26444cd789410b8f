// SPDX-License-Identifier: MIT
// Which hooks of br_netfilter see the traffic across a bridge.
#pragma once

#include "model/snapshot.hpp"

#include <array>
#include <optional>
#include <string>

namespace tapctl {

/// One hook as it stands for one bridge.
struct Hook {
  const char* name;                   ///< "iptables", "ip6tables", "arptables"
  std::optional<bool> Bridge::*flag;  ///< the bridge's own
};

inline constexpr std::array hooks{Hook{"iptables", &Bridge::nf_call_iptables},
                                  Hook{"ip6tables", &Bridge::nf_call_ip6tables},
                                  Hook{"arptables", &Bridge::nf_call_arptables}};

/// net/bridge/bridge-nf-call-NAME.
std::string hook_sysctl(const Hook& hook);

/// False when br_netfilter is not loaded: then nothing is filtered.
bool is_filter_loaded(const Snapshot& snapshot);

bool is_on_for_all(const Snapshot& snapshot, const Hook& hook);  ///< by the sysctl
bool is_on_for(const Link& bridge, const Hook& hook);            ///< by the bridge's own flag

/// The kernel calls the hook when either is on (br_netfilter_hooks.c).
bool is_effective(const Snapshot& snapshot, const Link& bridge, const Hook& hook);

}  // namespace tapctl

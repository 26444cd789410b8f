// SPDX-License-Identifier: MIT
// Links.
#include "model/link.hpp"

#include <algorithm>

namespace tapctl {
namespace {

bool has_ipv6_mtu(const LinkSettings& settings) {
  return !settings.mtu || *settings.mtu >= min_ipv6_mtu;
}

}  // namespace

bool ends_ipv6(const LinkSettings& now, const LinkSettings& set) {
  return has_ipv6_mtu(now) && !has_ipv6_mtu(set);
}

bool begins_ipv6(const LinkSettings& now, const LinkSettings& set) {
  return !has_ipv6_mtu(now) && set.mtu && has_ipv6_mtu(set);
}

uint32_t other_bridge_mtu(uint32_t mtu) {
  constexpr uint32_t largest = 65535;
  return mtu < largest ? mtu + 1 : mtu - 1;
}

const char* mode_name(TunMode mode) {
  return mode == TunMode::tun ? "tun" : "tap";
}

const IfName& Link::master() const {
  static const IfName none;
  return settings.master ? *settings.master : none;
}

bool Link::is_upper() const {
  return std::ranges::find(upper_kinds, kind) != upper_kinds.end();
}

}  // namespace tapctl

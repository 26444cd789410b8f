// SPDX-License-Identifier: MIT
// Links.
#include "model/link.hpp"

namespace tapctl {

const char* mode_name(TunMode mode) {
  return mode == TunMode::tun ? "tun" : "tap";
}

const IfName& Link::master() const {
  static const IfName none;
  return settings.master ? *settings.master : none;
}

}  // namespace tapctl

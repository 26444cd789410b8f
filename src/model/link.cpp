// SPDX-License-Identifier: MIT
// Links.
#include "model/link.hpp"

namespace tapctl {

const IfName& Link::master() const {
  static const IfName none;
  return settings.master ? *settings.master : none;
}

}  // namespace tapctl

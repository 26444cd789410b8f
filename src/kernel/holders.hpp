// SPDX-License-Identifier: MIT
// Which processes have a tun/tap device open.
#pragma once

#include "model/snapshot.hpp"

#include <map>
#include <vector>

namespace tapctl {

struct FoundHolders {
  std::map<IfName, std::vector<Holder>> of;
  size_t unseen = 0;  ///< processes that the caller may not look into
};

/// Scans /proc once. Exact across network namespaces: the device's namespace is asked of the open
/// file itself where the caller may (pidfd_getfd, TUNGETDEVNETNS), so that an equally named device
/// elsewhere is no false hit.
FoundHolders find_holders(const std::vector<IfName>& devices);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Whether an interface is Wi-Fi that cannot be a bridge port.
#pragma once

namespace tapctl {

/// True for a station, ad-hoc or P2P client interface without 4-address frames: those are
/// IFF_DONT_BRIDGE (net/wireless/core.c). Asks nl80211; false where there is none.
bool is_unbridgeable_wireless(int ifindex);

}  // namespace tapctl

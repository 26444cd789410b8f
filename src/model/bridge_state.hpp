// SPDX-License-Identifier: MIT
// What a bridge does at the moment, beside how it is set: spanning tree and forwarding table.
#pragma once

#include "model/ifname.hpp"
#include "model/mac.hpp"

#include <array>
#include <cstdint>

namespace tapctl {

/// Priority and MAC of a bridge, in the order of the bytes on the wire.
using BridgeId = std::array<uint8_t, 8>;

/// Timers in hundredths of a second (USER_HZ): what is left, 0 when it does not run.
struct BridgeTree {
  BridgeId id{};
  BridgeId root{};
  uint16_t root_port = 0;
  uint32_t root_path_cost = 0;
  bool topology_change = false;
  bool topology_change_detected = false;
  uint64_t hello_timer = 0;
  uint64_t tcn_timer = 0;
  uint64_t topology_change_timer = 0;
  uint64_t gc_timer = 0;
};

/// Of a port; timers as above.
struct PortTree {
  uint16_t number = 0;
  uint16_t id = 0;    ///< priority and number
  uint8_t state = 0;  ///< BR_STATE_* of linux/if_bridge.h
  BridgeId root{};
  BridgeId bridge{};  ///< the designated one
  uint16_t designated_port = 0;
  uint16_t designated_cost = 0;
  bool topology_change_ack = false;
  bool config_pending = false;
  uint64_t message_age_timer = 0;
  uint64_t forward_delay_timer = 0;
  uint64_t hold_timer = 0;
};

/// An entry of a bridge's forwarding table.
struct ForwardingEntry {
  Mac mac;
  IfName port;
  bool is_local = false;   ///< the port's own, or one that is for the host
  bool is_static = false;  ///< does not age
  uint32_t age = 0;        ///< since it was seen, in hundredths of a second
};

}  // namespace tapctl

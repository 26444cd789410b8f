// SPDX-License-Identifier: MIT
// What is refused before a device is touched, and the words for it: shared by the planners.
#pragma once

#include "plan/plan.hpp"
#include "util/error.hpp"

#include <cstddef>
#include <string>

namespace tapctl {

/// BR_MAX_PORTS of net/bridge/br_private.h is 1024, and port number 0 is not used.
inline constexpr size_t max_ports = 1023;

/// ENODEV for `name`; the hint is a link of the snapshot with nearly that name, where there is one,
/// else how to make a port that has the name of a tap, or what lists those that are there. `what`
/// is "device", "bridge", "port", ...
Error missing_link(const Snapshot& current, const std::string& what, const IfName& name);

/// missing_link() for a device of a command that has --match; `hint` stands where no name is near.
Error missing_device(const Snapshot& current, const IfName& name, const std::string& hint);

/// EBUSY with the holders of `device`.
Error held_device(const Snapshot& current, const Link& device, std::string hint);

/// Throws when there is no link of that name, or it is not a tun or tap device.
const Link& require_device(const Snapshot& current, const IfName& name);
/// Throws when the link is not a tun or tap device.
void require_tun_kind(const Link& link);

/// Throws when there is no link of that name, or it is not a bridge. `hint` is for a name that
/// nothing has, or nearly has.
const Link& require_bridge(const Snapshot& current, const IfName& name,
                           const std::string& hint = "tapctl status shows the bridges");

/// Throws when `bridge` cannot take `count` ports more.
void require_room(const Snapshot& current, const IfName& bridge, size_t count);

/// Throws when a device of that mode cannot be what is asked for: its MTU, a MAC of a tun, a tun in
/// a bridge, addresses on a port. `link` is the device where it exists already.
void require_possible(const Snapshot& current, const IfName& name, TunMode mode, const Link* link,
                      const DeviceWish& wish);

/// Throws a usage Error when the attributes contradict each other, whatever the device.
void require_consistent(const DeviceWish& wish);

}  // namespace tapctl

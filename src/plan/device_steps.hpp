// SPDX-License-Identifier: MIT
// The steps that create a tun or tap device, and those that bring one in line with a wish.
#pragma once

#include "plan/plan.hpp"

namespace tapctl {

/// What a link of that name has to become: what is asked for, and what a tap that goes into a
/// bridge needs besides (see device_steps.cpp). Takes `next_mac` and counts it up where a MAC is
/// needed. `link` is null for a device that is not there yet.
LinkSettings link_goal(const Snapshot& current, const IfName& name, const Link* link,
                       const DeviceWish& wish, Mac& next_mac, Plan& plan);

/// Creates the device with everything that is asked for.
void create_device(Plan& plan, const IfName& name, const TunDevice& tun, const LinkSettings& goal,
                   const DeviceWish& wish);

/// Brings link settings and addresses of an existing device in line. Owner, group and packet
/// format are for set_tun, the name for rename_device.
void set_device(Plan& plan, const Snapshot& current, const Link& link, const LinkSettings& goal,
                const DeviceWish& wish);

/// Owner, group and packet format of an existing device that is called `name` by now. Comes last in
/// a plan: an owner cannot be taken away again where there was none, so this must not be followed
/// by anything that can fail. Throws where it differs and a process holds the device.
void set_tun(Plan& plan, const Snapshot& current, const Link& link, const IfName& name,
             const DeviceWish& wish);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// What the kernel drops when a link goes down, or gets an MTU that is too low for IPv6.
#pragma once

#include "plan/op.hpp"
#include "plan/plan.hpp"

namespace tapctl {

/// set_link() with an undo that also gives back what the kernel drops with it, as far as `current`
/// has it: its scope needs the configuration of `link`.
void set_link_keeping(Plan& plan, const Snapshot& current, const Link& link,
                      const LinkSettings& wish);

/// Refuses to take IPv6 off a link that has IPv6 addresses which the kernel did not make.
void require_no_ipv6_loss(const Snapshot& current, const Link& link, uint32_t mtu);

}  // namespace tapctl

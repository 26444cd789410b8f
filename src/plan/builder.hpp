// SPDX-License-Identifier: MIT
// Shared by the planners: adds single-operation steps with the undo that the snapshot gives, and
// the changes that they mean for the user.
#pragma once

#include "model/settings.hpp"
#include "plan/plan.hpp"

namespace tapctl {

/// Appends a step of one operation.
void add_step(Plan& plan, Op op, std::vector<Op> undo);

/// Appends what brings `link` from what it is to `wish`, where they differ: one SetLink with its
/// undo, and a Change for each field. Does nothing when they agree.
void set_link(Plan& plan, const Link& link, const LinkSettings& wish);
void set_bridge(Plan& plan, const Link& bridge, const Bridge& wish);
void set_port(Plan& plan, const Link& port, const Port& wish);

/// Appends a SetSysctl where the value differs from the snapshot's; a path that the snapshot does
/// not have is left alone. No Change: that is for the caller, who knows what it means.
void set_sysctl(Plan& plan, const Snapshot& current, const std::string& path,
                const std::string& value);

/// A Change for each field of `after` that is set; the values before come from `before`.
template <Settings T>
void note_changes(Plan& plan, const std::string& subject, const T& before, const T& after);

/// The planners, one for each kind of request.
Plan plan_add(const Snapshot& current, const AddRequest& request);
Plan plan_set(const Snapshot& current, const SetRequest& request);
Plan plan_del(const Snapshot& current, const DelRequest& request);
Plan plan_bridge(const Snapshot& current, const BridgeRequest& request);
Plan plan_unbridge(const Snapshot& current, const UnbridgeRequest& request);
Plan plan_port(const Snapshot& current, const PortRequest& request);
Plan plan_nf(const Snapshot& current, const NfRequest& request);

}  // namespace tapctl

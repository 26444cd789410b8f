// SPDX-License-Identifier: MIT
// Shared by the planners: adds single-operation steps with the undo that the snapshot gives, and
// the changes that they mean for the user.
#pragma once

#include "model/settings.hpp"
#include "plan/plan.hpp"

namespace tapctl {

/// The attribute of a Change of an IP address: "inet" or "inet6".
const char* family_attribute(Family family);

/// Appends `more` to `ops`.
void append(std::vector<Op>& ops, const std::vector<Op>& more);

/// Appends a step of one operation.
void add_step(Plan& plan, Op op, std::vector<Op> undo);

/// Appends what brings `link` from what it is to `wish`, where they differ: one SetLink with its
/// undo, and a Change for each field. Does nothing when they agree. An addr_gen_mode is left out
/// for a link whose own is not known: it has no IPv6.
void set_link(Plan& plan, const Link& link, const LinkSettings& wish);
void set_bridge(Plan& plan, const Link& bridge, const Bridge& wish);
void set_port(Plan& plan, const Link& port, const Port& wish);

/// Appends a SetSysctl where the value differs from the snapshot's; a path that the snapshot does
/// not have is left alone. No Change: that is for the caller, who knows what it means.
void set_sysctl(Plan& plan, const Snapshot& current, const std::string& path,
                const std::string& value);

/// What is remembered of a bridge; empty when nothing is.
BridgeMemory memory_of(const Snapshot& current, const IfName& bridge);

/// Inserts before step `position` what keeps `memory`, where it is not what is kept already.
void keep_memory(Plan& plan, size_t position, const Snapshot& current, const IfName& bridge,
                 const BridgeMemory& memory);

/// Appends what gives a bridge the MAC `mac`, where it is set and not the one that it has. Its
/// neighbour table is empty after that, permanent entries too (net/core/neighbour.c,
/// neigh_changeaddr), so the lasting ones among `neighbours` that are the bridge's are made anew.
void set_mac(Plan& plan, const Link& bridge, const std::optional<Mac>& mac,
             const std::vector<Neighbour>& neighbours);

/// Keeps a bridge that is there already from changing its MAC when ports with the MACs `joining`
/// come: unless it was given one, it takes the lowest of theirs, and zeros when the last one
/// leaves. Setting the MAC that it has pins it (net/bridge/br_stp_if.c,
/// br_stp_recalculate_bridge_id), but costs its learnt neighbours, and so is only done where the
/// MAC could change.
void pin_mac(Plan& plan, const Snapshot& current, const Link& bridge,
             const std::vector<Mac>& joining);

/// A Change for each field of `after` that is set; the values before come from `before`.
template <Settings T>
void note_changes(Plan& plan, const std::string& subject, const T& before, const T& after);

/// Appends what makes traffic across `bridge` go through the packet filter, or past it, without a
/// change for any other bridge. The bridge may be one that the plan creates. Throws where
/// br_netfilter is not loaded and `on` is asked for.
void append_nf(Plan& plan, const Snapshot& current, const IfName& bridge, bool on,
               const NfCalls& calls);

/// Puts the bridge-nf sysctls, and the flags of the bridges but `bridge`, into `memory`, unless
/// they are in it already.
void remember_nf(BridgeMemory& memory, const Snapshot& current, const IfName& bridge);

/// Appends what gives the sysctls back as remembered, for a `bridge` that is about to go. What is
/// filtered of the other bridges does not change.
void restore_nf(Plan& plan, const Snapshot& current, const IfName& bridge,
                const BridgeMemory& memory);

/// The planners, one for each kind of request.
Plan plan_add(const Snapshot& current, const AddRequest& request);
Plan plan_set(const Snapshot& current, const SetRequest& request);
Plan plan_del(const Snapshot& current, const DelRequest& request);
Plan plan_bridge(const Snapshot& current, const BridgeRequest& request);
Plan plan_unbridge(const Snapshot& current, const UnbridgeRequest& request);
Plan plan_port(const Snapshot& current, const PortRequest& request);
Plan plan_bare_bridge(const Snapshot& current, const BareBridgeRequest& request);
Plan plan_bridge_settings(const Snapshot& current, const BridgeSettingsRequest& request);
Plan plan_nf(const Snapshot& current, const NfRequest& request);
Plan plan_apply(const Snapshot& current, const ApplyRequest& request);
Plan plan_down(const Snapshot& current, const DownRequest& request);

}  // namespace tapctl

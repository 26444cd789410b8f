// SPDX-License-Identifier: MIT
// From (Snapshot, Request) to a Plan whose steps already carry their undo. Pure: no clock, no file,
// no system call.
#pragma once

#include "model/snapshot.hpp"
#include "plan/op.hpp"
#include "plan/request.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tapctl {

/// One step. Usually a single operation; the switch of an uplink is many operations that go to the
/// kernel in one sendmsg. `undo` is computed from the snapshot, in the order in which it has to
/// run.
struct Step {
  std::vector<Op> ops;
  std::vector<Op> undo;
  /// From now on nobody else should change what this link carries: it has to be as it was.
  IfName settles = {};
  bool operator==(const Step&) const = default;
};

/// One thing that the user will see changed.
struct Change {
  std::string subject;    ///< a link's name, or a sysctl's path
  std::string attribute;  ///< "created", "deleted", or what changed in the kernel's word: "mtu"
  std::string before;     ///< "" when there was nothing
  std::string after;      ///< "" when there is nothing
  bool operator==(const Change&) const = default;
};

/// A link that the host's connections leave, and the one that they come to.
struct Moved {
  IfName from;
  IfName to;
  bool operator==(const Moved&) const = default;
};

struct Plan {
  std::vector<Step> steps;
  std::vector<Change> changes;
  std::vector<std::string> names;  ///< of the devices asked for, templates expanded
  std::vector<Moved> moved;
  std::vector<std::string> hints;  ///< what the user should know, such as "filtering is on"

  [[nodiscard]] bool empty() const { return steps.empty(); }
  /// The deletion that ends the plan, which has no undo; null when it ends otherwise.
  [[nodiscard]] const DeleteLinks* final_deletion() const;
};

/// What to read for this request first.
Scope scope_of(const Request& request);

/// What to read instead once the first snapshot showed more: a move needs the uplink's whole
/// configuration, and only after the first look it is known which port the uplink is.
std::optional<Scope> wider_scope(const Request& request, const Snapshot& first);

/// Throws Error for everything that can be known to be wrong, before anything is touched.
Plan make_plan(const Snapshot& current, const Request& request);

/// What `steps` asked for and `after` does not show, a line for each; empty when all is there.
std::vector<std::string> unmet(std::span<const Step> steps, const Snapshot& after);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Several plans as one.
#include "plan/composer.hpp"

#include "plan/foreseen.hpp"
#include "util/error.hpp"

#include <algorithm>
#include <iterator>

namespace tapctl {
namespace {

template <class T>
void append_moved(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// Whether `op` changes a route, rule or neighbour of `link`.
bool routes_through(const Op& op, const IfName& link) {
  return std::visit(
      Overloaded{
          [&](const AddRoute& o) { return o.route.uses(link); },
          [&](const DeleteRoute& o) { return o.route.uses(link); },
          [&](const AddRule& o) { return o.rule.iif == link || o.rule.oif == link; },
          [&](const DeleteRule& o) { return o.rule.iif == link || o.rule.oif == link; },
          [&](const AddNeighbour& o) { return o.neighbour.link == link; },
          [&](const DeleteNeighbour& o) { return o.neighbour.link == link; },
          [](const auto&) { return false; },
      },
      op);
}

void require_apart(const Plan& plan, const std::vector<Moved>& before) {
  for (const Moved& moved : before) {
    for (const Step& step : plan.steps) {
      const bool touches = std::ranges::any_of(step.ops, [&](const Op& op) {
        return routes_through(op, moved.from) || routes_through(op, moved.to);
      });
      if (touches && !plan.moved.empty())
        throw Error("links " + moved.from.quoted() + " and " + plan.moved.front().from.quoted() +
                    ": have routes or rules that compete, and cannot be moved in one transaction")
            .with_hint("move them one after the other, such as from a file each");
    }
  }
}

bool is_set_tun(const Step& step) {
  return step.ops.size() == 1 && std::holds_alternative<SetTun>(step.ops.front());
}

}  // namespace

void Composer::add(Plan plan) {
  require_apart(plan, plan_.moved);
  if (const DeleteLinks* last = plan.final_deletion()) {
    deletion_.names.insert(deletion_.names.end(), last->names.begin(), last->names.end());
    plan.steps.pop_back();
  }
  foresee(state_, plan.steps);
  append_moved(plan_.steps, plan.steps);
  append_moved(plan_.changes, plan.changes);
  append_moved(plan_.names, plan.names);
  append_moved(plan_.moved, plan.moved);
  for (std::string& hint : plan.hints) {
    if (std::ranges::find(plan_.hints, hint) == plan_.hints.end())
      plan_.hints.push_back(std::move(hint));
  }
}

Plan Composer::take(std::vector<Step> last) {
  // An owner cannot be taken away again where there was none, so nothing that can fail comes
  // behind it (device_steps.hpp).
  std::stable_partition(plan_.steps.begin(), plan_.steps.end(),
                        [](const Step& step) { return !is_set_tun(step); });
  append_moved(plan_.steps, last);
  if (!deletion_.names.empty())
    plan_.steps.push_back({.ops = {std::move(deletion_)}, .undo = {}});
  return std::move(plan_);
}

}  // namespace tapctl

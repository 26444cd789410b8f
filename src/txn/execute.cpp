// SPDX-License-Identifier: MIT
// Carries out a plan: all of it, or nothing.
//
// A step of one operation that fails has changed nothing, unless its error says so. A step of
// several went to the kernel as one batch, in which it goes on after a failure: there the whole
// undo of the step runs, and operations that find their work done already (no such address, no such
// route) count as done. An answer that was lost is no failure: whether it was done shows when all
// is read back. Whether all is as before is not concluded from that but read, and so is what is
// left to do.
#include "txn/execute.hpp"

#include "plan/repair.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

namespace tapctl {
namespace {

/// True when an undo operation failed because there was nothing for it to do.
bool already_undone(const Op& op, int errnum) {
  const auto is = [errnum](std::initializer_list<int> expected) {
    return std::ranges::find(expected, errnum) != expected.end();
  };
  return std::visit(Overloaded{
                        [&](const AddAddress&) { return is({EEXIST}); },
                        [&](const AddRoute&) { return is({EEXIST}); },
                        [&](const DeleteAddress&) {
                          return is({EADDRNOTAVAIL, ENODEV});
                        },
                        [&](const DeleteRoute&) {
                          return is({ESRCH, ENODEV});
                        },
                        [&](const DeleteRule&) {
                          return is({ENOENT, ENODEV});
                        },
                        [&](const DeleteNeighbour&) {
                          return is({ENOENT, ENODEV});
                        },
                        [&](const DeleteLinks&) { return is({ENODEV}); },
                        [&](const EndClient&) { return is({ESRCH}); },
                        [&](const StartClient&) { return is({EEXIST}); },
                        [&](const auto&) { return false; },
                    },
                    op);
}

/// The undo of `steps`, the last of them first. Deletions of links that follow each other are one:
/// each by itself waits for a grace period of the kernel's.
std::vector<std::vector<Op>> undo_of(std::span<const Step> steps) {
  const auto deletion = [](std::vector<Op>& ops) {
    return ops.size() == 1 ? std::get_if<DeleteLinks>(&ops.front()) : nullptr;
  };
  std::vector<std::vector<Op>> undo;
  for (size_t i = steps.size(); i-- > 0;) {
    std::vector<Op> ops = steps[i].undo;
    DeleteLinks* last = undo.empty() ? nullptr : deletion(undo.back());
    if (const DeleteLinks* next = deletion(ops); last != nullptr && next != nullptr)
      last->names.insert(last->names.end(), next->names.begin(), next->names.end());
    else if (!ops.empty())
      undo.push_back(std::move(ops));
  }
  return undo;
}

/// One execution: the plan, what of it was done, and the outcome so far.
class Execution {
 public:
  Execution(Kernel& kernel, const Plan& plan, const Snapshot& before, const Scope& scope,
            const ExecuteHooks& hooks)
      : kernel_(kernel), plan_(plan), before_(before), scope_(scope), hooks_(hooks) {}

  Outcome run() {
    try {
      kernel_.preflight(plan_.steps);
    } catch (const Error& error) {
      outcome_.error = error;
      return std::move(outcome_);
    }
    try {
      run_steps();
      outcome_.kind = OutcomeKind::committed;
    } catch (const Error& error) {
      outcome_.error = error;
      roll_back();
    }
    return std::move(outcome_);
  }

  Outcome undo_first(size_t started) {
    started_ = std::min(started, plan_.steps.size());
    const bool is_as_before =
        started_ == 0 || semantic_difference(before_, kernel_.snapshot(scope_)).empty();
    if (is_as_before)
      outcome_.kind = OutcomeKind::rolled_back;
    else
      roll_back();
    return std::move(outcome_);
  }

 private:
  /// Reads back before a deletion that ends the plan, because that one has no undo.
  void run_steps() {
    const std::span<const Step> steps = plan_.steps;
    const DeleteLinks* deletion = plan_.final_deletion();
    const size_t revocable = steps.size() - (deletion != nullptr ? 1 : 0);
    for (const Step& step : steps.first(revocable))
      run_step(step);
    verify(steps.first(revocable));
    if (hooks_.check)
      hooks_.check();
    if (hooks_.keeps_links)
      return;
    for (const Step& step : steps.subspan(revocable))
      run_step(step);
    if (deletion != nullptr && is_unknown_)
      require_gone(*deletion);
  }

  void require_gone(const DeleteLinks& deletion) {
    const Snapshot now = kernel_.snapshot(scope_);
    for (const IfName& name : deletion.names) {
      if (now.find(name) != nullptr)
        throw Error("link " + name.quoted() + ": is still there after its deletion");
    }
  }

  void run_step(const Step& step) {
    if (hooks_.step)
      hooks_.step(static_cast<size_t>(&step - plan_.steps.data()) + 1);
    ++started_;
    const std::vector<std::optional<Error>> results = kernel_.apply(step.ops);
    const Error* failure = nullptr;
    for (size_t i = 0; i < results.size(); ++i) {
      is_unknown_ |= results[i] && results[i]->unknown;
      if (!results[i] || results[i]->unknown)
        outcome_.done.push_back(step.ops[i]);
      else if (failure == nullptr)
        failure = &*results[i];
    }
    if (failure != nullptr && step.ops.size() == 1 && !failure->partial)
      --started_;
    if (failure != nullptr)
      throw Error(*failure);
    if (!step.settles.empty())
      require_settled(step.settles);
  }

  /// What came after the plan was made, and before the step that keeps more from coming.
  void require_settled(const IfName& link) {
    const auto changed =
        semantic_difference(carried_by(before_, link), carried_by(kernel_.snapshot(scope_), link));
    if (changed.empty())
      return;
    unsettled_ = link;
    outcome_.is_outdated = true;
    throw NetworkChanged(changed);
  }

  void verify(std::span<const Step> steps) {
    const bool changes_something = std::ranges::any_of(
        steps, [](const Step& step) { return !std::holds_alternative<HoldTun>(step.ops.front()); });
    if (!changes_something)
      return;
    outcome_.after = kernel_.snapshot(scope_);
    const std::vector<std::string> missing = unmet(steps, outcome_.after);
    if (!missing.empty())
      throw Error("read back after the change: " + join(missing, "; "))
          .with_hint("another program may be changing the same links");
  }

  void roll_back() {
    outcome_.kind = OutcomeKind::partial;  // until more is known
    try {
      for (const std::vector<Op>& ops : undo_of(std::span(plan_.steps).first(started_)))
        undo(ops);
      // What others changed until then is theirs, and the steps until then touch none of it.
      const auto ours = [&](const Snapshot& snapshot) {
        return unsettled_.empty() ? snapshot : without_carried_by(snapshot, unsettled_);
      };
      const Snapshot before = ours(before_);
      const Snapshot after = ours(kernel_.snapshot(scope_));
      outcome_.differences = semantic_difference(before, after);
      std::vector<Op> finishing = repairs(before, after);
      if (!finishing.empty())
        outcome_.left = std::move(finishing);
      else if (outcome_.differences.empty())
        outcome_.left.clear();
    } catch (const Error& error) {
      outcome_.differences = {"the state cannot be read back: " + error.line()};
    }
    outcome_.kind = outcome_.differences.empty() ? OutcomeKind::rolled_back : OutcomeKind::partial;
  }

  /// Goes on behind an operation that kept the following ones from being tried.
  void undo(std::span<const Op> ops) {
    while (!ops.empty()) {
      const std::vector<std::optional<Error>> results = try_apply(ops);
      size_t tried = 0;
      for (; tried < results.size(); ++tried) {
        const auto& error = results[tried];
        if (error && error->errnum == ECANCELED && tried > 0)
          break;
        if (!error || error->unknown)
          outcome_.done.push_back(ops[tried]);
        else if (!already_undone(ops[tried], error->errnum))
          outcome_.left.push_back(ops[tried]);
      }
      ops = ops.subspan(tried);
    }
  }

  std::vector<std::optional<Error>> try_apply(std::span<const Op> ops) {
    try {
      return kernel_.apply(ops);
    } catch (const Error& error) {
      std::vector<std::optional<Error>> results(ops.size(), error);
      return results;
    }
  }

  Kernel& kernel_;
  const Plan& plan_;
  const Snapshot& before_;
  const Scope& scope_;
  const ExecuteHooks& hooks_;
  bool is_unknown_ = false;  ///< an answer was lost: what was read back decides
  IfName unsettled_;         ///< the link that others changed before any of this was for it
  size_t started_ = 0;       ///< steps that may have changed something
  Outcome outcome_;
};

}  // namespace

NetworkChanged::NetworkChanged(const std::vector<std::string>& changes)
    : Error("the network changed while the move was prepared: " + join(changes, "; ")) {
  hint = "nothing was done; run it again";
}

const char* outcome_name(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::committed:
      return "committed";
    case OutcomeKind::unchanged:
      return "unchanged";
    case OutcomeKind::planned:
      return "planned";
    case OutcomeKind::rolled_back:
      return "rolled_back";
    case OutcomeKind::partial:
      return "partial";
    case OutcomeKind::failed:
      break;
  }
  return "failed";
}

Outcome execute(Kernel& kernel, const Plan& plan, const Snapshot& before, const Scope& scope,
                const ExecuteHooks& hooks) {
  if (plan.empty())
    return {.kind = OutcomeKind::unchanged};
  return Execution(kernel, plan, before, scope, hooks).run();
}

Outcome undo(Kernel& kernel, const Plan& plan, const Snapshot& before, const Scope& scope,
             size_t started) {
  return Execution(kernel, plan, before, scope, {}).undo_first(started);
}

}  // namespace tapctl

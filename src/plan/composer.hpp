// SPDX-License-Identifier: MIT
// Several plans as one, each planned on what the ones before it leave.
#pragma once

#include "plan/plan.hpp"

#include <utility>
#include <vector>

namespace tapctl {

class Composer {
 public:
  explicit Composer(Snapshot current) : state_(std::move(current)) {}

  /// What will be there once all that was added is carried out; see foresee().
  [[nodiscard]] const Snapshot& state() const { return state_; }

  /// Appends `plan`, which was made for state(). A deletion that ends it is put off to the end of
  /// the whole. Throws Error where it would touch what a move that was added before has moved:
  /// routes and rules are not foreseen.
  void add(Plan plan);

  /// The whole, with `last` before the deletions.
  Plan take(std::vector<Step> last);

 private:
  Snapshot state_;
  Plan plan_;
  DeleteLinks deletion_;
};

}  // namespace tapctl

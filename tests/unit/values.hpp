// SPDX-License-Identifier: MIT
// Values that the unit tests of the planners and of snapshots are built from.
#pragma once

#include "model/snapshot.hpp"
#include "plan/plan.hpp"
#include "util/error.hpp"

#include <string>
#include <vector>

namespace tapctl::test {

inline IfName name(const std::string& text) {
  return IfName::parse(text);
}

/// A link as a fresh one is: MTU 1500, up is off.
Link make_link(const std::string& text, const std::string& kind);
Link make_tap(const std::string& text);
Link make_tun(const std::string& text);
Link make_bridge(const std::string& text);
/// `link` as a port of `bridge`.
Link as_port(Link link, const std::string& bridge);

Address make_address(const std::string& link, const std::string& prefix);
/// A route of table main through `gateway` on `link`.
Route make_route(const std::string& link, const std::string& prefix, const std::string& gateway);

/// All operations of the plan in order, and all undo operations in the order in which they run when
/// everything is undone.
std::vector<Op> ops_of(const Plan& plan);
std::vector<Op> undo_of(const Plan& plan);

/// The operations of one kind, in order.
template <class T>
std::vector<T> ops_of_type(const Plan& plan) {
  std::vector<T> result;
  for (const Op& op : ops_of(plan)) {
    if (const T* one = std::get_if<T>(&op); one != nullptr)
      result.push_back(*one);
  }
  return result;
}

/// The Error that `action` throws; a default one with the text "no error" when it does not.
template <class Action>
Error error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return Error("no error");
}

}  // namespace tapctl::test

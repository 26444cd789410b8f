// SPDX-License-Identifier: MIT
// Field-by-field work on the settings aggregates of model/link.hpp (those with `fields()`).
#pragma once

#include <concepts>
#include <optional>
#include <tuple>

namespace tapctl {

template <class T>
concept Settings = requires {
  T::fields();
};

/// Calls `visit(name, member pointer)` for each field.
template <Settings T, class Visitor>
constexpr void for_each_field(Visitor&& visit) {
  std::apply([&](auto... field) { (visit(field.name, field.member), ...); }, T::fields());
}

/// The fields of `wish` that are set and differ from `current`.
template <Settings T>
T difference(const T& current, const T& wish) {
  T result;
  for_each_field<T>([&](const char*, auto member) {
    if (wish.*member && wish.*member != current.*member)
      result.*member = wish.*member;
  });
  return result;
}

/// The values that `current` has for the fields that are set in `mask`: the undo of setting `mask`.
template <Settings T>
T values_for(const T& mask, const T& current) {
  T result;
  for_each_field<T>([&](const char*, auto member) {
    if (mask.*member)
      result.*member = current.*member;
  });
  return result;
}

/// Sets the fields that `wish` has.
template <Settings T>
void overlay(T& settings, const T& wish) {
  for_each_field<T>([&](const char*, auto member) {
    if (wish.*member)
      settings.*member = wish.*member;
  });
}

/// True when no field is set.
template <Settings T>
bool is_empty(const T& settings) {
  return settings == T{};
}

}  // namespace tapctl

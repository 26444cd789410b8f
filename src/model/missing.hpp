// SPDX-License-Identifier: MIT
// What one list has and another one lacks.
#pragma once

#include <span>
#include <vector>

namespace tapctl {

/// Items of `from` that have no partner in `other`; of equal ones each takes a partner of its own.
template <class T, class Same>
std::vector<const T*> missing(std::span<const T> from, std::span<const T> other, Same same) {
  std::vector<bool> taken(other.size());
  std::vector<const T*> result;
  for (const T& item : from) {
    size_t i = 0;
    while (i < other.size() && (taken[i] || !same(item, other[i])))
      ++i;
    if (i < other.size())
      taken[i] = true;
    else
      result.push_back(&item);
  }
  return result;
}

}  // namespace tapctl

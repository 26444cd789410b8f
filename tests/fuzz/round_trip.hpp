// SPDX-License-Identifier: MIT
// Through the archive of journals and back.
#pragma once

#include "fuzz/target.hpp"
#include "txn/archive.hpp"
#include "txn/fields.hpp"
#include "txn/transaction.hpp"

namespace tapctl::fuzz {

/// What a value is written as is read as the same value.
template <class T>
void require_round_trip(const T& value) {
  const std::string bytes = archive::pack(value);
  archive::Reader reader(bytes);
  const auto again = reader.get<T>();
  require(reader.at_end(), "nothing is left behind a value", bytes);
  require(archive::pack(again) == bytes, "what is read is written as it was", bytes);
  if constexpr (requires { value == value; })
    require(again == value, "what is read is what was written", bytes);
}

}  // namespace tapctl::fuzz

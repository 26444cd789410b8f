// SPDX-License-Identifier: MIT
// Everything that a journal holds comes back as it was, and nothing else does.
#include "txn/archive.hpp"

#include "support/full_values.hpp"
#include "txn/fields.hpp"
#include "txn/transaction.hpp"
#include "util/error.hpp"

#include <gtest/gtest.h>

namespace tapctl::test {
namespace {

template <class T>
T unpack(const std::string& bytes) {
  archive::Reader reader(bytes);
  T value = reader.get<T>();
  EXPECT_TRUE(reader.at_end());
  return value;
}

template <class T>
void expect_survives(const T& value) {
  EXPECT_TRUE(unpack<T>(archive::pack(value)) == value);
}

TEST(Archive, ValuesComeBackAsTheyWere) {
  expect_survives(full_link());
  expect_survives(full_address());
  expect_survives(full_route());
  expect_survives(full_rule());
  expect_survives(full_neighbour());
  expect_survives(full_memory());
  expect_survives(Holder{.pid = 5, .command = "qemu", .uid = 9, .user = "brezular"});
  expect_survives(Change{.subject = "a", .attribute = "b", .before = "c", .after = "d"});
}

TEST(Archive, EveryOperationComesBackAsItWas) {
  const std::vector<Op> ops = every_operation();
  ASSERT_EQ(ops.size(), std::variant_size_v<Op>);
  for (const Op& op : ops)
    expect_survives(op);
}

TEST(Archive, WhatEndsTooEarlyIsRefusedWhereverItEnds) {
  const std::string bytes = archive::pack(full_transaction());
  for (size_t size = 0; size < bytes.size(); ++size) {
    archive::Reader reader(std::string_view(bytes).substr(0, size));
    EXPECT_THROW(reader.get<Transaction>(), Error) << size;
  }
}

TEST(Archive, AnyFlippedByteIsRefusedOrGivesAValue) {
  const std::string bytes = archive::pack(full_transaction());
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (const unsigned mask : {0x01U, 0x80U, 0xffU}) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(static_cast<unsigned char>(flipped[at]) ^ mask);
      try {
        archive::Reader(flipped).get<Transaction>();
      } catch (const Error&) {  // NOLINT(bugprone-empty-catch): either is fine, a crash is not
      }
    }
  }
}

}  // namespace
}  // namespace tapctl::test

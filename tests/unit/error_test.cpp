// SPDX-License-Identifier: MIT
// Errors: what the user reads of them.
#include "util/error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace tapctl {
namespace {

TEST(Error, LineHasErrnoTextAndTheKernelsWordsInParentheses) {
  Error error = Error::from_errno("link 'tap0'", EINVAL);
  error.kernel = "mtu less than device minimum";
  EXPECT_EQ(error.line(), "link 'tap0': Invalid argument (kernel: mtu less than device minimum)");
}

TEST(Error, LineOfAnUnknownErrnoHasItsNumber) {
  EXPECT_EQ(Error::from_errno("x", 4095).line(), "x: 4095");
}

TEST(Error, ContextIsPrefixedOutermostFirst) {
  Error error("inner");
  EXPECT_EQ(error.context("middle").context("outer").line(), "outer: middle: inner");
}

TEST(Error, IsAFailureUnlessItIsAUsageError) {
  EXPECT_EQ(Error("x").kind, ErrorKind::failure);
  const Error usage = usage_error("x", "y");
  EXPECT_EQ(usage.kind, ErrorKind::usage);
  EXPECT_EQ(usage.hint, "y");
  EXPECT_EQ(usage.errnum, 0);
}

}  // namespace
}  // namespace tapctl

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

TEST(Error, ThatFilesOrMemoryHaveRunOutIsNotAbsence) {
  EXPECT_NO_THROW(throw_if_exhausted("x", ENOENT));
  EXPECT_NO_THROW(throw_if_exhausted("x", EACCES));
  for (const int errnum : {EMFILE, ENFILE, ENOMEM})
    EXPECT_THROW(throw_if_exhausted("x", errnum), Error);
  const auto is_absence = [](const auto& error) {
    try {
      throw error;
    } catch (const Error& caught) {
      rethrow_if_exhausted(caught);
      return true;
    }
  };
  EXPECT_TRUE(is_absence(Error::from_errno("x", ELOOP)));
  EXPECT_THROW(is_absence(Error::from_errno("x", EMFILE)), Error);
  EXPECT_THROW(is_absence(OutOfMemory()), OutOfMemory);
}

}  // namespace
}  // namespace tapctl

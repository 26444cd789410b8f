// SPDX-License-Identifier: MIT
// The fixture of every test that touches the kernel: a network and mount namespace of its own.
#pragma once

#include "support/netns.hpp"

#include <gtest/gtest.h>

namespace tapctl::test {

/// The test cannot run on this machine. With TAPCTL_TESTS_MUST_RUN=1, as in CI, that is a failure.
/// Every skip in the tests goes through here.
#define TAPCTL_CANNOT_RUN(reason)                    \
  do {                                               \
    if (::tapctl::test::tests_must_run())            \
      FAIL() << "cannot run: " << (reason);          \
    GTEST_SKIP() << "cannot run here: " << (reason); \
  } while (false)

bool tests_must_run();

class NetnsTest : public ::testing::Test {
 protected:
  void SetUp() override;
};

}  // namespace tapctl::test

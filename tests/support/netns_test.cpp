// SPDX-License-Identifier: MIT
// A fresh namespace before each test, or the reason why there is none.
#include "support/netns_test.hpp"

#include <cstdlib>
#include <string_view>

namespace tapctl::test {

bool tests_must_run() {
  const char* value = std::getenv("TAPCTL_TESTS_MUST_RUN");
  return value != nullptr && std::string_view(value) == "1";
}

void NetnsTest::SetUp() {
  if (const std::string why = enter_fresh_namespace(); !why.empty())
    TAPCTL_CANNOT_RUN(why);
}

}  // namespace tapctl::test

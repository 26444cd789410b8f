// SPDX-License-Identifier: MIT
// The harness itself: ip(8) against itself agrees, and everything that can differ is seen.
#include "compat/differential.hpp"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace tapctl::test {
namespace {

/// With ip(8) in the place of tapctl.
class Differential : public NetnsTest {
 protected:
  Differential() { ::setenv("TAPCTL", "/sbin/ip", 1); }  // NOLINT(concurrency-mt-unsafe)
  ~Differential() override {
    if (tapctl_ == nullptr)
      ::unsetenv("TAPCTL");  // NOLINT(concurrency-mt-unsafe)
    else
      ::setenv("TAPCTL", tapctl_, 1);  // NOLINT(concurrency-mt-unsafe)
  }
  Differential(const Differential&) = delete;
  Differential& operator=(const Differential&) = delete;

 private:
  const char* tapctl_ = std::getenv("TAPCTL");  // NOLINT(concurrency-mt-unsafe)
};

const Tool same = {.original = {"ip"}, .drop_in = {"-color=never"}};

TEST_F(Differential, SameToolAgreesOnRandomMacsFailuresAndStates) {
  compare(same, {{.links = {"link add br0 type bridge"},
                  .before = {"ip tuntap add tap0 mode tap"},
                  .lines = {"tuntap add tap1 mode tap", "link set tap1 master br0",
                            "! ip link set br0 up", "link set tap1 up", "link show tap1",
                            "link del nope"}}});
}

TEST_F(Differential, OtherStdoutIsSeen) {
  EXPECT_NONFATAL_FAILURE(
      compare({.original = {"ip"}, .drop_in = {"-o"}}, {{.lines = {"link show lo"}}}), "stdout");
}

TEST_F(Differential, OtherStatusIsSeen) {
  EXPECT_NONFATAL_FAILURE(compare({.original = {"ip", "-force"}, .drop_in = {"-nonsense"}},
                                  {{.lines = {"link set lo up"}}}),
                          "drop-in: status 255");
}

TEST_F(Differential, OtherLinksAreSeen) {
  EXPECT_NONFATAL_FAILURE(compare({.original = {"ip", "link", "add", "mtu", "1400"},
                                   .drop_in = {"link", "add", "mtu", "1300"}},
                                  {{.lines = {"br0 type bridge"}}}),
                          "drop-in:    \"mtu\": 1300");
}

TEST_F(Differential, AcceptedDifferenceThatIsNoneIsSeen) {
  EXPECT_NONFATAL_FAILURE(compare(same, {{.lines = {"link show lo"}, .differs = "it does not"}}),
                          "agrees");
}

TEST_F(Differential, AcceptedDifferenceHasToSayWhy) {
  EXPECT_NONFATAL_FAILURE(compare({.original = {"ip"}, .drop_in = {"-o"}},
                                  {{.lines = {"link show nope", "link show lo"},
                                    .differs = "one line",
                                    .says = "a reason"}}),
                          "does not say");
}

TEST_F(Differential, WordsAreSplitAtSpacesOutsideQuotes) {
  EXPECT_EQ(words_of("addbr  'a b' ''"), (Argv{"addbr", "a b", ""}));
  EXPECT_EQ(words_of(""), Argv{});
}

}  // namespace
}  // namespace tapctl::test

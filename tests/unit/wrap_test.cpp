// SPDX-License-Identifier: MIT
// Lines on a narrow terminal.
#include "report/wrap.hpp"

#include <gtest/gtest.h>

namespace tapctl {
namespace {

const Margins plain{.first = "", .rest = "    "};

TEST(Wrapped, LeavesWhatFitsAndEverythingWithoutATerminal) {
  EXPECT_EQ(wrapped(plain, "tap0  tap  up", 20), "tap0  tap  up\n");
  const std::string line(500, 'x');
  EXPECT_EQ(wrapped({"|- ", "|  "}, line + "  " + line, 0), "|- " + line + "  " + line + "\n");
}

TEST(Wrapped, BreaksBetweenFacts) {
  EXPECT_EQ(wrapped({"|- ", "|      "}, "tap0  owner brezular  up  mtu 1500", 24),
            "|- tap0  owner brezular\n|      up  mtu 1500\n");
}

TEST(Wrapped, BreaksLongFactsBetweenWordsAndLongWordsAnywhere) {
  EXPECT_EQ(wrapped(plain, "br0  addresses 10.0.0.1/24, 10.0.0.2/24", 20),
            "br0  addresses\n    10.0.0.1/24,\n    10.0.0.2/24\n");
  EXPECT_EQ(wrapped(plain, "br0  " + std::string(20, 'x'), 20),
            "br0\n    " + std::string(16, 'x') + "\n    xxxx\n");
}

TEST(Wrapped, CountsCharactersAndNotColours) {
  EXPECT_EQ(wrapped(plain, "\x1b[1mabcde\x1b[0m  0123456789  xyz", 22),
            "\x1b[1mabcde\x1b[0m  0123456789  xyz\n");
  EXPECT_EQ(wrapped(plain, "br\xc3\xbc\x63ke  0123456789  xy", 22),
            "br\xc3\xbc\x63ke  0123456789  xy\n");
  // A character is never cut in two.
  std::string word;
  for (int i = 0; i < 20; ++i)
    word += "\xc3\xbc";
  EXPECT_EQ(wrapped(plain, word, 20), "" + word.substr(0, 32) + "\n    " + word.substr(32) + "\n");
}

TEST(Wrapped, GoesOnWithAVeryNarrowTerminal) {
  EXPECT_EQ(wrapped(plain, "tap0  up", 1), "tap0  up\n");
}

}  // namespace
}  // namespace tapctl

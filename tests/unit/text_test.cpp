// SPDX-License-Identifier: MIT
// Text tools.
#include "util/text.hpp"

#include <gtest/gtest.h>

namespace tapctl {
namespace {

TEST(ParseDecimal, TakesDigitsOnly) {
  EXPECT_EQ(parse_decimal("0"), 0U);
  EXPECT_EQ(parse_decimal("18446744073709551615"), UINT64_MAX);
  for (const char* text : {"", " 1", "1 ", "+1", "-1", "0x1", "1.0", "18446744073709551616", "1k"})
    EXPECT_FALSE(parse_decimal(text)) << text;
}

TEST(Printable, EscapesWhatMovesACursor) {
  EXPECT_EQ(printable("tap0"), "tap0");
  EXPECT_EQ(printable("\x1b[31mRED"), "\\x1b[31mRED");
  EXPECT_EQ(printable("a\nb\x7f"), "a\\x0ab\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");  // C1: CSI
  EXPECT_EQ(printable(std::string{'\xe2', '\x80', '\xae'}),
            "\\xe2\\x80\\xae");  // right-to-left override
  EXPECT_EQ(printable("a\\x"), "a\\\\x");
}

TEST(Printable, LeavesWellFormedUtf8) {
  EXPECT_EQ(printable("br\xc3\xbc\x63ke"), "br\xc3\xbc\x63ke");
  EXPECT_EQ(printable("\xf0\x9f\x8c\x89"), "\xf0\x9f\x8c\x89");
}

TEST(Printable, EscapesMalformedUtf8ByteByByte) {
  EXPECT_EQ(printable("\xff\xfe"), "\\xff\\xfe");
  EXPECT_EQ(printable("\xc3"), "\\xc3");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");           // overlong '/'
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // surrogate
}

TEST(IsUtf8, RefusesOverlongFormsAndSurrogates) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("\xe2\x82\xac"));
  for (const char* text : {"\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"})
    EXPECT_FALSE(is_utf8(text));
}

TEST(Quote, IsPrintableInSingleQuotes) {
  EXPECT_EQ(quote("a\tb"), "'a\\x09b'");
}

TEST(Join, PutsTheSeparatorBetween) {
  const std::vector<std::string> parts{"a", "b", "c"};
  EXPECT_EQ(join(parts, ", "), "a, b, c");
  EXPECT_EQ(join({}, ", "), "");
}

TEST(GlobMatch, IsAShellPatternOverTheWholeName) {
  EXPECT_TRUE(glob_match("tap*", "tap0"));
  EXPECT_TRUE(glob_match("tap[0-9]", "tap7"));
  EXPECT_FALSE(glob_match("tap?", "tap10"));
  EXPECT_FALSE(glob_match("ap*", "tap0"));
}

TEST(Nearest, FindsASlipOfTheFingerAndNothingElse) {
  const std::vector<std::string> words{"bridge", "unbridge", "status"};
  EXPECT_EQ(nearest("brigde", words), "bridge");
  EXPECT_EQ(nearest("statsu", words), "status");
  EXPECT_EQ(nearest("confirm", words), std::nullopt);
}

}  // namespace
}  // namespace tapctl

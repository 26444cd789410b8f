// SPDX-License-Identifier: MIT
// Interface names and templates.
#include "model/ifname.hpp"

#include "util/error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace tapctl {
namespace {

bool is_accepted(const std::string& text) {
  try {
    return IfName::parse(text).str() == text;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind, ErrorKind::usage) << text;
    EXPECT_FALSE(error.hint.empty()) << text;
    return false;
  }
}

/// dev_valid_name of net/core/dev.c: isspace() in the kernel's Latin-1 table, '/' and ':'; and '%',
/// which makes a template of it.
const std::set<unsigned>& bytes_that_the_kernel_refuses() {
  static const std::set<unsigned> bytes{0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x25, 0x2f, 0x3a, 0xa0};
  return bytes;
}

TEST(IfName, RefusesEveryByteThatTheKernelRefuses) {
  for (const unsigned byte : bytes_that_the_kernel_refuses()) {
    EXPECT_FALSE(is_accepted(std::string(1, static_cast<char>(byte)))) << byte;
    EXPECT_FALSE(is_accepted("a" + std::string(1, static_cast<char>(byte)) + "b")) << byte;
  }
}

TEST(IfName, AcceptsEveryOtherPrintableAsciiByte) {
  for (unsigned byte = 0x21; byte < 0x7f; ++byte) {
    if (bytes_that_the_kernel_refuses().contains(byte) || byte == '\\')
      continue;
    EXPECT_TRUE(is_accepted("a" + std::string(1, static_cast<char>(byte)))) << byte;
  }
}

TEST(IfName, RefusesControlCharactersAndBytesThatAreNoText) {
  for (unsigned byte = 1; byte < 0x100; ++byte) {
    const bool printable_ascii = byte > 0x20 && byte < 0x7f;
    if (!printable_ascii) {
      EXPECT_FALSE(is_accepted("a" + std::string(1, static_cast<char>(byte)))) << byte;
    }
  }
  EXPECT_FALSE(is_accepted(std::string("a\0b", 3)));
}

TEST(IfName, TakesFifteenBytesAndNeverCuts) {
  EXPECT_TRUE(is_accepted("abcdefghijklmno"));
  EXPECT_FALSE(is_accepted("abcdefghijklmnop"));
  EXPECT_FALSE(is_accepted(""));
}

TEST(IfName, RefusesReservedNamesAndWhatLooksLikeAnOption) {
  for (const char* text : {".", "..", "all", "default", "-x", "--help"})
    EXPECT_FALSE(is_accepted(text)) << text;
  for (const char* text : {"0", "up", "dev", "a-b", "all0", ".a"})
    EXPECT_TRUE(is_accepted(text)) << text;
}

TEST(IfName, FromTheKernelTakesAnyByteAndQuotesIt) {
  EXPECT_EQ(IfName::from_kernel("\x1b[31m").quoted(), "'\\x1b[31m'");
}

TEST(NameTemplate, WithOneNumberExpandsIt) {
  const NameTemplate pattern = NameTemplate::parse("tap%d");
  EXPECT_TRUE(pattern.has_number());
  EXPECT_EQ(pattern.expand(0).str(), "tap0");
  EXPECT_EQ(pattern.expand(12).str(), "tap12");
  EXPECT_EQ(NameTemplate::parse("a%db").expand(3).str(), "a3b");
  EXPECT_EQ(NameTemplate::parse("%d").expand(0).str(), "0");
}

TEST(NameTemplate, WithoutANumberIsAName) {
  const NameTemplate plain = NameTemplate::parse("tap0");
  EXPECT_FALSE(plain.has_number());
  EXPECT_EQ(plain.expand(7).str(), "tap0");
}

TEST(NameTemplate, RefusesEveryOtherUseOfAPercentSign) {
  for (const char* text : {"tap%", "tap%s", "tap%%", "%d%d", "t%dp%d", "tap%x", "tap%5d"})
    EXPECT_THROW(NameTemplate::parse(text), Error) << text;
}

TEST(NameTemplate, RefusesANumberThatMakesTheNameTooLong) {
  const NameTemplate pattern = NameTemplate::parse("abcdefghijklmn%d");
  EXPECT_EQ(pattern.expand(9).str(), "abcdefghijklmn9");
  EXPECT_THROW(static_cast<void>(pattern.expand(10)), Error);
  EXPECT_THROW(NameTemplate::parse("abcdefghijklmno%d"), Error);
}

}  // namespace
}  // namespace tapctl

// SPDX-License-Identifier: MIT
// IP addresses and prefixes.
#include "model/ip.hpp"

#include "util/error.hpp"

#include <gtest/gtest.h>

namespace tapctl {
namespace {

TEST(IpAddress, RoundTripsBothFamilies) {
  EXPECT_EQ(IpAddress::parse("172.16.1.2").str(), "172.16.1.2");
  EXPECT_EQ(IpAddress::parse("FD00:0:0::2").str(), "fd00::2");
  EXPECT_EQ(IpAddress::parse("172.16.1.2").span().size(), 4U);
  EXPECT_EQ(IpAddress::parse("::1").span().size(), 16U);
}

TEST(IpAddress, RefusesWhatIsNotOne) {
  for (const char* text : {"", "1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "g::", "1.2.3.4/8"})
    EXPECT_THROW(IpAddress::parse(text), Error) << text;
  EXPECT_THROW(IpAddress::parse(std::string_view("1.2.3.4\0", 8)), Error);
}

TEST(IpAddress, LinkLocalIsFe80Slash10) {
  EXPECT_TRUE(IpAddress::parse("fe80::1").is_link_local());
  EXPECT_TRUE(IpAddress::parse("febf::1").is_link_local());
  EXPECT_FALSE(IpAddress::parse("fec0::1").is_link_local());
  EXPECT_FALSE(IpAddress::parse("254.128.0.1").is_link_local());
}

TEST(IpAddress, FromBytesTakesNoMoreThanItsFamilyHas) {
  const std::array<uint8_t, 6> bytes{10, 0, 0, 1, 99, 99};
  EXPECT_EQ(IpAddress::from_bytes(Family::ipv4, bytes), IpAddress::parse("10.0.0.1"));
}

TEST(Prefix, KeepsTheHostBits) {
  EXPECT_EQ(Prefix::parse("172.16.1.2/16").str(), "172.16.1.2/16");
  EXPECT_EQ(Prefix::parse("fd00::2/64").length, 64);
}

TEST(Prefix, NeedsALengthInRange) {
  for (const char* text : {"172.16.1.2", "172.16.1.2/", "172.16.1.2/33", "fd00::2/129", "/24",
                           "172.16.1.2/+8", "172.16.1.2/255.255.0.0"})
    EXPECT_THROW(Prefix::parse(text), Error) << text;
}

TEST(Prefix, NetworkClearsTheHostBits) {
  EXPECT_EQ(Prefix::parse("172.16.1.2/16").network().str(), "172.16.0.0/16");
  EXPECT_EQ(Prefix::parse("10.1.2.255/25").network().str(), "10.1.2.128/25");
  EXPECT_EQ(Prefix::parse("10.1.2.3/0").network().str(), "0.0.0.0/0");
  EXPECT_EQ(Prefix::parse("fd00::ffff/112").network().str(), "fd00::/112");
}

TEST(Prefix, ContainsAddressesOfItsFamilyOnly) {
  const Prefix prefix = Prefix::parse("172.16.1.2/16");
  EXPECT_TRUE(prefix.contains(IpAddress::parse("172.16.255.254")));
  EXPECT_FALSE(prefix.contains(IpAddress::parse("172.17.0.1")));
  EXPECT_FALSE(Prefix::parse("0.0.0.0/0").contains(IpAddress::parse("::1")));
}

}  // namespace
}  // namespace tapctl

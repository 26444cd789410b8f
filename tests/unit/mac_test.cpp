// SPDX-License-Identifier: MIT
// MAC addresses.
#include "model/mac.hpp"

#include "util/error.hpp"

#include <gtest/gtest.h>

namespace tapctl {
namespace {

TEST(Mac, RoundTripsInLowerCaseWithColons) {
  EXPECT_EQ(Mac::parse("fe:00:00:aB:Cd:01").str(), "fe:00:00:ab:cd:01");
  EXPECT_EQ(Mac::parse("fe-00-00-00-00-01").str(), "fe:00:00:00:00:01");
}

TEST(Mac, RefusesWhatNoInterfaceCanHave) {
  for (const char* text : {"00:00:00:00:00:00", "01:00:00:00:00:01", "ff:ff:ff:ff:ff:ff"})
    EXPECT_THROW(Mac::parse(text), Error) << text;
}

TEST(Mac, RefusesWhatIsNotOne) {
  for (const char* text :
       {"", "fe:00:00:00:00", "fe:00:00:00:00:01:02", "fe:00:00:00:00:0g", "fe:00:00:00:00:1 ",
        "fe.00.00.00.00.01", "fe000000000001", "fe:00:00:00:00:+1", " e:00:00:00:00:01"})
    EXPECT_THROW(Mac::parse(text), Error) << text;
}

}  // namespace
}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Settings compared and combined field by field, and as text.
#include "model/settings.hpp"

#include "model/link.hpp"
#include "model/setting_text.hpp"

#include <gtest/gtest.h>

namespace tapctl {
namespace {

TEST(Settings, DifferenceHasTheFieldsThatAreWishedAndDiffer) {
  LinkSettings current;
  current.mtu = 1500;
  current.up = false;
  LinkSettings wish;
  wish.mtu = 1500;
  wish.up = true;
  wish.alias = "vm";
  LinkSettings expected;
  expected.up = true;
  expected.alias = "vm";
  EXPECT_EQ(difference(current, wish), expected);
}

TEST(Settings, ValuesForGivesTheOldValuesOfWhatIsSet) {
  LinkSettings current;
  current.mtu = 1500;
  current.txqueuelen = 1000;
  LinkSettings mask;
  mask.mtu = 9000;
  LinkSettings expected;
  expected.mtu = 1500;
  EXPECT_EQ(values_for(mask, current), expected);
}

TEST(Settings, EveryMemberIsAmongTheFields) {
  EXPECT_EQ(std::tuple_size_v<decltype(LinkSettings::fields())>, 8U);
  EXPECT_EQ(std::tuple_size_v<decltype(Bridge::fields())>, 11U);
  EXPECT_EQ(std::tuple_size_v<decltype(Port::fields())>, 7U);
  EXPECT_TRUE(is_empty(Port{}));
}

TEST(SettingText, HasUnitsForTimesAndNamesForModes) {
  EXPECT_EQ(setting_text("mtu", std::optional<uint32_t>(1500)), "1500");
  EXPECT_EQ(setting_text("forward_delay", std::optional<uint32_t>(200)), "2s");
  EXPECT_EQ(setting_text("hello_time", std::optional<uint32_t>(150)), "1500ms");
  EXPECT_EQ(setting_text("addr_gen_mode", std::optional<uint8_t>(1)), "none");
  EXPECT_EQ(setting_text("addr_gen_mode", std::optional<uint8_t>(9)), "9");
  EXPECT_EQ(setting_text("up", std::optional<bool>(true)), "on");
  EXPECT_EQ(setting_text("mtu", std::optional<uint32_t>()), "");
}

}  // namespace
}  // namespace tapctl

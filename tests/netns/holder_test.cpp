// SPDX-License-Identifier: MIT
// Who may attach to a device, who holds one, and that a held device is not deleted by accident.
#include "kernel/holders.hpp"
#include "support/host_state.hpp"
#include "support/netns_test.hpp"
#include "support/perform.hpp"
#include "support/requests.hpp"
#include "support/rich_host.hpp"
#include "support/tap_holder.hpp"

namespace tapctl::test {
namespace {

constexpr User nobody{65534, 65534};
constexpr User somebody{54321, 54321};
constexpr User somebody_else{54322, 54322};

class Holders : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (!IsSkipped() && ::geteuid() != 0)
      TAPCTL_CANNOT_RUN("needs root");
  }
};

void make(const Request& request) {
  const Attempt attempt = perform(request);
  ASSERT_EQ(attempt.outcome.kind, OutcomeKind::committed) << describe(attempt.outcome);
}

/// What `request` is refused with, by the planner or by the executor.
std::string refusal_of(const Request& request) {
  try {
    const Attempt attempt = perform(request);
    return attempt.outcome.error ? attempt.outcome.error->line() : "";
  } catch (const Error& error) {
    return error.line();
  }
}

bool exists(const std::string& name) {
  return host_state()["links"].contains(name);
}

TEST_F(Holders, OwnerMayAttachAndOthersMayNot) {
  make(add("tap0"));
  EXPECT_FALSE(TapHolder("tap0", nobody).attached());
  EXPECT_FALSE(TapHolder("tap0", somebody_else).attached());
  EXPECT_TRUE(TapHolder("tap0", somebody).attached());
}

TEST_F(Holders, OwnerAndGroupMustBothMatch) {
  AddRequest request = add("tap0");
  request.wish.group = 54322;
  make(request);
  EXPECT_FALSE(TapHolder("tap0", {54321, 54321}).attached());
  EXPECT_FALSE(TapHolder("tap0", {54322, 54322}).attached());
  EXPECT_TRUE(TapHolder("tap0", {54321, 54322}).attached());
}

TEST_F(Holders, AnyUserMayAttachToADeviceLeftOpen) {
  AddRequest request = add("tap0");
  request.wish.owner.reset();
  request.any_user = true;
  make(request);
  EXPECT_TRUE(TapHolder("tap0", nobody).attached());
}

TEST_F(Holders, WithoutOwnerTheInvokingUserOwnsIt) {
  AddRequest request = add("tap0");
  request.wish.owner.reset();
  request.default_owner = 54321;
  make(request);
  EXPECT_FALSE(TapHolder("tap0", nobody).attached());
  EXPECT_TRUE(TapHolder("tap0", somebody).attached());
}

TEST_F(Holders, HeldDeviceIsNotDeletedAndTheHolderIsNamed) {
  make(add("tap0"));
  TapHolder holder("tap0", somebody);
  ASSERT_TRUE(holder.attached());
  const std::string refusal = refusal_of(del({"tap0"}));
  EXPECT_NE(refusal.find("'tap0'"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find(std::to_string(holder.pid())), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("qemu-guest"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("54321"), std::string::npos) << refusal;
  EXPECT_TRUE(exists("tap0"));
}

TEST_F(Holders, NoneOfSeveralIsDeletedWhenOneIsHeld) {
  make(add("tap0"));
  make(add("tap1"));
  TapHolder holder("tap1");
  ASSERT_TRUE(holder.attached());
  EXPECT_NE(refusal_of(del({"tap0", "tap1"})), "");
  EXPECT_TRUE(exists("tap0"));
  EXPECT_TRUE(exists("tap1"));
}

TEST_F(Holders, ForceDeletesAHeldDevice) {
  make(add("tap0"));
  TapHolder holder("tap0");
  ASSERT_TRUE(holder.attached());
  DelRequest request = del({"tap0"});
  request.force = true;
  make(request);
  EXPECT_FALSE(exists("tap0"));
}

TEST_F(Holders, SameNameInAnotherNamespaceIsNoHit) {
  add_netns("other");
  make(add("tap0"));
  std::optional<TapHolder> holder;
  {
    const InNetns inside("other");
    make(add("tap0"));
    holder.emplace("tap0");
    ASSERT_TRUE(holder->attached());
    EXPECT_EQ(find_holders(names({"tap0"})).of.size(), 1U);
  }
  EXPECT_TRUE(find_holders(names({"tap0"})).of.empty());
  {
    const TapHolder here("tap0", somebody);
    ASSERT_TRUE(here.attached());
    const auto found = find_holders(names({"tap0"})).of[IfName::parse("tap0")];
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().pid, here.pid());
  }
  make(del({"tap0"}));
  const InNetns inside("other");
  EXPECT_TRUE(exists("tap0"));
}

TEST_F(Holders, OwnerOfAHeldDeviceCannotBeChanged) {
  make(add("tap0"));
  TapHolder holder("tap0", somebody);
  ASSERT_TRUE(holder.attached());
  const auto before = host_state();
  AddRequest request = add("tap0");
  request.wish.owner = 54322;
  const std::string refusal = refusal_of(request);
  EXPECT_NE(refusal.find(std::to_string(holder.pid())), std::string::npos) << refusal;
  EXPECT_EQ(difference(before, host_state()), "");
}

}  // namespace
}  // namespace tapctl::test

// SPDX-License-Identifier: MIT
// The planner of `del`.
#include "unit/values.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace tapctl {
namespace {

using test::error_of;
using test::make_bridge;
using test::make_link;
using test::make_tap;
using test::make_tun;
using test::name;
using test::ops_of;
using test::undo_of;
using Names = std::vector<std::string>;

Snapshot host() {
  Snapshot snapshot;
  snapshot.links = {make_link("eth0", ""), make_bridge("br0"), make_tap("tap0"), make_tap("tap1"),
                    make_tun("tun0")};
  return snapshot;
}

Snapshot host_with_holder() {
  Snapshot snapshot = host();
  snapshot.links[2].tun->queues = 1;
  snapshot.holders[name("tap0")] = {
      {.pid = 812, .command = "qemu", .uid = 1001, .user = "waldner"}};
  return snapshot;
}

DelRequest request(const Names& names) {
  DelRequest result;
  for (const std::string& text : names)
    result.names.push_back(name(text));
  return result;
}

DelRequest matching(const Names& patterns) {
  DelRequest result;
  result.match = patterns;
  return result;
}

Error refused(const Snapshot& current, const DelRequest& wanted) {
  return error_of([&] { make_plan(current, wanted); });
}

TEST(Del, HoldsEveryDeviceThenDeletesAllInOneOperation) {
  const Snapshot current = host();
  const Plan plan = make_plan(current, request({"tap0", "tap1"}));
  EXPECT_EQ(ops_of(plan), (std::vector<Op>{HoldTun{name("tap0"), *current.links[2].tun},
                                           HoldTun{name("tap1"), *current.links[3].tun},
                                           DeleteLinks{{name("tap0"), name("tap1")}}}));
  EXPECT_EQ(undo_of(plan), (std::vector<Op>{ReleaseTun{name("tap1")}, ReleaseTun{name("tap0")}}));
  EXPECT_EQ(plan.changes,
            (std::vector<Change>{{"tap0", "deleted", "tap", ""}, {"tap1", "deleted", "tap", ""}}));
}

TEST(Del, RefusesWhatIsNoDevice) {
  EXPECT_EQ(refused(host(), request({"eth0"})).line(), "link 'eth0': is not a tun or tap device");
  EXPECT_NE(refused(host(), request({"br0"})).hint.find("unbridge"), std::string::npos);
}

TEST(Del, RefusesAMissingNameUnlessItMayBe) {
  const Error error = refused(host(), request({"tap7"}));
  EXPECT_EQ(error.errnum, ENODEV);
  EXPECT_FALSE(error.hint.empty());
  DelRequest wanted = request({"tap7", "tap0"});
  wanted.if_exists = true;
  EXPECT_EQ(make_plan(host(), wanted).names, Names{"tap0"});
  EXPECT_FALSE(wider_scope(wanted, host()).has_value());
  EXPECT_TRUE(wider_scope(request({"tap7"}), host())->all_links);
}

TEST(Del, MatchTakesDevicesOnly) {
  EXPECT_EQ(make_plan(host(), matching({"*0"})).names, (Names{"tap0", "tun0"}));
  EXPECT_EQ(make_plan(host(), matching({"tap?", "*0"})).names, (Names{"tap0", "tap1", "tun0"}));
  EXPECT_TRUE(scope_of(matching({"*0"})).all_links);
}

TEST(Del, MatchWithoutResultIsAnErrorUnlessItMayBe) {
  EXPECT_EQ(refused(host(), matching({"eth*"})).line(), "no tun or tap device matches 'eth*'");
  DelRequest wanted = matching({"eth*"});
  wanted.if_exists = true;
  EXPECT_TRUE(make_plan(host(), wanted).empty());
}

TEST(Del, AllTakesEveryDeviceAndIsUnchangedWithoutAny) {
  DelRequest wanted;
  wanted.all = true;
  EXPECT_EQ(make_plan(host(), wanted).names, (Names{"tap0", "tap1", "tun0"}));
  EXPECT_TRUE(make_plan({}, wanted).empty());
}

TEST(Del, RefusesNothing) {
  EXPECT_EQ(refused(host(), DelRequest{}).kind, ErrorKind::usage);
}

TEST(Del, RefusesAHeldDeviceAndNamesTheHolder) {
  const Error error = refused(host_with_holder(), request({"tap1", "tap0"}));
  EXPECT_EQ(error.errnum, EBUSY);
  EXPECT_NE(error.message.find("process 812 (qemu) of user waldner"), std::string::npos);
  EXPECT_NE(error.hint.find("--force"), std::string::npos);
}

TEST(Del, ForceDeletesAHeldDeviceWithoutHoldingIt) {
  DelRequest wanted = request({"tap0"});
  wanted.force = true;
  EXPECT_EQ(ops_of(make_plan(host_with_holder(), wanted)),
            (std::vector<Op>{DeleteLinks{{name("tap0")}}}));
}

TEST(Del, AllExcludesNamesAndPatterns) {
  DelRequest wanted = request({"tap0"});
  wanted.all = true;
  EXPECT_EQ(refused(host(), wanted).kind, ErrorKind::usage);
  EXPECT_EQ(refused(host(), wanted).line(), "--all: excludes the name 'tap0'");
  wanted = matching({"vm*"});
  wanted.all = true;
  EXPECT_EQ(refused(host(), wanted).kind, ErrorKind::usage);
  EXPECT_EQ(refused(host(), wanted).line(), "--all: excludes --match 'vm*'");
}

TEST(Del, NamesAndPatternsAddUp) {
  DelRequest wanted = matching({"tap*"});
  wanted.names = {name("tun0"), name("tap1")};
  EXPECT_EQ(make_plan(host(), wanted).names, (Names{"tun0", "tap1", "tap0"}));
}

}  // namespace
}  // namespace tapctl

// SPDX-License-Identifier: MIT
// How arguments are told apart: options, their values, names, and where the command stands.
#include "support/cli_test.hpp"
#include "support/json_schema.hpp"

namespace tapctl::test {
namespace {

using Arguments = NetnsTest;

constexpr int usage = 2;

TEST_F(Arguments, ANameInBracketsIsOneName) {
  const std::string plan = tapctl_ok({"--dry-run", "add", "[a,b]", "--user", "54321"});
  EXPECT_NE(plan.find("\n# [a,b]: created"), std::string::npos) << plan;
}

TEST_F(Arguments, ANameOfTwoPlusSignsDoesNotEndTheArguments) {
  EXPECT_EQ(tapctl_json({"--dry-run", "add", "++", "tap0"})["names"],
            nlohmann::json({"++", "tap0"}));
}

TEST_F(Arguments, AFlagTakesNoValue) {
  expect_refused({"add", "tap0", "--up=no"}, usage, "tapctl: option '--up': takes no value\n");
  expect_refused({"del", "tap0", "--force=false"}, usage,
                 "tapctl: option '--force': takes no value\n");
  expect_refused({"add", "tap0", "--dry-run=no"}, usage,
                 "tapctl: option '--dry-run': takes no value\n");
}

TEST_F(Arguments, AnOptionNeedsItsValueOnce) {
  expect_refused({"add", "tap0", "--mtu"}, usage, "tapctl: option '--mtu': needs a value\n");
  expect_refused({"add", "tap0", "--mtu="}, usage, "tapctl: option '--mtu': needs a value\n");
  expect_refused({"add", "tap0", "--mtu", "1400", "--mtu", "1500"}, usage,
                 "tapctl: option '--mtu': is given twice\n");
}

TEST_F(Arguments, AnOptionThatMayRepeatTakesOneValueEachTime) {
  EXPECT_EQ(tapctl_json({"--dry-run", "add", "tap0", "-a", "10.0.0.1/8", "tap1"})["names"],
            nlohmann::json({"tap0", "tap1"}));
}

TEST_F(Arguments, AValueMayLookLikeAnOption) {
  const std::string plan = tapctl_ok({"--dry-run", "add", "tap0", "--alias", "--up"});
  EXPECT_NE(plan.find("alias --up"), std::string::npos) << plan;
}

TEST_F(Arguments, BehindTwoDashesEverythingIsAName) {
  EXPECT_EQ(tapctl_json({"--dry-run", "add", "--", "tap0"})["names"], nlohmann::json({"tap0"}));
  EXPECT_EQ(tapctl({"add", "--", "--up"}).err.find("tapctl: interface name '--up'"), 0U);
}

TEST_F(Arguments, AClusterBeforeTheCommandMayTakeAValue) {
  EXPECT_EQ(tapctl_json({"-jn", "nosuch", "list"}, 1)["command"], "list");
  EXPECT_EQ(tapctl({"-vnnosuch", "list"}).err.find("tapctl: network namespace 'nosuch'"), 0U);
}

TEST_F(Arguments, AnUnknownOptionBeforeTheCommandIsNotTakenForTheCommand) {
  expect_refused({"--user", "brezular", "add", "tap0"}, usage,
                 "tapctl: unknown option '--user'\n"
                 "hint: the options of a command stand behind it\n");
  expect_refused({"--jsn", "list"}, usage,
                 "tapctl: unknown option '--jsn'\nhint: did you mean '--json'?\n");
  expect_refused({"-qm", "tap", "add", "x0"}, usage,
                 "tapctl: unknown option '-m'\n"
                 "hint: the options of a command stand behind it\n");
}

TEST_F(Arguments, AnOptionIsLookedAtWithoutACommandToo) {
  expect_refused({"-V"}, usage, "tapctl: unknown option '-V'\nhint: did you mean '--version'?\n");
  for (const char* last : {"-n", "--netns", "-jn"})
    EXPECT_EQ(tapctl({last}).err, "tapctl: option '--netns': needs a value\n") << last;
  expect_refused({"--color"}, usage, "tapctl: option '--color': needs a value\n");
}

TEST_F(Arguments, AUsageErrorIsADocumentToo) {
  const Result result = tapctl({"add", "tap0", "-jq", "--mtu"});
  EXPECT_EQ(result.status, usage);
  EXPECT_EQ(valid_json(result.out)["error"]["message"], "option '--mtu': needs a value");
}

}  // namespace
}  // namespace tapctl::test

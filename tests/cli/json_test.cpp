// SPDX-License-Identifier: MIT
// One JSON document on stdout from every command, on success and on failure.
#include "support/cli_test.hpp"
#include "support/host_state.hpp"
#include "support/rich_host.hpp"

#include <cerrno>

namespace tapctl::test {
namespace {

using nlohmann::json;

class JsonOutput : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (!IsSkipped())
      build_plain_host();
  }
};

void expect_members(const json& document, const std::vector<std::string>& names) {
  for (const auto& name : names)
    EXPECT_TRUE(document.contains(name)) << name << " is missing in " << document;
}

void expect_mutation(const json& document, const std::string& command, const std::string& outcome) {
  expect_members(document,
                 {"schema", "command", "outcome", "transaction", "steps", "changes", "error"});
  EXPECT_EQ(document["command"], command);
  EXPECT_EQ(document["outcome"], outcome);
  for (const auto& step : document["steps"])
    expect_members(step, {"op", "ip"});
  for (const auto& change : document["changes"])
    expect_members(change, {"subject", "attribute", "before", "after"});
  if (outcome == "failed" || outcome == "rolled_back")
    expect_members(document["error"], {"message", "errno", "kernel", "hint"});
  else
    EXPECT_TRUE(document["error"].is_null()) << document;
}

TEST_F(JsonOutput, OfEveryMutation) {
  expect_mutation(tapctl_json({"add", "tap0", "--dry-run"}), "add", "planned");
  expect_mutation(tapctl_json({"add", "tap0"}), "add", "committed");
  expect_mutation(tapctl_json({"add", "tap0"}), "add", "unchanged");
  expect_mutation(tapctl_json({"set", "tap0", "--mtu", "1400"}), "set", "committed");
  expect_mutation(tapctl_json({"bridge", "virbr0", "eth0", "tap0"}), "bridge", "committed");
  expect_mutation(tapctl_json({"port", "tap0", "--isolated", "on"}), "port", "committed");
  expect_mutation(tapctl_json({"nf", "off", "virbr0"}), "nf", "committed");
  expect_mutation(tapctl_json({"unbridge", "virbr0"}), "unbridge", "committed");
  expect_mutation(tapctl_json({"del", "tap0"}), "del", "committed");
}

TEST_F(JsonOutput, OfAFailure) {
  expect_mutation(tapctl_json({"del", "nosuch"}, 1), "del", "failed");
  expect_mutation(tapctl_json({"bridge", "virbr0", "lo"}, 1), "bridge", "failed");
}

TEST_F(JsonOutput, OfAFailureHasTheErrnoInWordsToo) {
  const json error = tapctl_json({"del", "nosuch"}, 1)["error"];
  EXPECT_EQ(error["message"], "device 'nosuch': No such device");
  EXPECT_EQ(error["errno"], ENODEV);
  EXPECT_EQ(error["errno_name"], "ENODEV");
}

TEST_F(JsonOutput, HasTheWordsOfIpForARoute) {
  const json own = tapctl_json({"status"})["default_routes"].at(0);
  const json ip =
      json::parse(must_run({"ip", "-j", "-d", "-4", "route", "show", "table", "all", "default"}))
          .at(0);
  for (const char* key : {"dst", "table", "type", "scope", "protocol"})
    EXPECT_EQ(own.value(key, ""), ip.value(key, "absent")) << key;
}

TEST_F(JsonOutput, IsNotThatOfHelpAndVersion) {
  EXPECT_EQ(tapctl_ok({"--json", "--version"}), tapctl_ok({"--version"}));
  EXPECT_EQ(tapctl_ok({"-j", "add", "--help"}), tapctl_ok({"add", "--help"}));
}

TEST_F(JsonOutput, OfAUsageError) {
  const json document = tapctl_json({"add", "a-name-of-16-by-"}, 2);
  EXPECT_EQ(document["outcome"], "failed");
  EXPECT_NE(document["error"]["message"].get<std::string>().find("a-name-of-16-by-"),
            std::string::npos);
}

TEST_F(JsonOutput, OfStatusListAndNf) {
  ASSERT_EQ(tapctl({"add", "tap0"}).status, 0);
  ASSERT_EQ(tapctl({"bridge", "virbr0", "eth0", "tap0"}).status, 0);
  for (const Argv& command : {Argv{"status"}, Argv{"list"}, Argv{"nf", "show"}})
    EXPECT_GT(tapctl_json(command).size(), 1U) << command.front();
  const std::string status = tapctl_json({"status"}).dump();
  for (const char* word : {"virbr0", "eth0", "tap0", "172.16.1.2", "172.16.255.254"})
    EXPECT_NE(status.find(word), std::string::npos) << word;
}

TEST_F(JsonOutput, IsUtf8WhateverTheKernelHolds) {
  // A name with an escape code and an alias of bytes that are no UTF-8.
  must_run({"ip", "link", "add", "name", "b\x1b[31m\xff", "type", "bridge"});
  must_run({"ip", "tuntap", "add", "tap0", "mode", "tap"});
  must_run({"ip", "link", "set", "tap0", "alias", "\xff\xfe\x1b[31m"});
  const Result text = tapctl({"status"});
  EXPECT_EQ(text.status, 0);
  EXPECT_EQ(text.out.find('\x1b'), std::string::npos) << text.out;
  for (const Argv& command : {Argv{"status"}, Argv{"list"}})
    tapctl_json(command);
}

}  // namespace
}  // namespace tapctl::test

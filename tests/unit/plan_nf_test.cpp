// SPDX-License-Identifier: MIT
// The planner of `nf`, checked by what is filtered in the end.
#include "plan/builder.hpp"
#include "unit/values.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace tapctl {
namespace {

using test::error_of;
using test::make_bridge;
using test::make_link;
using test::name;
using test::ops_of;
using test::ops_of_type;

constexpr const char* iptables = "net/bridge/bridge-nf-call-iptables";
constexpr const char* ip6tables = "net/bridge/bridge-nf-call-ip6tables";
constexpr const char* arptables = "net/bridge/bridge-nf-call-arptables";
constexpr const char* vlan = "net/bridge/bridge-nf-filter-vlan-tagged";

/// Three bridges, br0 to br2.
Snapshot host(const std::string& value) {
  Snapshot snapshot;
  for (const char* bridge : {"br0", "br1", "br2"})
    snapshot.links.push_back(make_bridge(bridge));
  snapshot.sysctls = {{iptables, value}, {ip6tables, value}, {arptables, value}, {vlan, "0"}};
  return snapshot;
}

NfRequest request(bool on, const char* bridge) {
  NfRequest result;
  result.on = on;
  result.bridge = name(bridge);
  return result;
}

NfRequest only_iptables(NfRequest wanted) {
  wanted.calls = {.iptables = true, .ip6tables = false, .arptables = false};
  return wanted;
}

void apply_op(Snapshot& snapshot, const Op& op) {
  if (const auto* sysctl = std::get_if<SetSysctl>(&op); sysctl != nullptr)
    snapshot.sysctls.at(sysctl->path) = sysctl->value;
  const auto* set = std::get_if<SetBridge>(&op);
  for (Link& link : snapshot.links) {
    if (set == nullptr || link.name != set->bridge)
      continue;
    for_each_field<Bridge>([&](const char*, auto member) {
      if (set->set.*member)
        (*link.bridge).*member = set->set.*member;
    });
  }
}

/// For each bridge whether iptables sees its traffic.
std::vector<bool> filtered(const Snapshot& snapshot) {
  std::vector<bool> result;
  for (const Link& link : snapshot.links)
    result.push_back(snapshot.sysctls.at(iptables) != "0" || *link.bridge->nf_call_iptables);
  return result;
}

Snapshot after(Snapshot snapshot, const NfRequest& wanted) {
  for (const Op& op : ops_of(make_plan(snapshot, wanted)))
    apply_op(snapshot, op);
  return snapshot;
}

TEST(Nf, OffLeavesOutThatBridgeAlone) {
  const Snapshot result = after(host("1"), request(false, "br1"));
  EXPECT_EQ(filtered(result), (std::vector<bool>{true, false, true}));
  EXPECT_EQ(result.sysctls.at(ip6tables), "0");
  EXPECT_EQ(result.sysctls.at(vlan), "0");
}

TEST(Nf, SaysFirstWhatBecomesOfTheBridgeItself) {
  const std::vector<Change> changes = make_plan(host("1"), request(false, "br1")).changes;
  EXPECT_EQ(changes.front(), (Change{"br1", "iptables", "on", "off"}));
  Snapshot with_flag = host("1");
  with_flag.links[1].bridge->nf_call_iptables = true;
  EXPECT_TRUE(make_plan(with_flag, only_iptables(request(true, "br1"))).changes.empty());
}

TEST(Nf, OnReversesOff) {
  const Snapshot before = host("1");
  EXPECT_EQ(semantic_difference(before,
                                after(after(before, request(false, "br1")), request(true, "br1"))),
            std::vector<std::string>{});
}

TEST(Nf, OnTheBridgeThatIsNotTheLastOneSetsItsFlag) {
  Snapshot off = after(after(host("1"), request(false, "br0")), request(false, "br1"));
  EXPECT_EQ(filtered(off), (std::vector<bool>{false, false, true}));
  const Plan plan = make_plan(off, request(true, "br0"));
  EXPECT_TRUE(ops_of_type<SetSysctl>(plan).empty());
  EXPECT_EQ(filtered(after(off, request(true, "br0"))), (std::vector<bool>{true, false, true}));
}

TEST(Nf, NoOtherBridgeIsUnfilteredInBetween) {
  for (const bool on : {false, true}) {
    Snapshot state = host("1");
    if (on)
      state = after(state, request(false, "br1"));
    for (const Op& op : ops_of(make_plan(state, request(on, "br1")))) {
      apply_op(state, op);
      EXPECT_TRUE(filtered(state)[0]);
      EXPECT_TRUE(filtered(state)[2]);
    }
  }
}

TEST(Nf, OffAgainAndOnAgainAreUnchanged) {
  EXPECT_TRUE(make_plan(host("1"), request(true, "br1")).empty());
  EXPECT_TRUE(make_plan(host("0"), request(false, "br1")).empty());
  EXPECT_TRUE(make_plan(after(host("1"), request(false, "br1")), request(false, "br1")).empty());
}

TEST(Nf, CallSelectsTheHook) {
  const Snapshot result = after(host("1"), only_iptables(request(false, "br1")));
  EXPECT_EQ(result.sysctls.at(iptables), "0");
  EXPECT_EQ(result.sysctls.at(ip6tables), "1");
  EXPECT_EQ(result.links[0].bridge->nf_call_ip6tables, false);
}

TEST(Nf, EveryStepHasTheUndoThatRestoresIt) {
  const Snapshot before = host("1");
  const Plan plan = make_plan(before, request(false, "br1"));
  Snapshot state = before;
  for (const Op& op : ops_of(plan))
    apply_op(state, op);
  for (const Op& op : test::undo_of(plan)) {
    apply_op(state, op);
    EXPECT_TRUE(filtered(state)[0] && filtered(state)[2]);
  }
  EXPECT_EQ(semantic_difference(before, state), std::vector<std::string>{});
}

TEST(Nf, AllIsThePlainWriteToEverySysctl) {
  NfRequest wanted;
  wanted.all = true;
  const Plan off = make_plan(host("1"), wanted);
  EXPECT_EQ(ops_of_type<SetSysctl>(off).size(), 3U);
  EXPECT_TRUE(ops_of_type<SetBridge>(off).empty());
  wanted.on = true;
  EXPECT_EQ(after(host("0"), wanted).sysctls.at(vlan), "1");
  wanted = only_iptables(wanted);
  EXPECT_EQ(after(host("0"), wanted).sysctls.at(vlan), "0");
  EXPECT_EQ(after(host("0"), wanted).sysctls.at(iptables), "1");
  EXPECT_EQ(after(host("0"), wanted).sysctls.at(ip6tables), "0");
}

TEST(Nf, WithoutTheModuleThereIsNothingToTurnOff) {
  Snapshot current = host("1");
  current.sysctls.clear();
  const Plan plan = make_plan(current, request(false, "br1"));
  EXPECT_TRUE(plan.empty());
  EXPECT_EQ(plan.hints.size(), 1U);
  const Error error = error_of([&] { make_plan(current, request(true, "br1")); });
  EXPECT_EQ(error.hint, "modprobe br_netfilter");
}

TEST(Nf, NeedsABridgeOrAll) {
  NfRequest wanted;
  EXPECT_EQ(error_of([&] { make_plan(host("1"), wanted); }).kind, ErrorKind::usage);
  wanted.bridge = name("br0");
  wanted.all = true;
  EXPECT_EQ(error_of([&] { make_plan(host("1"), wanted); }).kind, ErrorKind::usage);
  EXPECT_EQ(error_of([&] { make_plan(host("1"), request(false, "br9")); }).errnum, ENODEV);
  Snapshot current = host("1");
  current.links.push_back(make_link("eth0", ""));
  EXPECT_EQ(error_of([&] { make_plan(current, request(false, "eth0")); }).line(),
            "link 'eth0': is not a bridge");
}

TEST(AppendNf, TakesABridgeThatIsYetToBeCreated) {
  Plan plan;
  append_nf(plan, host("1"), name("new0"), false, {});
  EXPECT_EQ(ops_of_type<SetBridge>(plan).size(), 3U);
  EXPECT_EQ(ops_of_type<SetSysctl>(plan).size(), 3U);
  Plan on;
  append_nf(on, host("0"), name("new0"), true, {});
  ASSERT_EQ(ops_of_type<SetBridge>(on).size(), 1U);
  EXPECT_EQ(ops_of_type<SetBridge>(on)[0].bridge, name("new0"));
}

}  // namespace
}  // namespace tapctl

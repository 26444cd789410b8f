// SPDX-License-Identifier: MIT
// The planner of `add`.
#include "unit/values.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace tapctl {
namespace {

using test::as_port;
using test::error_of;
using test::make_address;
using test::make_bridge;
using test::make_link;
using test::make_tap;
using test::make_tun;
using test::name;
using test::ops_of;
using test::ops_of_type;
using test::undo_of;
using Names = std::vector<std::string>;

AddRequest request(const Names& names) {
  AddRequest result;
  for (const std::string& text : names)
    result.names.push_back(NameTemplate::parse(text));
  result.default_owner = 1000;
  result.random_mac = Mac::parse("fe:11:22:00:00:ff");
  return result;
}

AddRequest into_bridge(const Names& names) {
  AddRequest result = request(names);
  result.wish.link.master = name("br0");
  return result;
}

Snapshot with(std::vector<Link> links) {
  Snapshot snapshot;
  snapshot.links = std::move(links);
  return snapshot;
}

/// With a port in br0 already, so that another one does not change its MAC.
Snapshot with_port(std::vector<Link> links) {
  links.push_back(as_port(make_link("eth9", ""), "br0"));
  return with(std::move(links));
}

Error refused(const Snapshot& current, const AddRequest& wanted) {
  return error_of([&] { make_plan(current, wanted); });
}

TEST(Add, CreatesAndDeletesToUndo) {
  const Plan plan = make_plan({}, request({"tap0"}));
  const TunDevice tun{.mode = TunMode::tap, .owner = 1000, .group = std::nullopt};
  EXPECT_EQ(ops_of(plan), (std::vector<Op>{CreateTun{name("tap0"), tun}}));
  EXPECT_EQ(undo_of(plan), (std::vector<Op>{DeleteLinks{{name("tap0")}}}));
  EXPECT_EQ(plan.names, Names{"tap0"});
  EXPECT_EQ(plan.changes.front(), (Change{"tap0", "created", "", "tap"}));
}

TEST(Add, TakesTheModeFromTheNameUnlessItIsGiven) {
  const auto mode = [](const AddRequest& wanted) {
    return ops_of_type<CreateTun>(make_plan({}, wanted)).at(0).tun.mode;
  };
  EXPECT_EQ(mode(request({"tun3"})), TunMode::tun);
  EXPECT_EQ(mode(request({"vm3"})), TunMode::tap);
  AddRequest wanted = request({"tun3"});
  wanted.wish.mode = TunMode::tap;
  EXPECT_EQ(mode(wanted), TunMode::tap);
}

TEST(Add, TheInvokingUserOwnsItUnlessSomebodyElseMay) {
  const auto tun = [](const AddRequest& wanted) {
    return ops_of_type<CreateTun>(make_plan({}, wanted)).at(0).tun;
  };
  EXPECT_EQ(tun(request({"tap0"})).owner, 1000U);
  AddRequest wanted = request({"tap0"});
  wanted.wish.group = 50;
  EXPECT_EQ(tun(wanted).owner, std::nullopt);
  EXPECT_EQ(tun(wanted).group, 50U);
  wanted = request({"tap0"});
  wanted.any_user = true;
  EXPECT_EQ(tun(wanted).owner, std::nullopt);
  wanted.wish.owner = 5;
  EXPECT_EQ(refused({}, wanted).kind, ErrorKind::usage);
}

TEST(Add, PassesPacketFormatAndQueuesOn) {
  AddRequest wanted = request({"tap0"});
  wanted.wish.multi_queue = true;
  wanted.wish.vnet_hdr = true;
  wanted.wish.pi = true;
  const TunDevice tun = ops_of_type<CreateTun>(make_plan({}, wanted)).at(0).tun;
  EXPECT_TRUE(tun.multi_queue && tun.vnet_hdr && tun.pi && tun.persist);
}

TEST(Add, TemplateTakesTheLowestFreeNumbers) {
  AddRequest wanted = request({"tap%d"});
  wanted.count = 3;
  const Snapshot current = with({make_tap("tap0"), make_tap("tap2")});
  EXPECT_EQ(make_plan(current, wanted).names, (Names{"tap1", "tap3", "tap4"}));
}

TEST(Add, TemplateLeavesOutTheNamesThatAreGivenBesides) {
  EXPECT_EQ(make_plan({}, request({"tap%d", "tap0", "tap%d"})).names,
            (Names{"tap1", "tap0", "tap2"}));
}

TEST(Add, RefusesABadCountAndNamesGivenTwice) {
  AddRequest wanted = request({"tap0"});
  wanted.count = 2;
  EXPECT_EQ(refused({}, wanted).kind, ErrorKind::usage);
  EXPECT_NE(refused({}, wanted).hint.find("tap%d"), std::string::npos);
  for (const uint32_t count : {0U, 65537U}) {
    wanted = request({"tap%d"});
    wanted.count = count;
    EXPECT_EQ(refused({}, wanted).kind, ErrorKind::usage) << count;
  }
  EXPECT_EQ(refused({}, request({"tap0", "tap0"})).kind, ErrorKind::usage);
  EXPECT_EQ(refused({}, request({})).kind, ErrorKind::usage);
}

TEST(Add, ReadsAllLinksOnlyForATemplate) {
  EXPECT_FALSE(scope_of(request({"tap0"})).all_links);
  EXPECT_EQ(scope_of(request({"tap0"})).links, std::vector{name("tap0")});
  EXPECT_TRUE(scope_of(request({"tap%d"})).all_links);
  AddRequest wanted = request({"tap%d"});
  wanted.wish.addresses = {Prefix::parse("10.0.0.1/24")};
  EXPECT_TRUE(scope_of(wanted).all_addresses);
}

TEST(Add, ExistingAndAgreeingIsUnchanged) {
  const Plan plan = make_plan(with({make_tap("tap0")}), request({"tap0"}));
  EXPECT_TRUE(plan.empty());
  EXPECT_TRUE(plan.changes.empty());
  EXPECT_EQ(plan.names, Names{"tap0"});
}

TEST(Add, ExistingMultiQueueHasToBeAskedFor) {
  Link tap = make_tap("tap0");
  tap.tun->multi_queue = true;
  AddRequest wanted = request({"tap0"});
  const Error error = refused(with({tap}), wanted);
  EXPECT_EQ(error.line(), "device 'tap0': exists with several queues, asked for one");
  EXPECT_EQ(error.hint, "tapctl add tap0 --multi-queue, or tapctl del tap0 first");
  wanted.wish.multi_queue = true;
  EXPECT_TRUE(make_plan(with({tap}), wanted).empty());
}

TEST(Add, RefusesAnExistingLinkOfAnotherKindModeOrQueues) {
  EXPECT_EQ(refused(with({make_link("eth0", "")}), request({"eth0"})).line(),
            "link 'eth0': is not a tun or tap device");
  AddRequest wanted = request({"x0"});
  wanted.wish.mode = TunMode::tap;
  EXPECT_EQ(refused(with({make_tun("x0")}), wanted).line(),
            "device 'x0': exists as a tun, asked for a tap");
  wanted = request({"tap0"});
  wanted.wish.multi_queue = true;
  EXPECT_EQ(refused(with({make_tap("tap0")}), wanted).line(),
            "device 'tap0': exists with one queue, asked for several");
}

TEST(Add, ExclusiveRefusesAnyExistingLink) {
  AddRequest wanted = request({"tap0"});
  wanted.exclusive = true;
  EXPECT_EQ(refused(with({make_tap("tap0")}), wanted).errnum, EEXIST);
}

TEST(Add, BringsAnotherOwnerInLineAndSaysSo) {
  AddRequest wanted = request({"tap0"});
  wanted.wish.owner = 1001;
  const Link tap = make_tap("tap0");
  TunDevice goal = *tap.tun;
  goal.owner = 1001;
  const Plan plan = make_plan(with({tap}), wanted);
  EXPECT_EQ(ops_of(plan), (std::vector<Op>{SetTun{name("tap0"), goal}}));
  EXPECT_EQ(undo_of(plan), (std::vector<Op>{SetTun{name("tap0"), *tap.tun}}));
  EXPECT_EQ(plan.changes, (std::vector<Change>{{"tap0", "owner", "1000", "1001"}}));
}

TEST(Add, SetsTheOwnerLastSinceItCannotBeTakenAway) {
  AddRequest wanted = request({"tap0", "tap1"});
  wanted.wish.owner = 1001;
  wanted.wish.link.mtu = 1400;
  const auto ops = ops_of(make_plan(with({make_tap("tap0"), make_tap("tap1")}), wanted));
  ASSERT_EQ(ops.size(), 4U);
  EXPECT_TRUE(std::holds_alternative<SetLink>(ops[1]));
  EXPECT_TRUE(std::holds_alternative<SetTun>(ops[2]));
}

TEST(Add, RefusesToChangeTheOwnerOfAHeldDevice) {
  Link tap = make_tap("tap0");
  tap.tun->queues = 1;
  Snapshot current = with({tap});
  current.holders[name("tap0")] = {
      {.pid = 812, .command = "qemu", .uid = 1000, .user = "brezular"}};
  AddRequest wanted = request({"tap0"});
  EXPECT_TRUE(make_plan(current, wanted).empty());
  wanted.wish.owner = 1001;
  const Error error = refused(current, wanted);
  EXPECT_EQ(error.errnum, EBUSY);
  EXPECT_NE(error.message.find("process 812 (qemu) of user brezular"), std::string::npos);
  EXPECT_FALSE(error.hint.empty());
}

TEST(Add, AnyUserCannotClearAnOwner) {
  AddRequest wanted = request({"tap0"});
  wanted.any_user = true;
  EXPECT_NE(refused(with({make_tap("tap0")}), wanted).hint.find("tapctl del tap0"),
            std::string::npos);
  Link open = make_tap("tap0");
  open.tun->owner.reset();
  EXPECT_TRUE(make_plan(with({open}), wanted).empty());
}

TEST(Add, SetsTheRestOfANewDeviceWithoutUndo) {
  AddRequest wanted = request({"tap0"});
  wanted.wish.link.mac = Mac::parse("02:00:00:00:00:07");
  wanted.wish.link.mtu = 1400;
  wanted.wish.link.alias = "vm";
  wanted.wish.link.up = true;
  const Plan plan = make_plan({}, wanted);
  const auto sets = ops_of_type<SetLink>(plan);
  ASSERT_EQ(sets.size(), 2U);
  EXPECT_EQ(sets[0].set.mtu, 1400U);
  EXPECT_EQ(sets[0].set.alias, "vm");
  EXPECT_EQ(sets[0].set.up, std::nullopt);
  EXPECT_EQ(sets[1].set.up, true);
  EXPECT_EQ(undo_of(plan), (std::vector<Op>{DeleteLinks{{name("tap0")}}}));
}

TEST(Add, NewDeviceIsLeftDown) {
  AddRequest wanted = request({"tap0"});
  EXPECT_TRUE(ops_of_type<SetLink>(make_plan({}, wanted)).empty());
  wanted.wish.link.up = false;
  EXPECT_TRUE(ops_of_type<SetLink>(make_plan({}, wanted)).empty());
}

TEST(Add, UndoOfAnExistingDevicesSettingsIsWhatTheyWere) {
  AddRequest wanted = request({"tap0"});
  wanted.wish.link.mtu = 1400;
  wanted.wish.link.up = true;
  const auto undo = undo_of(make_plan(with({make_tap("tap0")}), wanted));
  ASSERT_EQ(undo.size(), 2U);
  EXPECT_EQ(std::get<SetLink>(undo[0]).set.up, false);
  EXPECT_EQ(std::get<SetLink>(undo[1]).set.mtu, 1500U);
}

TEST(Add, MtuHasTheRangeOfItsMode) {
  const auto kind = [](const char* device, uint32_t mtu) {
    AddRequest wanted = request({device});
    wanted.wish.link.mtu = mtu;
    const Error error = refused({}, wanted);
    return error.message == "no error" ? 0 : (error.kind == ErrorKind::usage ? 2 : 1);
  };
  EXPECT_EQ(kind("tap0", 67), 2);
  EXPECT_EQ(kind("tap0", 68), 0);
  EXPECT_EQ(kind("tap0", 65521), 0);
  EXPECT_EQ(kind("tap0", 65522), 2);
  EXPECT_EQ(kind("tun0", 65535), 0);
  EXPECT_EQ(kind("tun0", 65536), 2);
}

TEST(Add, TunHasNoMac) {
  AddRequest wanted = request({"tun0"});
  wanted.wish.link.mac = Mac::parse("02:00:00:00:00:07");
  EXPECT_EQ(refused({}, wanted).kind, ErrorKind::usage);
}

TEST(Add, AliasHasAtMost255Bytes) {
  AddRequest wanted = request({"tap0"});
  wanted.wish.link.alias = std::string(255, 'x');
  EXPECT_EQ(refused({}, wanted).message, "no error");
  wanted.wish.link.alias = std::string(256, 'x');
  EXPECT_EQ(refused({}, wanted).kind, ErrorKind::usage);
}

TEST(Add, AddressesAreAddedWithDuplicateDetectionUnlessThere) {
  AddRequest wanted = request({"tap0"});
  wanted.wish.addresses = {Prefix::parse("10.0.0.1/24"), Prefix::parse("fd00::1/64")};
  Snapshot current = with({make_tap("tap0")});
  current.addresses = {make_address("tap0", "10.0.0.1/24")};
  const Plan plan = make_plan(current, wanted);
  const auto added = ops_of_type<AddAddress>(plan);
  ASSERT_EQ(added.size(), 1U);
  EXPECT_EQ(added[0].address, make_address("tap0", "fd00::1/64"));
  EXPECT_EQ(added[0].dad, Dad::perform);
  EXPECT_EQ(undo_of(plan), (std::vector<Op>{DeleteAddress{added[0].address}}));
  EXPECT_EQ(plan.changes, (std::vector<Change>{{"tap0", "inet6", "", "fd00::1/64"}}));
}

TEST(Add, AddressesOfANewDeviceAreAddedToo) {
  AddRequest wanted = request({"tap0"});
  wanted.wish.addresses = {Prefix::parse("10.0.0.1/24")};
  EXPECT_EQ(ops_of_type<AddAddress>(make_plan({}, wanted)).size(), 1U);
}

TEST(Add, PeerNeedsOneAddressOfItsFamily) {
  AddRequest wanted = request({"tun0"});
  wanted.wish.peer = IpAddress::parse("10.0.0.2");
  EXPECT_EQ(refused({}, wanted).kind, ErrorKind::usage);
  wanted.wish.addresses = {Prefix::parse("fd00::1/64")};
  EXPECT_EQ(refused({}, wanted).kind, ErrorKind::usage);
  wanted.wish.addresses = {Prefix::parse("10.0.0.1/32"), Prefix::parse("10.0.0.3/32")};
  EXPECT_EQ(refused({}, wanted).kind, ErrorKind::usage);
  wanted.wish.addresses.pop_back();
  EXPECT_EQ(ops_of_type<AddAddress>(make_plan({}, wanted)).at(0).address.peer, wanted.wish.peer);
}

TEST(AddToBridge, PreparesTheTapBeforeItIsEnslaved) {
  Link bridge = make_bridge("br0");
  bridge.settings.mtu = 9000;
  const auto sets = ops_of_type<SetLink>(make_plan(with_port({bridge}), into_bridge({"tap0"})));
  ASSERT_EQ(sets.size(), 2U);
  EXPECT_EQ(sets[0].set.mac, Mac::parse("fe:11:22:00:00:ff"));
  EXPECT_EQ(sets[0].set.mtu, 9000U);
  EXPECT_EQ(sets[0].set.addr_gen_mode, 1);
  EXPECT_EQ(sets[0].set.master, std::nullopt);
  EXPECT_EQ(sets[1].set.master, name("br0"));
  EXPECT_EQ(sets[1].set.up, true);
}

TEST(AddToBridge, EveryTapGetsAMacOfItsOwn) {
  AddRequest wanted = into_bridge({"tap%d"});
  wanted.count = 2;
  const auto sets = ops_of_type<SetLink>(make_plan(with_port({make_bridge("br0")}), wanted));
  EXPECT_EQ(sets.at(0).set.mac->str(), "fe:11:22:00:00:ff");
  EXPECT_EQ(sets.at(2).set.mac->str(), "fe:11:22:00:01:00");
}

TEST(AddToBridge, TakesWhatIsGivenInstead) {
  AddRequest wanted = into_bridge({"tap0"});
  wanted.wish.link.mac = Mac::parse("02:00:00:00:00:07");
  wanted.wish.link.mtu = 1400;
  wanted.wish.link.up = false;
  const Plan plan = make_plan(with_port({make_bridge("br0")}), wanted);
  const auto sets = ops_of_type<SetLink>(plan);
  EXPECT_EQ(sets.at(0).set.mac, wanted.wish.link.mac);
  EXPECT_EQ(sets.at(0).set.mtu, 1400U);
  EXPECT_EQ(sets.at(1).set.up, std::nullopt);
  EXPECT_EQ(plan.hints.size(), 1U);
}

TEST(AddToBridge, LeavesTheAddressModeAloneWhereThereIsNoIpv6) {
  Link bridge = make_bridge("br0");
  bridge.settings.addr_gen_mode.reset();
  const auto mode = [](const Link& link, const AddRequest& wanted) {
    return ops_of_type<SetLink>(make_plan(with_port({link}), wanted)).at(0).set.addr_gen_mode;
  };
  EXPECT_EQ(mode(bridge, into_bridge({"tap0"})), std::nullopt);
  AddRequest wanted = into_bridge({"tap0"});
  wanted.wish.link.mtu = 1279;
  EXPECT_EQ(mode(make_bridge("br0"), wanted), std::nullopt);
}

TEST(AddToBridge, ClampsTheBridgesMtuToWhatATapCanHave) {
  Link bridge = make_bridge("br0");
  bridge.settings.mtu = 65535;
  const Plan plan = make_plan(with_port({bridge}), into_bridge({"tap0"}));
  EXPECT_EQ(ops_of_type<SetLink>(plan).at(0).set.mtu, 65521U);
}

TEST(AddToBridge, KeepsTheMacOfABridgeThatWouldTakeTheTaps) {
  const auto first = [](const Snapshot& current, const AddRequest& wanted) {
    return ops_of_type<SetLink>(make_plan(current, wanted)).at(0).link;
  };
  AddRequest low = into_bridge({"tap0"});
  low.wish.link.mac = Mac::parse("00:00:00:00:00:07");
  EXPECT_EQ(first(with({make_bridge("br0")}), into_bridge({"tap0"})), name("br0"));
  EXPECT_EQ(first(with_port({make_bridge("br0")}), low), name("br0"));
  EXPECT_EQ(first(with_port({make_bridge("br0")}), into_bridge({"tap0"})), name("tap0"));
}

TEST(AddToBridge, ExistingPortThatAgreesIsUnchanged) {
  Link port = as_port(make_tap("tap0"), "br0");
  port.settings.up = true;
  EXPECT_TRUE(make_plan(with({make_bridge("br0"), port}), into_bridge({"tap0"})).empty());
}

TEST(AddToBridge, ExistingTapIsPreparedAndGivenBack) {
  Snapshot current = with_port({make_bridge("br0"), make_tap("tap0")});
  current.addresses = {make_address("tap0", "fe80::1/64")};
  const Plan plan = make_plan(current, into_bridge({"tap0"}));
  EXPECT_EQ(ops_of_type<DeleteAddress>(plan).size(), 1U);
  const auto undo = undo_of(plan);
  ASSERT_EQ(undo.size(), 3U);
  EXPECT_EQ(std::get<SetLink>(undo[0]).set.master, IfName{});
  EXPECT_EQ(std::get<AddAddress>(undo[1]).address, current.addresses[0]);
  EXPECT_EQ(std::get<SetLink>(undo[2]).set.addr_gen_mode, 0);
  EXPECT_EQ(std::get<SetLink>(undo[2]).set.mac, current.links[1].settings.mac);
}

TEST(AddToBridge, RefusesWhatCannotBeAPort) {
  const Link bridge = make_bridge("br0");
  EXPECT_NE(refused(with({bridge}), into_bridge({"tun0"})).message.find("layer 3"),
            std::string::npos);
  EXPECT_EQ(refused(with({bridge, as_port(make_tap("tap0"), "br1")}), into_bridge({"tap0"})).line(),
            "device 'tap0': is a port of bridge 'br1'");
  Snapshot current = with({bridge, make_tap("tap0")});
  current.addresses = {make_address("tap0", "10.0.0.1/24")};
  EXPECT_NE(refused(current, into_bridge({"tap0"})).message.find("10.0.0.1/24"), std::string::npos);
  AddRequest wanted = into_bridge({"tap0"});
  wanted.wish.addresses = {Prefix::parse("10.0.0.1/24")};
  EXPECT_EQ(refused(with({bridge}), wanted).kind, ErrorKind::failure);
}

TEST(AddToBridge, NeedsABridge) {
  const Error missing = refused(with({make_bridge("br1")}), into_bridge({"tap0"}));
  EXPECT_EQ(missing.errnum, ENODEV);
  EXPECT_EQ(missing.hint, "did you mean 'br1'?");
  EXPECT_NE(refused({}, into_bridge({"tap0"})).hint.find("tapctl bridge br0"), std::string::npos);
  EXPECT_EQ(refused(with({make_tap("br0")}), into_bridge({"tap0"})).line(),
            "link 'br0': is not a bridge");
}

TEST(AddToBridge, RefusesThePortAfterThe1023rd) {
  std::vector<Link> links{make_bridge("br0")};
  for (int i = 0; i < 1022; ++i)
    links.push_back(as_port(make_tap("p" + std::to_string(i)), "br0"));
  EXPECT_EQ(refused(with(links), into_bridge({"tap0"})).message, "no error");
  EXPECT_EQ(refused(with(links), into_bridge({"tap0", "tap1"})).line(),
            "bridge 'br0': has room for 1023 ports");
}

TEST(AddToBridge, LooksForASuggestionOnlyWhenTheBridgeIsMissing) {
  const AddRequest wanted = into_bridge({"tap0"});
  EXPECT_EQ(scope_of(wanted).ports_of, std::vector{name("br0")});
  EXPECT_FALSE(wider_scope(wanted, with({make_bridge("br0")})).has_value());
  EXPECT_TRUE(wider_scope(wanted, {})->all_links);
}

}  // namespace
}  // namespace tapctl

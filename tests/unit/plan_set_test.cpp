// SPDX-License-Identifier: MIT
// The planners of `set` and `port`.
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
using test::make_route;
using test::make_tap;
using test::name;
using test::ops_of;
using test::ops_of_type;
using test::undo_of;

Snapshot with(std::vector<Link> links) {
  Snapshot snapshot;
  snapshot.links = std::move(links);
  return snapshot;
}

SetRequest set_mtu(const std::vector<IfName>& names) {
  SetRequest result;
  result.names = names;
  result.wish.link.mtu = 1400;
  return result;
}

SetRequest rename(const std::string& from, const std::string& to) {
  SetRequest result;
  result.names = {name(from)};
  result.wish.link.name = name(to);
  return result;
}

Error refused(const Snapshot& current, const Request& wanted) {
  return error_of([&] { make_plan(current, wanted); });
}

TEST(Set, ChangesWhatDiffersAndNotesIt) {
  const Plan plan = make_plan(with({make_tap("tap0")}), set_mtu({name("tap0")}));
  EXPECT_EQ(ops_of_type<SetLink>(plan).at(0).set.mtu, 1400U);
  EXPECT_EQ(plan.changes, (std::vector<Change>{{"tap0", "mtu", "1500", "1400"}}));
}

TEST(Set, RefusesWhatIsMissingOrNoDevice) {
  const Error missing = refused(with({make_tap("tap0")}), set_mtu({name("tapp0")}));
  EXPECT_EQ(missing.errnum, ENODEV);
  EXPECT_EQ(missing.hint, "did you mean 'tap0'?");
  EXPECT_EQ(refused(with({make_link("eth0", "")}), set_mtu({name("eth0")})).line(),
            "link 'eth0': is not a tun or tap device");
}

TEST(Set, RefusesAnEmptyWishAndNamesGivenTwice) {
  SetRequest wanted = set_mtu({name("tap0"), name("tap0")});
  EXPECT_EQ(refused(with({make_tap("tap0")}), wanted).kind, ErrorKind::usage);
  wanted = SetRequest{.names = {name("tap0")}, .wish = {}, .random_mac = {}};
  EXPECT_EQ(refused(with({make_tap("tap0")}), wanted).kind, ErrorKind::usage);
}

TEST(Set, CannotChangeModeOrQueues) {
  SetRequest wanted{.names = {name("tap0")}, .wish = {}, .random_mac = {}};
  wanted.wish.mode = TunMode::tun;
  EXPECT_NE(refused(with({make_tap("tap0")}), wanted).message.find("cannot be changed"),
            std::string::npos);
  wanted.wish.mode.reset();
  wanted.wish.multi_queue = true;
  EXPECT_NE(refused(with({make_tap("tap0")}), wanted).message.find("cannot be changed"),
            std::string::npos);
}

TEST(Set, RenamesAfterTheOtherSettingsAndBack) {
  SetRequest wanted = rename("tap0", "vm0");
  wanted.wish.link.mtu = 1400;
  const Plan plan = make_plan(with({make_tap("tap0")}), wanted);
  const auto sets = ops_of_type<SetLink>(plan);
  ASSERT_EQ(sets.size(), 2U);
  EXPECT_EQ(sets[0].set.name, std::nullopt);
  EXPECT_EQ(sets[1].set.name, name("vm0"));
  EXPECT_EQ(std::get<SetLink>(undo_of(plan).at(0)).link, name("vm0"));
  EXPECT_EQ(std::get<SetLink>(undo_of(plan).at(0)).set.name, name("tap0"));
  EXPECT_EQ(plan.names, std::vector<std::string>{"vm0"});
}

TEST(Set, OwnerIsSetUnderTheNewName) {
  SetRequest wanted = rename("tap0", "vm0");
  wanted.wish.owner = 7;
  const auto ops = ops_of(make_plan(with({make_tap("tap0")}), wanted));
  EXPECT_EQ(std::get<SetTun>(ops.back()).name, name("vm0"));
}

TEST(Set, RenameNeedsAFreeNameAndOneDevice) {
  EXPECT_EQ(refused(with({make_tap("tap0"), make_link("eth0", "")}), rename("tap0", "eth0")).errnum,
            EEXIST);
  SetRequest wanted = rename("tap0", "vm0");
  wanted.names.push_back(name("tap1"));
  EXPECT_EQ(refused(with({make_tap("tap0"), make_tap("tap1")}), wanted).kind, ErrorKind::usage);
  EXPECT_TRUE(make_plan(with({make_tap("tap0")}), rename("tap0", "tap0")).empty());
}

TEST(Set, ReleasingAPortGivesItsSettingsBackOnUndo) {
  const Link port = as_port(make_tap("tap0"), "br0");
  SetRequest wanted{.names = {name("tap0")}, .wish = {}, .random_mac = {}};
  wanted.wish.link.master = IfName{};
  const auto undo = undo_of(make_plan(with({port}), wanted));
  ASSERT_EQ(undo.size(), 2U);
  EXPECT_EQ(std::get<SetLink>(undo[0]).set.master, name("br0"));
  EXPECT_EQ(undo[1], Op(SetPort{name("tap0"), *port.port}));
}

TEST(Set, DownGivesBackOnUndoWhatTheKernelDrops) {
  Link tap = make_tap("tap0");
  tap.settings.up = true;
  Snapshot current = with({tap});
  current.addresses = {make_address("tap0", "10.0.0.1/24"), make_address("tap0", "fd00::2/64"),
                       make_address("tap0", "fd00::1/64"), make_address("tap0", "fe80::1/64")};
  current.routes = {make_route("tap0", "10.9.0.0/16", "10.0.0.9"),
                    make_route("eth0", "0.0.0.0/0", "10.1.0.9")};
  SetRequest wanted{.names = {name("tap0")}, .wish = {}, .random_mac = {}};
  wanted.wish.link.up = false;
  EXPECT_EQ(scope_of(wanted).configuration_of, std::vector{name("tap0")});
  const auto undo = undo_of(make_plan(current, wanted));
  ASSERT_EQ(undo.size(), 5U);
  EXPECT_EQ(std::get<SetLink>(undo[0]).set.up, true);
  EXPECT_EQ(std::get<AddAddress>(undo[1]).address, current.addresses[3]);
  EXPECT_EQ(std::get<AddAddress>(undo[2]).address, current.addresses[2]);
  EXPECT_EQ(std::get<AddAddress>(undo[3]).address, current.addresses[1]);
  EXPECT_EQ(std::get<AddRoute>(undo[4]).route, current.routes[0]);
}

TEST(Set, AnMtuTooLowForIpv6GivesItBackOnUndo) {
  Snapshot current = with({make_tap("tap0")});
  current.addresses = {make_address("tap0", "10.0.0.1/24"), make_address("tap0", "fd00::1/64")};
  SetRequest wanted = set_mtu({name("tap0")});
  EXPECT_EQ(undo_of(make_plan(current, wanted)).size(), 1U);
  wanted.wish.link.mtu = 1000;
  const auto undo = undo_of(make_plan(current, wanted));
  ASSERT_EQ(undo.size(), 3U);
  EXPECT_EQ(std::get<SetLink>(undo[0]).set.mtu, current.links[0].settings.mtu);
  EXPECT_EQ(std::get<SetLink>(undo[1]).set.addr_gen_mode, addr_gen_mode::eui64);
  EXPECT_EQ(std::get<AddAddress>(undo[2]).address, current.addresses[1]);
}

TEST(Set, AnAddressDoesNotGoOnAPort) {
  SetRequest wanted{.names = {name("tap0")}, .wish = {}, .random_mac = {}};
  wanted.wish.addresses = {Prefix::parse("10.0.0.1/24")};
  EXPECT_EQ(refused(with({as_port(make_tap("tap0"), "br0")}), wanted).kind, ErrorKind::failure);
}

TEST(Set, KeepsAHighMacAndReplacesALowOneWhenATapJoinsABridge) {
  SetRequest wanted{.names = {name("tap0")}, .wish = {}, .random_mac = {}};
  wanted.wish.link.master = name("br0");
  wanted.random_mac = Mac::parse("fe:00:00:00:00:09");
  Link tap = make_tap("tap0");
  const auto mac = [&] {
    const Link port = as_port(make_link("eth9", ""), "br0");
    return ops_of_type<SetLink>(make_plan(with({make_bridge("br0"), port, tap}), wanted))
        .at(0)
        .set.mac;
  };
  EXPECT_EQ(mac(), wanted.random_mac);
  tap.settings.mac = Mac::parse("fe:99:00:00:00:01");
  EXPECT_EQ(mac(), std::nullopt);
}

TEST(Port, SetsWhatDiffersWithItsUndo) {
  PortRequest wanted{.port = name("tap0"), .settings = {}};
  wanted.settings.cost = 4;
  wanted.settings.hairpin = false;
  const Plan plan = make_plan(with({as_port(make_tap("tap0"), "br0")}), wanted);
  Port set;
  set.cost = 4;
  Port old;
  old.cost = 100;
  EXPECT_EQ(ops_of(plan), (std::vector<Op>{SetPort{name("tap0"), set}}));
  EXPECT_EQ(undo_of(plan), (std::vector<Op>{SetPort{name("tap0"), old}}));
  EXPECT_EQ(plan.changes, (std::vector<Change>{{"tap0", "cost", "100", "4"}}));
}

TEST(Port, RefusesWhatIsNoPortAndAnEmptyWish) {
  PortRequest wanted{.port = name("tap0"), .settings = {}};
  EXPECT_EQ(refused(with({as_port(make_tap("tap0"), "br0")}), wanted).kind, ErrorKind::usage);
  wanted.settings.cost = 4;
  EXPECT_EQ(refused(with({make_tap("tap0")}), wanted).line(),
            "link 'tap0': is not a port of a bridge");
  EXPECT_EQ(refused({}, wanted).errnum, ENODEV);
}

}  // namespace
}  // namespace tapctl

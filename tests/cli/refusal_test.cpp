// SPDX-License-Identifier: MIT
// Clear refusals before anything is touched: status, every word, and nothing changed.
#include "support/cli_test.hpp"
#include "support/host_state.hpp"
#include "support/rich_host.hpp"
#include "support/tap_holder.hpp"

#include <array>

namespace tapctl::test {
namespace {

class Refusal : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (!IsSkipped())
      build_plain_host();
  }
};

constexpr int usage = 2;
constexpr int failure = 1;

TEST_F(Refusal, OfABadMacOrName) {
  const std::string hint = "hint: six pairs of hex digits, such as fe:00:00:00:00:01\n";
  expect_refused({"add", "tap0", "--mac", "01:00:00:00:00:00"}, usage,
                 "tapctl: option '--mac': MAC address '01:00:00:00:00:00': is a multicast address\n"
                 "hint: the first byte of a device's MAC is even\n");
  expect_refused({"add", "tap%d%d"}, usage,
                 "tapctl: interface name 'tap%d%d': has a character that a name cannot have\n"
                 "hint: a name has 1 to 15 bytes, without blanks, '/', ':' or '%'\n");
  expect_refused({"add", "tap0", "--mac", "zz"}, usage,
                 "tapctl: option '--mac': MAC address 'zz': is not one\n" + hint);
}

TEST_F(Refusal, OfABadMtu) {
  for (const char* mtu : {"20", "99999999", "-1", "1500x"})
    expect_refused(
        {"add", "tap0", "--mtu", mtu}, usage,
        "tapctl: option '--mtu': '" + std::string(mtu) + "' is not a number from 68 to 65535\n");
}

TEST_F(Refusal, OfABadAddress) {
  const std::string hint = "hint: address and prefix length, such as 172.16.1.2/16 or fd00::2/64\n";
  expect_refused({"add", "tap0", "--address", "10.0.0.1"}, usage,
                 "tapctl: option '--address': address '10.0.0.1': has no prefix length\n" + hint);
  expect_refused(
      {"add", "tap0", "--address", "10.0.0.1/33"}, usage,
      "tapctl: option '--address': address '10.0.0.1/33': has no valid prefix length\n" + hint);
  expect_refused({"bridge", "virbr0", "eth0", "--check", "gw"}, usage,
                 "tapctl: option '--check': 'gw' is not gateway, none or an IP address\n");
}

TEST_F(Refusal, OfANameOfSixteenBytes) {
  expect_refused({"add", "a-name-of-16-by-"}, usage,
                 "tapctl: interface name 'a-name-of-16-by-': has 16 bytes, 15 is the most\n"
                 "hint: a name has 1 to 15 bytes, without blanks, '/', ':' or '%'\n");
}

TEST_F(Refusal, OfAnUnknownUserOrGroup) {
  expect_refused({"add", "tap0", "--user", "nosuchuser"}, usage,
                 "tapctl: user 'nosuchuser': there is none of that name\n");
  expect_refused({"add", "tap0", "--group", "nosuchgroup"}, usage,
                 "tapctl: group 'nosuchgroup': there is none of that name\n");
}

TEST_F(Refusal, OfANameThatIsGivenTwice) {
  ip_batch("tuntap add tap0 mode tap\n");
  expect_refused({"add", "tap7", "tap7"}, usage, "tapctl: device 'tap7': is named twice\n");
  expect_refused({"set", "tap0", "tap0", "--up"}, usage, "tapctl: device 'tap0': is named twice\n");
  expect_refused({"bridge", "br0", "tap0", "tap0"}, usage, "tapctl: port 'tap0': is named twice\n");
}

TEST_F(Refusal, OfATimeWithoutUnit) {
  expect_refused({"bridge", "virbr0", "eth0", "--forward-delay", "2"}, usage,
                 "tapctl: option '--forward-delay': '2' has no unit\n"
                 "hint: such as 300ms, 2s or 5m\n");
}

TEST_F(Refusal, OfATimeOutOfItsRangeWhichTakesHours) {
  expect_refused({"bridge", "virbr0", "nosuch", "--confirm", "24h"}, failure,
                 "tapctl: port 'nosuch': No such device\n"
                 "hint: `ip link` shows the links that exist\n");
  expect_refused({"bridge", "virbr0", "nosuch", "--confirm", "25h"}, usage,
                 "tapctl: option '--confirm': '25h' is not from 100ms to 24h\n");
  expect_refused({"bridge", "virbr0", "nosuch", "--timeout", "61s"}, usage,
                 "tapctl: option '--timeout': '61s' is not from 100ms to 60s\n");
}

TEST_F(Refusal, OfAnUnknownCommandSuggestsTheNearest) {
  expect_refused({"ad", "tap0"}, usage,
                 "tapctl: unknown command 'ad'\nhint: did you mean 'tapctl add'?\n");
  expect_refused({"frobnicate"}, usage,
                 "tapctl: unknown command 'frobnicate'\nhint: tapctl --help lists them\n");
  expect_refused({"add", "tap0", "--mtuu", "1400"}, usage,
                 "tapctl: unknown option '--mtuu'\nhint: did you mean '--mtu'?\n");
  expect_refused({}, usage, "tapctl: no command given\nhint: tapctl --help lists them\n");
}

TEST_F(Refusal, OfAWordOfAnotherToolSaysTheCommand) {
  const std::array<std::array<const char*, 2>, 8> words{{{"delete", "del"},
                                                         {"remove", "del"},
                                                         {"create", "add"},
                                                         {"ls", "list"},
                                                         {"show", "status"},
                                                         {"addbr", "bridge"},
                                                         {"addif", "bridge"},
                                                         {"delbr", "unbridge"}}};
  for (const auto& [word, command] : words)
    expect_refused({word, "tap0"}, usage,
                   "tapctl: unknown command '" + std::string(word) +
                       "'\nhint: did you mean 'tapctl " + command + "'?\n");
}

TEST_F(Refusal, OfLoopbackAsPort) {
  expect_refused({"bridge", "virbr0", "lo"}, failure,
                 "tapctl: link 'lo': is the loopback device and cannot be a port\n");
}

TEST_F(Refusal, OfATunAsPort) {
  ip_batch("tuntap add tun0 mode tun\n");
  expect_refused({"bridge", "virbr0", "tun0"}, failure,
                 "tapctl: link 'tun0': is a tun and cannot be a port: a bridge carries Ethernet "
                 "frames\n"
                 "hint: make a tap: tapctl add NAME --mode tap\n");
}

TEST_F(Refusal, OfALinkThatCarriesAMacvlan) {
  ip_batch("link add macv0 link eth1 type macvlan mode bridge\n");
  expect_refused({"bridge", "virbr0", "eth1"}, failure,
                 "tapctl: link 'eth1': carries the macvlan 'macv0' and cannot be a port\n"
                 "hint: delete it first: ip link del macv0\n");
}

TEST_F(Refusal, OfAnotherNameOfALink) {
  ip_batch(
      "tuntap add tap0 mode tap\nlink property add dev tap0 altname vm0\n"
      "link property add dev tap0 altname a-name-of-more-than-15-bytes\n");
  for (const Argv& command : {Argv{"set", "vm0", "--mtu", "1400"}, Argv{"del", "vm0"},
                              Argv{"del", "vm0", "--if-exists"}, Argv{"list", "vm0"}})
    expect_refused(command, failure,
                   "tapctl: device 'vm0': is another name of 'tap0'\n"
                   "hint: tapctl takes the first name of a link alone\n");
  expect_refused({"bridge", "virbr0", "vm0"}, failure,
                 "tapctl: port 'vm0': is another name of 'tap0'\n"
                 "hint: tapctl takes the first name of a link alone\n");
  expect_refused({"status", "vm0"}, failure,
                 "tapctl: link 'vm0': is another name of 'tap0'\n"
                 "hint: tapctl takes the first name of a link alone\n");
}

TEST_F(Refusal, OfABridgeAsPort) {
  ip_batch("link add other0 type bridge\n");
  expect_refused({"bridge", "virbr0", "other0"}, failure,
                 "tapctl: link 'other0': is a bridge and cannot be a port of one\n");
}

TEST_F(Refusal, OfAPortOfAnotherBridge) {
  ip_batch(
      "link add other0 type bridge\n"
      "tuntap add tap0 mode tap\n"
      "link set tap0 master other0\n");
  expect_refused({"bridge", "virbr0", "tap0"}, failure,
                 "tapctl: link 'tap0': is a port of 'other0'\n"
                 "hint: --move-from other0 takes it from there\n");
}

TEST_F(Refusal, OfTwoUplinks) {
  ip_batch("addr add 10.0.0.1/8 dev eth1\n");
  expect_refused({"bridge", "virbr0", "eth0", "eth1"}, usage,
                 "tapctl: ports 'eth0' and 'eth1': both have addresses, and only one can be the "
                 "uplink\n"
                 "hint: name it: --uplink eth0\n");
}

TEST_F(Refusal, OfAnUplinkWithoutAddressesBesideOneWithThem) {
  expect_refused(
      {"bridge", "virbr0", "eth0", "eth1", "--uplink", "eth1"}, usage,
      "tapctl: uplink 'eth1': has no addresses, and those of 'eth0' would stop working\n"
      "hint: --uplink eth0 moves them to the bridge, --no-move leaves them on the port\n");
}

TEST_F(Refusal, OfABridgeNameThatIsSomethingElse) {
  expect_refused({"bridge", "eth1", "eth0"}, failure,
                 "tapctl: link 'eth1': exists and is not a bridge\n"
                 "hint: choose another name for the bridge\n");
}

TEST_F(Refusal, OfAPortThatDoesNotExist) {
  expect_refused({"bridge", "virbr0", "nosuch"}, failure,
                 "tapctl: port 'nosuch': No such device\n"
                 "hint: `ip link` shows the links that exist\n");
  for (const std::string tap : {"tap0", "vnet7"})
    expect_refused({"bridge", "virbr0", "eth0", tap}, failure,
                   "tapctl: port '" + tap + "': No such device\nhint: tapctl add " + tap +
                       " creates a tap of that name\n");
  expect_refused({"bridge", "virbr0", "eth00"}, failure,
                 "tapctl: port 'eth00': No such device\nhint: did you mean 'eth0'?\n");
}

TEST_F(Refusal, OfThePortAfterThe1023rd) {
  std::string batch = "link add virbr0 type bridge\n";
  for (int i = 0; i < 1023; i++) {
    const std::string tap = "t" + std::to_string(i);
    batch += "tuntap add " + tap + " mode tap\n";
    batch += "link set " + tap + " master virbr0\n";
  }
  ip_batch(batch + "tuntap add last mode tap\n");
  const Result result = tapctl({"bridge", "virbr0", "last"});
  EXPECT_EQ(result.status, failure);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "tapctl: bridge 'virbr0': has room for 1023 ports\n");
  EXPECT_EQ(must_run({"ip", "link", "show", "dev", "last"}).find("master"), std::string::npos);
}

TEST_F(Refusal, OfDeletingALinkThatIsNoTunOrTap) {
  expect_refused({"del", "eth0"}, failure,
                 "tapctl: link 'eth0': is not a tun or tap device\n"
                 "hint: ip link is for other links\n");
}

TEST_F(Refusal, OfAnAbsentDeviceSaysHowToGoOn) {
  const std::string error = "tapctl: device 'nosuch': No such device\n";
  expect_refused(
      {"del", "nosuch"}, failure,
      error + "hint: tapctl list shows the devices; with --if-exists this is no error\n");
  expect_refused({"set", "nosuch", "--up"}, failure,
                 error + "hint: tapctl list shows the devices\n");
  expect_refused({"list", "nosuch"}, failure,
                 error + "hint: tapctl list without a name shows all\n");
  expect_refused({"list", "eth00"}, failure,
                 "tapctl: device 'eth00': No such device\nhint: did you mean 'eth0'?\n");
  for (const char* command : {"status", "doctor"})
    expect_refused({command, "nosuch"}, failure,
                   "tapctl: link 'nosuch': No such device\n"
                   "hint: `ip link` shows the links that exist\n");
}

TEST_F(Refusal, OfAPatternAsANameSaysTheOption) {
  for (const char* command : {"del", "list"})
    expect_refused({command, "x*"}, failure,
                   "tapctl: device 'x*': No such device\n"
                   "hint: --match 'x*' takes all that match\n");
}

TEST_F(Refusal, OfDeletingAHeldDeviceNamesTheHolder) {
  ip_batch("tuntap add tap0 mode tap\n");
  const TapHolder holder("tap0");
  ASSERT_TRUE(holder.attached());
  expect_refused({"del", "tap0"}, failure,
                 "tapctl: device 'tap0': is held by process " + std::to_string(holder.pid()) +
                     " (qemu-guest) of user root: Device or resource busy\n"
                     "hint: tapctl del tap0 --force deletes it all the same\n");
}

TEST_F(Refusal, OfAllTogetherWithANameOrAPattern) {
  ip_batch("tuntap add tap0 mode tap\n");
  const std::string hint = "hint: names and --match GLOB, or --all\n";
  expect_refused({"del", "--all", "tap0"}, usage,
                 "tapctl: --all: excludes the name 'tap0'\n" + hint);
  expect_refused({"del", "--all", "--match", "vm*"}, usage,
                 "tapctl: --all: excludes --match 'vm*'\n" + hint);
}

TEST_F(Refusal, OfAnExistingDeviceOfAnotherMode) {
  ip_batch("tuntap add tap0 mode tap\n");
  expect_refused({"add", "tap0", "--mode", "tun"}, failure,
                 "tapctl: device 'tap0': exists as a tap, asked for a tun\n"
                 "hint: tapctl del tap0, then add it again\n");
  expect_refused({"add", "tap0", "--exclusive"}, failure, "tapctl: device 'tap0': File exists\n");
}

TEST_F(Refusal, OfANameThatAnotherLinkHas) {
  ip_batch("tuntap add tap0 mode tap\n");
  expect_refused({"set", "tap0", "--name", "eth0"}, failure,
                 "tapctl: device 'tap0': rename to 'eth0': File exists\n"
                 "hint: there is a link 'eth0' already\n");
}

TEST_F(Refusal, OfTakingADeletionBackSaysHowToMakeItAnew) {
  tapctl_ok({"add", "tap0"});
  tapctl_ok({"del", "tap0"});
  const std::string error = tapctl({"rollback"}).err;
  EXPECT_NE(error.find("tapctl del tap0; tapctl add makes a device anew\n"), std::string::npos)
      << error;
}

TEST_F(Refusal, WithoutACloneDevice) {
  ASSERT_EQ(replace_clone_device(0), "");
  expect_refused({"add", "tap0"}, failure,
                 "tapctl: clone device '/dev/net/tun': open: No such file or directory\n"
                 "hint: load the driver: modprobe tun; in a container, the node has to be created "
                 "as well: mknod /dev/net/tun c 10 200\n");
}

TEST_F(Refusal, OfANamespaceThatDoesNotExist) {
  expect_refused({"--netns", "nosuch", "list"}, failure,
                 "tapctl: network namespace 'nosuch': open: No such file or directory\n"
                 "hint: `ip netns list` shows the names that exist\n");
}

TEST_F(Refusal, OfUnbridgingWhatIsNoBridge) {
  expect_refused({"unbridge", "eth0"}, failure, "tapctl: link 'eth0': is not a bridge\n");
  ip_batch("link add br7 type bridge\nlink set eth0 master br7\n");
  expect_refused({"unbridge", "eth0"}, failure,
                 "tapctl: link 'eth0': is not a bridge\nhint: it is a port of 'br7'\n");
  expect_refused({"unbridge", "nosuch"}, failure,
                 "tapctl: bridge 'nosuch': No such device\n"
                 "hint: tapctl status shows the bridges\n");
  expect_refused({"unbridge", "br77"}, failure,
                 "tapctl: bridge 'br77': No such device\nhint: did you mean 'br7'?\n");
}

TEST_F(Refusal, OfAMissingBridgeForADeviceSaysHowToMakeIt) {
  expect_refused({"add", "tap0", "--bridge", "nosuch"}, failure,
                 "tapctl: bridge 'nosuch': No such device\n"
                 "hint: tapctl bridge nosuch PORT... creates it\n");
}

TEST_F(Refusal, OfAnUnknownActionOrBridgeOfNf) {
  ip_batch("link add br7 type bridge\n");
  expect_refused({"nf", "foo"}, failure,
                 "tapctl: bridge 'foo': No such device\nhint: tapctl nf show|on|off BR\n");
  expect_refused({"nf", "br77"}, failure,
                 "tapctl: bridge 'br77': No such device\nhint: did you mean 'br7'?\n");
  expect_refused({"nf", "of"}, failure,
                 "tapctl: bridge 'of': No such device\nhint: did you mean 'off'?\n");
  expect_refused({"nf", "of", "br7"}, usage,
                 "tapctl: 'of': is not show, on or off\nhint: did you mean 'off'?\n");
  expect_refused({"nf", "off", "br7", "br8"}, usage, "tapctl: unexpected argument 'br8'\n");
}

TEST_F(Refusal, OfAMissingLinkOfStatusSuggestsTheNearest) {
  expect_refused({"status", "eth00"}, failure,
                 "tapctl: link 'eth00': No such device\nhint: did you mean 'eth0'?\n");
}

}  // namespace
}  // namespace tapctl::test

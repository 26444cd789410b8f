// SPDX-License-Identifier: MIT
// Operations as command lines.
#include "plan/ip_line.hpp"

#include "unit/values.hpp"

#include <gtest/gtest.h>

namespace tapctl {
namespace {

using test::make_address;
using test::make_route;
using test::name;

TEST(IpLine, CreatesADevice) {
  const TunDevice tun{.mode = TunMode::tap, .owner = 1000, .group = 50};
  EXPECT_EQ(ip_line(CreateTun{name("tap0"), tun}),
            "ip tuntap add dev tap0 mode tap user 1000 group 50");
}

TEST(IpLine, OfAnotherOwnerIsThatOfTunctl) {
  TunDevice tun{.mode = TunMode::tap, .owner = 1000, .group = std::nullopt};
  EXPECT_EQ(ip_line(SetTun{name("tap0"), tun}), "tunctl -t tap0 -u 1000");
  tun.group = 50;
  EXPECT_EQ(ip_line(SetTun{name("a;b"), tun}), "tunctl -t 'a;b' -u 1000 -g 50");
  tun.owner.reset();
  EXPECT_EQ(ip_line(SetTun{name("tap0"), tun}), "tunctl -t tap0 -g 50");
}

TEST(IpLine, IsNotThatOfTunctlWhereItWouldFailOrChangeMore) {
  const TunDevice owned{.mode = TunMode::tap, .owner = 1000, .group = std::nullopt};
  std::vector<TunDevice> others(5, owned);
  others[0].mode = TunMode::tun;
  others[1].multi_queue = true;
  others[2].pi = true;
  others[3].vnet_hdr = true;
  others[4].owner.reset();
  for (const TunDevice& tun : others)
    EXPECT_EQ(ip_line(SetTun{name("tap0"), tun}).front(), '#');
}

TEST(IpLine, IsACommentForWhatNoCommandCanDo) {
  for (const Op& op :
       {Op(SetTun{name("tap0"), {}}), Op(HoldTun{name("tap0"), {}}), Op(ReleaseTun{name("tap0")}),
        Op(Remember{name("br0"), {}}), Op(Forget{name("br0")})})
    EXPECT_EQ(ip_line(op).front(), '#') << op_name(op);
}

TEST(IpLine, SetsALinkInOneLine) {
  SetLink op{.link = name("tap0"), .set = {}};
  op.set.mtu = 1400;
  op.set.master = name("br0");
  op.set.up = true;
  EXPECT_EQ(ip_line(op), "ip link set dev tap0 mtu 1400 master br0 up");
  op.set = {};
  op.set.master = IfName{};
  EXPECT_EQ(ip_line(op), "ip link set dev tap0 nomaster");
}

TEST(IpLine, QuotesForTheShell) {
  SetLink op{.link = name("tap0"), .set = {}};
  op.set.alias = "a b; reboot";
  EXPECT_EQ(ip_line(op), "ip link set dev tap0 alias 'a b; reboot'");
  op.set = {};
  op.set.up = true;
  op.link = name("a;b");
  EXPECT_EQ(ip_line(op), "ip link set dev 'a;b' up");
  op.link = IfName::from_kernel("\x1b[31m");
  EXPECT_EQ(ip_line(op).find('\x1b'), std::string::npos);
}

TEST(IpLine, DeletesLinksOneByOne) {
  EXPECT_EQ(ip_line(DeleteLinks{{name("tap0"), name("tap1")}}),
            "ip link del dev tap0; ip link del dev tap1");
}

TEST(IpLine, NamesAddressesRoutesAndSysctls) {
  EXPECT_EQ(ip_line(DeleteAddress{make_address("br0", "10.0.0.1/24")}),
            "ip addr del 10.0.0.1/24 dev br0");
  const std::string route =
      ip_line(AddRoute{.route = make_route("br0", "0.0.0.0/0", "10.0.0.254")});
  EXPECT_EQ(route.rfind("ip route replace default", 0), 0U) << route;
  EXPECT_NE(route.find("via 10.0.0.254"), std::string::npos) << route;
  EXPECT_NE(route.find("dev br0"), std::string::npos) << route;
  EXPECT_EQ(ip_line(SetSysctl{"net/ipv4/conf/br0/rp_filter", "2"}),
            "sysctl -w net/ipv4/conf/br0/rp_filter=2");
}

TEST(OpName, IsTheOperationsInSnakeCase) {
  EXPECT_STREQ(op_name(CreateTun{}), "create_tun");
  EXPECT_STREQ(op_name(DeleteNeighbour{}), "delete_neighbour");
  EXPECT_STREQ(op_name(Forget{}), "forget");
}

TEST(OpSubject, NamesWhatItActsOn) {
  EXPECT_EQ(op_subject(CreateTun{name("tap0"), {}}), "device 'tap0'");
  EXPECT_EQ(op_subject(AddAddress{make_address("br0", "10.0.0.1/24")}),
            "address 10.0.0.1/24 on 'br0'");
}

}  // namespace
}  // namespace tapctl

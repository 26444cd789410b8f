// SPDX-License-Identifier: MIT
// The files of a host that `doctor` reads, from their text.
#include "kernel/host_files.hpp"

#include <gtest/gtest.h>

namespace tapctl::test {
namespace {

TEST(HostFiles, PacketTableHasTheSocketsOfOneLinkThatGetIpv4) {
  const auto sockets = parse_packet_table(
      "sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n"
      "0000000000000000 3      3    0003   2     1 0      0      20001\n"
      "0000000000000000 3      3    0800   3     1 0      0      20002\n"
      "0000000000000000 3      3    88cc   2     1 0      0      20003\n"
      "0000000000000000 3      2    0003   0     1 0      0      20004\n"
      "broken line\n");
  ASSERT_EQ(sockets.size(), 2U);
  EXPECT_EQ(sockets[0], (PacketSocket{.ifindex = 2, .protocol = 3, .inode = 20001}));
  EXPECT_EQ(sockets[1], (PacketSocket{.ifindex = 3, .protocol = 0x800, .inode = 20002}));
}

TEST(HostFiles, TheLastMountOnTheRootCounts) {
  const std::string nfs = "10.0.0.1:/srv / nfs4 rw,vers=4.2,addr=10.0.0.1,local_lock=none 0 0\n";
  EXPECT_EQ(parse_nfs_root("rootfs / rootfs rw 0 0\n" + nfs),
            (NfsMount{.source = "10.0.0.1:/srv", .server = "10.0.0.1"}));
  EXPECT_EQ(parse_nfs_root(nfs + "overlay / overlay rw 0 0\n"), std::nullopt);
  EXPECT_EQ(parse_nfs_root("10.0.0.1:/home /home nfs4 rw,addr=10.0.0.1 0 0\n"), std::nullopt);
}

TEST(HostFiles, ValuesStandBehindTheirKey) {
  EXPECT_EQ(value_of("# c\n[device]\nmanaged = true\n", "managed"), "true");
  EXPECT_EQ(value_of("ADMIN_STATE=configured\nX=ADMIN_STATE=a\n", "ADMIN_STATE"), "configured");
  EXPECT_EQ(value_of("unmanaged=true\n", "managed"), "");
}

TEST(HostFiles, IfupdownConfiguresWhatHasAnAddressMethod) {
  EXPECT_EQ(
      parse_ifupdown("auto eth0\niface lo inet loopback\niface eth0 inet dhcp\n"
                     "iface eth0 inet6 auto\niface eth1 inet manual\n"
                     "  iface eth2 inet static\n    address 10.0.0.1/24\n#iface eth3 inet dhcp\n"),
      (std::vector<std::string>{"eth0", "eth2"}));
}

TEST(HostFiles, NetplanNamesALinkAsAKey) {
  const std::string text =
      "network:\n  ethernets:\n    eth0: # the uplink\n      dhcp4: true\n    \"eth1\":\n"
      "      match: {name: eth2}\n";
  EXPECT_TRUE(netplan_names(text, "eth0"));
  EXPECT_TRUE(netplan_names(text, "eth1"));
  EXPECT_FALSE(netplan_names(text, "eth2"));
  EXPECT_FALSE(netplan_names(text, "dhcp4"));
}

}  // namespace
}  // namespace tapctl::test

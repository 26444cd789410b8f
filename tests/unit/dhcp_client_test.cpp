// SPDX-License-Identifier: MIT
// What the command lines of DHCP clients say, and those of their likes for another link.
#include "model/dhcp_client.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tapctl {
namespace {

using Words = std::vector<std::string>;

const IfName eth0 = IfName::parse("eth0");
const IfName br0 = IfName::parse("br0");

DhcpClient parsed(const Words& argv, const std::string& path = "/usr/sbin/x") {
  const auto client = parse_dhcp_client(812, path, argv);
  EXPECT_TRUE(client.has_value());
  return client.value_or(DhcpClient{});
}

TEST(DhcpClient, IsFoundByWhatItIsCalled) {
  EXPECT_EQ(parsed({"/sbin/dhclient", "eth0"}).program, DhcpProgram::dhclient);
  EXPECT_EQ(parsed({"udhcpc", "-i", "eth0"}).program, DhcpProgram::udhcpc);
  EXPECT_EQ(parsed({"busybox", "udhcpc", "-i", "eth0"}).argv.front(), "udhcpc");
  EXPECT_EQ(parsed({"dhcpcd: eth0 [ip4] [ip6]   "}).program, DhcpProgram::dhcpcd);
  for (const Words& other :
       {Words{"bash"}, Words{"dhcpcd: [privileged proxy] eth0 [ip4]"}, Words{}})
    EXPECT_EQ(parse_dhcp_client(812, "/bin/x", other), std::nullopt);
}

TEST(DhcpClient, SaysWhichLinkItServes) {
  for (const Words& argv :
       {Words{"dhclient", "-4", "-pf", "/run/a.pid", "-lf", "/b", "-e", "X=1", "eth0"},
        Words{"udhcpc", "-bi", "eth0"}, Words{"udhcpc", "-ieth0", "-q"},
        Words{"udhcpc", "--interface=eth0"}, Words{"udhcpc", "--interface", "eth0"},
        Words{"udhcpc"}, Words{"dhcpcd: eth0 [ip4]"}})
    EXPECT_EQ(parsed(argv).link, eth0) << argv.back();
  for (const Words& argv : {Words{"dhclient"}, Words{"dhclient", "eth0", "eth1"},
                            Words{"dhcpcd: [manager] [ip4] [ip6]"}})
    EXPECT_TRUE(parsed(argv).link.empty()) << argv.back();
}

TEST(DhcpClient, OfEachFamilyIsOneOfItsOwn) {
  const DhcpClient four = parsed({"dhclient", "-4", "eth0"});
  const DhcpClient six = parsed({"dhclient", "-6", "eth0"});
  EXPECT_TRUE(same_client(four, parsed({"dhclient", "-pf", "/run/x", "eth0"})));
  EXPECT_FALSE(same_kind(four, six));
  EXPECT_FALSE(same_client(four, moved(four, br0)));
  EXPECT_TRUE(same_kind(six, moved(six, br0)));
  for (const char* option : {"-S", "-N", "-T", "-P"})
    EXPECT_TRUE(same_client(six, parsed({"dhclient", option, "eth0"}))) << option;
  EXPECT_TRUE(same_client(four, parsed({"dhclient", "-e", "-S", "eth0"})));
}

TEST(DhcpClient, ForAnotherLinkHasFilesOfItsOwn) {
  EXPECT_EQ(moved(parsed({"dhclient", "-1", "-d", "eth0"}), br0).argv,
            (Words{"dhclient", "-pf", "/run/dhclient.br0.pid", "-lf",
                   "/var/lib/dhcp/dhclient.br0.leases", "-nw", "br0"}));
  EXPECT_EQ(moved(parsed({"dhclient", "-6", "-lf", "/srv/l6", "eth0"}), br0).argv,
            (Words{"dhclient", "-pf", "/run/dhclient6.br0.pid", "-lf", "/srv/dhclient6.br0.leases",
                   "-nw", "-6", "br0"}));
  EXPECT_EQ(
      moved(parsed({"udhcpc", "-nqp", "/run/u.pid", "-i", "eth0", "-x", "hostname:a"}), br0).argv,
      (Words{"udhcpc", "-f", "-S", "-p", "/run/udhcpc.br0.pid", "-i", "br0", "-x", "hostname:a"}));
  EXPECT_EQ(moved(parsed({"udhcpc", "-R"}), br0).argv,
            (Words{"udhcpc", "-i", "br0", "-f", "-S", "-R"}))
      << "of its default, eth0";
  EXPECT_EQ(moved(parsed({"dhcpcd: eth0 [ip4]"}), br0).argv,
            (Words{"dhcpcd", "--background", "-4", "br0"}));
  EXPECT_EQ(moved(parsed({"dhcpcd: eth0 [ip4] [ip6]"}), br0).argv,
            (Words{"dhcpcd", "--background", "br0"}));
}

TEST(DhcpClient, ForItsOwnLinkKeepsItsFiles) {
  EXPECT_EQ(moved(parsed({"dhclient", "-pf", "/run/a.pid", "-1", "eth0"}), eth0).argv,
            (Words{"dhclient", "-nw", "-pf", "/run/a.pid", "eth0"}));
  EXPECT_EQ(moved(parsed({"udhcpc", "-n", "-p", "/run/a.pid"}), eth0).argv,
            (Words{"udhcpc", "-i", "eth0", "-f", "-S", "-p", "/run/a.pid"}));
}

TEST(DhcpClient, OfIscKeepsWhatAsksForLess) {
  EXPECT_EQ(moved(parsed({"dhclient", "-S", "-n", "-d", "eth0"}), br0).argv,
            (Words{"dhclient", "-pf", "/run/dhclient6.br0.pid", "-lf",
                   "/var/lib/dhcp/dhclient6.br0.leases", "-nw", "-S", "-n", "br0"}));
}

TEST(DhcpClient, KeepsOptionsWithTheirValues) {
  const auto of_udhcpc = [](const Words& options) {
    Words argv{"udhcpc", "-i", "eth0"};
    argv.insert(argv.end(), options.begin(), options.end());
    argv = moved(parsed(argv), br0).argv;
    return Words(argv.begin() + 5, argv.end());  // behind -f -S -i br0
  };
  EXPECT_EQ(of_udhcpc({"-a500", "-Ra"}), (Words{"-a500", "-R", "-a"}));
  EXPECT_EQ(of_udhcpc({"--arping", "--arping=5"}), (Words{"-a", "-a5"}));
  EXPECT_EQ(of_udhcpc({"--retries=3", "--timeout", "4", "--tryag=5"}),
            (Words{"-t", "3", "-T", "4", "-A", "5"}));
  EXPECT_EQ(of_udhcpc({"--request", "10.0.0.5", "--request-option=12", "-P", "68"}),
            (Words{"-r", "10.0.0.5", "-O", "12", "-P", "68"}));
  EXPECT_EQ(of_udhcpc({"-RZfx", "v"}), (Words{"-R", "-Zfx", "v"})) << "not known";
  EXPECT_EQ(of_udhcpc({"--zap=1", "--"}), (Words{"--zap=1", "--"})) << "not known";
}

TEST(DhcpClient, StaysForAnOptionThatIsNotKnown) {
  const auto reason = [](const Words& argv) { return why_it_stays(parsed(argv)).value_or(""); };
  EXPECT_EQ(reason({"udhcpc", "-qZ", "-i", "eth0"}), "option '-Z': is not known");
  EXPECT_EQ(reason({"udhcpc", "--zap=1"}), "option '--zap=1': is not known");
  EXPECT_EQ(reason({"dhclient", "-zap", "1", "eth0"}), "option '-zap': is not known");
  EXPECT_EQ(reason({"dhclient", "-e", "-zap", "eth0"}), "");
  EXPECT_EQ(reason({"dhclient", "-lf", "a.leases", "eth0"}), "file 'a.leases': has no full path");
  EXPECT_EQ(reason({"udhcpc", "-p", "a.pid"}), "file 'a.pid': has no full path");
  EXPECT_EQ(reason({"dhcpcd: eth0 [ip4]"}), "");
}

TEST(DhcpClient, KeepsItsLeaseIn) {
  EXPECT_EQ(lease_files(parsed({"dhclient", "eth0"})), Words{"/var/lib/dhcp/dhclient.leases"});
  EXPECT_EQ(lease_files(parsed({"dhclient", "-6", "eth0"})),
            Words{"/var/lib/dhcp/dhclient6.leases"});
  EXPECT_EQ(lease_files(parsed({"dhclient", "-lf", "/a", "eth0"})), Words{"/a"});
  EXPECT_EQ(lease_files(parsed({"dhcpcd: eth0 [ip4]"})).front(), "/var/lib/dhcpcd/eth0.lease");
}

TEST(DhcpClient, LeasesOfTheLinkAloneAreTakenOver) {
  const std::string duid = "default-duid \"\\000\\001\";\n";
  const auto lease = [](const std::string& link, const std::string& address) {
    return "lease {\n  interface \"" + link + "\";\n  fixed-address " + address + ";\n}\n";
  };
  EXPECT_EQ(retarget_leases(
                lease("eth0", "10.0.0.1") + lease("eth1", "10.0.0.2") + lease("eth0", "10.0.0.3"),
                eth0, br0),
            lease("br0", "10.0.0.1") + lease("br0", "10.0.0.3"));
  EXPECT_EQ(retarget_leases(duid + lease("eth0", "10.0.0.1"), eth0, br0),
            duid + lease("br0", "10.0.0.1"))
      << "the identity of the client goes along";
  EXPECT_EQ(retarget_leases(duid + lease("eth1", "10.0.0.2") + lease("eth0", "10.0.0.1") + duid,
                            eth0, br0),
            duid + lease("br0", "10.0.0.1") + duid);
  EXPECT_EQ(retarget_leases("lease {\n  interface \"eth0\";", eth0, br0), "") << "cut off";
  EXPECT_EQ(retarget_leases("", eth0, br0), "");
}

}  // namespace
}  // namespace tapctl

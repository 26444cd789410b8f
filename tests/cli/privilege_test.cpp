// SPDX-License-Identifier: MIT
// What an ordinary user can do: look, plan, and change a user namespace of their own.
#include "support/cli_test.hpp"
#include "support/host_state.hpp"
#include "support/json_schema.hpp"
#include "support/rich_host.hpp"
#include "support/tap_holder.hpp"

namespace tapctl::test {
namespace {

class Privilege : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (!IsSkipped() && ::geteuid() != 0)
      TAPCTL_CANNOT_RUN("needs root, to become somebody else");
    build_plain_host();
  }
};

constexpr const char* no_capability =
    "tapctl: changing the network needs CAP_NET_ADMIN: Operation not permitted\n"
    "hint: run it as root, such as with sudo\n";

TEST_F(Privilege, ChangesAreRefusedWithTheMissingCapabilityNamed) {
  const auto before = host_state();
  for (const Argv& command :
       {Argv{"add", "tap0"}, Argv{"bridge", "virbr0", "eth0"}, Argv{"nf", "off", "--all"}}) {
    const Result result = tapctl_as_nobody(command);
    EXPECT_EQ(result.status, 1) << command.front();
    EXPECT_EQ(result.out, "") << command.front();
    EXPECT_EQ(result.err, no_capability) << command.front();
  }
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(Privilege, AnOwnerMayDeleteADeviceOfTheirOwn) {
  ASSERT_EQ(replace_clone_device(0666), "");
  ip_batch(
      "tuntap add tap0 mode tap user 65534\ntuntap add tap1 mode tap user 65534\n"
      "tuntap add tap2 mode tap user 65534\ntuntap add tap3 mode tap user 54321\n");
  const Result other = tapctl_as_nobody({"del", "tap1", "tap3"});
  EXPECT_EQ(other.status, 1);
  EXPECT_NE(other.err.find("device 'tap3': "), std::string::npos) << other.err;
  EXPECT_EQ(run({"ip", "link", "show", "tap1"}).status, 0) << "all or none";
  const Result deleted = tapctl_as_nobody({"del", "tap0", "tap1"});
  EXPECT_EQ(deleted.status, 0) << deleted.err;
  EXPECT_EQ(deleted.out, "tap0: deleted\ntap1: deleted\n");
  EXPECT_NE(run({"ip", "link", "show", "tap1"}).status, 0);
  EXPECT_EQ(tapctl_as_nobody({"tunctl", "-t", "tap2"}).out,
            "Set 'tap2' persistent and owned by uid 65534\n");
  EXPECT_EQ(tapctl_as_nobody({"tunctl", "-d", "tap2"}).out, "Set 'tap2' nonpersistent\n");
  EXPECT_NE(run({"ip", "link", "show", "tap2"}).status, 0);
  EXPECT_EQ(tapctl_as_nobody({"del", "tap3", "--force"}).status, 1);
  EXPECT_EQ(run({"ip", "link", "show", "tap3"}).status, 0);
}

TEST_F(Privilege, WhoMayNotOpenTheCloneDeviceIsToldToBecomeRoot) {
  ASSERT_EQ(replace_clone_device(0600), "");
  ip_batch("tuntap add tap0 mode tap\n");
  const Result result = tapctl_as_nobody({"del", "tap0"});
  EXPECT_NE(result.err.find("Permission denied\nhint: run it as root, such as with sudo; "),
            std::string::npos)
      << result.err;
}

TEST_F(Privilege, LookingAndPlanningNeedNone) {
  for (const Argv& command :
       {Argv{"list"}, Argv{"status"}, Argv{"status", "--json"}, Argv{"nf", "show"}, Argv{"--help"},
        Argv{"--version"}, Argv{"bridge", "virbr0", "eth0", "--dry-run"},
        Argv{"add", "tap0", "--dry-run"}}) {
    const Result result = tapctl_as_nobody(command);
    EXPECT_EQ(result.status, 0) << command.front() << ": " << result.err;
    EXPECT_NE(result.out, "") << command.front();
    if (command.back() == "--json")
      expect_valid_json(result.out);
  }
}

TEST_F(Privilege, SaysOnceThatSomeProcessesMayNotBeLookedInto) {
  ip_batch("tuntap add tap0 mode tap\ntuntap add tap1 mode tap\n");
  const TapHolder one("tap0");
  const TapHolder other("tap1");
  ASSERT_TRUE(one.attached() && other.attached());
  for (const Argv& command : {Argv{"list", "--holders"}, Argv{"status"}}) {
    const Result result = tapctl_as_nobody(command);
    EXPECT_EQ(result.status, 0);
    const size_t said = result.err.find(" processes of others could not be looked into");
    EXPECT_NE(said, std::string::npos) << result.err;
    EXPECT_EQ(result.err.find("could not", said + 40), std::string::npos) << result.err;
    EXPECT_EQ(tapctl(command).err, "") << "root sees all";
  }
  EXPECT_NE(tapctl_as_nobody({"-j", "status"}).out.find("\"unseen_processes\": "),
            std::string::npos);
  EXPECT_EQ(tapctl_json({"status"})["unseen_processes"], 0);
}

TEST_F(Privilege, BridgesInAUserNamespaceOfOnesOwn) {
  ASSERT_EQ(tapctl_as_nobody({"--version"}).status, 0);
  const Result result =
      run({"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "unshare", "--user",
           "--map-root-user", "--net", "--mount", "sh", "-e"},
          R"(
mount -t tmpfs tmpfs /mnt
cp /run/tapctl-test-binary /mnt/tapctl
mount -t tmpfs tmpfs /run
ip link add eth0 type veth peer name other0
ip link set eth0 up
ip addr add 172.16.1.2/16 dev eth0
/mnt/tapctl bridge virbr0 eth0
ip -br addr show dev virbr0
/mnt/tapctl unbridge virbr0
ip -br addr show dev eth0
)");
  if (result.err.find("unshare failed") != std::string::npos)
    TAPCTL_CANNOT_RUN(result.err);
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.out.find("172.16.1.2/16"), std::string::npos) << result.out;
}

}  // namespace
}  // namespace tapctl::test

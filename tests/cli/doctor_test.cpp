// SPDX-License-Identifier: MIT
// `doctor` on hosts that have the trouble: it finds it, and what it says to do mends it.
#include "support/cli_test.hpp"
#include "support/host_state.hpp"
#include "support/json_schema.hpp"
#include "support/rich_host.hpp"
#include "support/tap_holder.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

namespace tapctl::test {
namespace {

using nlohmann::json;

/// The host of the tutorial, with a bridge of tapctl's: eth0 and tap0 in virbr0.
class DoctorOnAHost : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (IsSkipped())
      return;
    if (::geteuid() != 0)
      TAPCTL_CANNOT_RUN("needs root, for a clone device and other programs' files");
    ASSERT_EQ(replace_clone_device(0666), "");
    build_plain_host();
    ASSERT_EQ(tapctl({"add", "tap0", "--user", "54321"}).status, 0);
    ASSERT_EQ(tapctl({"bridge", "virbr0", "eth0", "tap0", "--check", "none"}).status, 0);
  }
  void TearDown() override {
    while (::umount2("/etc", MNT_DETACH) == 0) {
    }
  }
};

/// The findings, after the exit status was found to go with them.
json findings(const Argv& arguments = {}) {
  Argv argv{"--json", "doctor"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  const Result result = tapctl(argv);
  EXPECT_EQ(result.err, "");
  const json document = valid_json(result.out);
  EXPECT_EQ(result.status, document.value("problems", -1) > 0 ? 4 : 0) << result.out;
  return document.value("findings", json::array());
}

/// The finding of that kind, or null.
json finding(const std::string& id, const Argv& arguments = {}) {
  for (const json& one : findings(arguments)) {
    if (one["id"] == id)
      return one;
  }
  return nullptr;
}

std::set<std::string> ids() {
  std::set<std::string> all;
  for (const json& one : findings())
    all.insert(one["id"]);
  return all;
}

/// Runs the remedy as a user would who pastes it.
void apply(const json& found) {
  std::string script =
      "PATH=" + std::filesystem::path(tapctl_path()).parent_path().string() + ":$PATH\n";
  for (const json& line : found["remedy"])
    script += line.get<std::string>() + "\n";
  const Result result = run({"sh", "-e"}, script);
  EXPECT_EQ(result.status, 0) << script << result.err;
}

void expect_mended(const std::string& id) {
  const json found = finding(id);
  ASSERT_FALSE(found.is_null()) << id;
  apply(found);
  EXPECT_TRUE(finding(id).is_null()) << finding(id);
}

void write_new(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text;
}

/// A process of that name, with nothing to do.
Child named(const char* command) {
  return Child([command](const std::function<void()>& ready) {
    ::prctl(PR_SET_NAME, command);
    ready();
    return ::pause();
  });
}

/// A process of that name with a packet socket on `link`, as DHCP clients have.
Child listener(const char* command, const char* link) {
  return Child([=](const std::function<void()>& ready) {
    ::prctl(PR_SET_NAME, command);
    const int fd = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_IP);
    address.sll_ifindex = static_cast<int>(::if_nametoindex(link));
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      return 1;
    ready();
    return ::pause();
  });
}

int index_of(const char* link) {
  return static_cast<int>(::if_nametoindex(link));
}

TEST_F(DoctorOnAHost, FindsNothingWrongWithABridgeOfTapctls) {
  EXPECT_EQ(ids(), std::set<std::string>{"no-multicast-querier"});
  expect_mended("no-multicast-querier");
  EXPECT_NE(tapctl_ok({"doctor"}).find("nothing found: 18 checks on 5 links\n"), std::string::npos)
      << tapctl_ok({"doctor"});
}

TEST_F(DoctorOnAHost, PrintsWhatWasSeenAndWhatToDo) {
  ip_batch("link set tap0 mtu 1400\n");
  EXPECT_EQ(
      tapctl_ok({"doctor", "tap0"}),
      "warning mtu-mismatch 'tap0'\n"
      "  has mtu 1400, its bridge 'virbr0' has 1500: frames above the smaller one are dropped "
      "without a word\n"
      "    tapctl set tap0 --mtu 1500\n\n"
      "0 problems, 1 warning, 0 info: 18 checks on 1 link\n");
}

TEST_F(DoctorOnAHost, ForwardDropOfNftablesIsFoundAndMended) {
  must_run({"nft", "-f", "-"},
           "table inet f { chain FORWARD { type filter hook forward priority 0; "
           "policy drop; }; }");
  const json found = finding("forward-drop");
  ASSERT_FALSE(found.is_null());
  EXPECT_EQ(found["severity"], "problem");
  EXPECT_EQ(found["ifname"], "virbr0");
  expect_mended("forward-drop");
}

TEST_F(DoctorOnAHost, ForwardDropIsLessOnceARuleAcceptsTheBridge) {
  must_run({"nft", "-f", "-"},
           "table ip f { chain FORWARD { type filter hook forward priority 0; "
           "policy drop; }; }");
  const std::string comment = finding("forward-drop")["remedy"][1];
  must_run({"sh", "-c", comment.substr(comment.find("nft "))});
  EXPECT_EQ(finding("forward-drop")["severity"], "info");
}

TEST_F(DoctorOnAHost, ALastRuleThatRejectsCountsAsADropPolicy) {
  must_run({"nft", "-f", "-"},
           "table inet f { chain FORWARD { type filter hook forward priority 0; "
           "policy accept; ct state established accept; reject; }; }");
  EXPECT_EQ(finding("forward-drop")["severity"], "problem");
  must_run({"nft", "add rule inet f FORWARD ip daddr 10.0.0.1 drop"});
  EXPECT_TRUE(finding("forward-drop").is_null());
}

TEST_F(DoctorOnAHost, ADropPolicyElsewhereIsNone) {
  must_run({"nft", "-f", "-"},
           "table inet f { chain INPUT { type filter hook input priority 0; policy drop; }\n"
           "chain FORWARD { type filter hook forward priority 0; policy accept; }; }");
  EXPECT_TRUE(finding("forward-drop").is_null());
}

TEST_F(DoctorOnAHost, ForwardDropOfBothIptablesIsFoundAndMended) {
  for (const char* program : {"iptables-nft", "iptables-legacy", "ip6tables-legacy"}) {
    must_run({program, "-P", "FORWARD", "DROP"});
    const json found = finding("forward-drop");
    ASSERT_FALSE(found.is_null()) << program;
    EXPECT_EQ(found["severity"], "problem") << program;
    must_run({program, "-A", "FORWARD", "-i", "virbr0", "-j", "ACCEPT"});
    EXPECT_EQ(finding("forward-drop")["severity"], "info") << program;
    must_run({program, "-F", "FORWARD"});
    must_run({program, "-P", "FORWARD", "ACCEPT"});
    EXPECT_TRUE(finding("forward-drop").is_null()) << program;
  }
  must_run({"iptables-legacy", "-P", "FORWARD", "DROP"});
  expect_mended("forward-drop");
}

TEST_F(DoctorOnAHost, SaysDockersWayWhereDockerIs) {
  must_run({"iptables-nft", "-N", "DOCKER-USER"});
  must_run({"iptables-nft", "-A", "FORWARD", "-j", "DOCKER-USER"});
  must_run({"iptables-nft", "-P", "FORWARD", "DROP"});
  EXPECT_NE(finding("forward-drop").dump().find("iptables -I DOCKER-USER -i virbr0"),
            std::string::npos);
}

TEST_F(DoctorOnAHost, AnAddressLeftOnAPortIsMoved) {
  ip_batch("addr add 172.16.1.77/16 dev eth0\n");
  EXPECT_EQ(finding("address-on-port")["ifname"], "eth0");
  expect_mended("address-on-port");
  EXPECT_NE(must_run({"ip", "addr", "show", "dev", "virbr0"}).find("172.16.1.77/16"),
            std::string::npos);
}

TEST_F(DoctorOnAHost, StpIsTurnedOff) {
  ip_batch("link set dev virbr0 type bridge stp_state 1\n");
  json found = finding("stp-delay");
  ASSERT_EQ(found["severity"], "warning");
  EXPECT_EQ(found["evidence"],
            "stp_state is 1 and forward_delay 15 s: a new port carries nothing for 30 s");
  apply(found);
  EXPECT_TRUE(finding("stp-delay").is_null());
}

TEST_F(DoctorOnAHost, MtusAreMadeOne) {
  ip_batch("link set tap0 mtu 1400\n");
  expect_mended("mtu-mismatch");
}

TEST_F(DoctorOnAHost, ADeviceGetsAnOwner) {
  ip_batch("tuntap add tap9 mode tap\n");
  EXPECT_EQ(finding("tap-without-owner")["ifname"], "tap9");
  expect_mended("tap-without-owner");
}

TEST_F(DoctorOnAHost, AMacThatFollowsThePortsIsFixed) {
  ip_batch(
      "link add br1 type bridge\nlink add p0 type veth peer name p1\n"
      "link set p0 master br1\naddr add 10.9.0.1/24 dev br1\n");
  ASSERT_EQ(tapctl({"nf", "off", "br1"}).status, 0) << "which it remembers, and is no move";
  EXPECT_EQ(finding("bridge-mac-not-fixed")["ifname"], "br1");
  expect_mended("bridge-mac-not-fixed");
}

TEST_F(DoctorOnAHost, GuestsWithoutUplinkNeedForwarding) {
  write_file("/proc/sys/net/ipv4/ip_forward", "0");
  ip_batch("tuntap add tap9 mode tap user 54321\n");
  ASSERT_EQ(tapctl({"bridge", "br1", "tap9", "--address", "10.9.0.1/24"}).status, 0);
  const json found = finding("ip-forward-off");
  ASSERT_EQ(found["ifname"], "br1");
  must_run({"sh", "-c", found["remedy"][0]});
  EXPECT_TRUE(finding("ip-forward-off").is_null());
}

TEST_F(DoctorOnAHost, ADhcpClientOnAPortIsFoundAndEnded) {
  const Child client = listener("dhclient", "eth0");
  ASSERT_TRUE(client.became_ready());
  const json found = finding("dhcp-client-on-port");
  ASSERT_EQ(found["severity"], "problem");
  EXPECT_EQ(found["ifname"], "eth0");
  ASSERT_EQ(found["remedy"],
            (json{"kill -KILL " + std::to_string(client.pid()), "dhclient virbr0"}));
  must_run({"sh", "-c", found["remedy"][0]});
  EXPECT_TRUE(
      wait_until([] { return finding("dhcp-client-on-port").is_null(); }, std::chrono::seconds(5)));
}

TEST_F(DoctorOnAHost, AChangeThatWaitsIsFoundAndConfirmed) {
  ASSERT_EQ(tapctl({"unbridge", "virbr0", "--check", "none", "--confirm", "60s"}).status, 0);
  const json found = finding("change-not-over");
  ASSERT_EQ(found["severity"], "warning");
  must_run({"sh", "-c",
            "PATH=" + std::filesystem::path(tapctl_path()).parent_path().string() + ":$PATH; " +
                found["remedy"][1].get<std::string>()});
  EXPECT_TRUE(finding("change-not-over").is_null());
}

TEST_F(DoctorOnAHost, AMoveNamesTheDhcpClientThatItLeavesBehind) {
  const Child on_bridge = listener("udhcpc", "virbr0");
  ASSERT_TRUE(on_bridge.became_ready());
  const Result unbridge = tapctl({"unbridge", "virbr0", "--check", "none"});
  EXPECT_NE(unbridge.err.find("hint: process " + std::to_string(on_bridge.pid()) +
                              " (udhcpc) renews the lease of 'virbr0', whose addresses go to "
                              "'eth0': kill -KILL " +
                              std::to_string(on_bridge.pid()) + "; udhcpc -b -i eth0\n"),
            std::string::npos)
      << unbridge.err;
  const Child client = listener("dhclient", "eth0");
  const Child sniffer = listener("tcpdump", "eth0");
  ASSERT_TRUE(client.became_ready() && sniffer.became_ready());
  const Result bridge = tapctl({"bridge", "virbr0", "eth0", "--check", "none"});
  EXPECT_EQ(bridge.status, 0);
  EXPECT_NE(bridge.err.find("(dhclient) renews the lease of 'eth0'"), std::string::npos)
      << bridge.err;
  EXPECT_EQ(bridge.err.find("tcpdump"), std::string::npos) << bridge.err;
}

TEST_F(DoctorOnAHost, WhoElseListensOnAPortIsNoDhcpClient) {
  const Child sniffer = listener("tcpdump", "eth0");
  const Child on_bridge = listener("dhclient", "virbr0");
  ASSERT_TRUE(sniffer.became_ready() && on_bridge.became_ready());
  EXPECT_TRUE(finding("dhcp-client-on-port").is_null());
}

TEST_F(DoctorOnAHost, AMacvlanOnTheUplinkIsFoundAndDeleted) {
  ASSERT_EQ(tapctl({"unbridge", "virbr0", "--check", "none"}).status, 0);
  ip_batch("link add macv0 link eth0 type macvlan mode bridge\n");
  EXPECT_EQ(finding("macvlan-uplink")["severity"], "problem");
  expect_mended("macvlan-uplink");
}

/// What a manager left in /run, and what of the remedy does not need it.
void expect_unmanaged_by(const std::string& id, const std::string& file, const std::string& text) {
  const json found = finding(id);
  ASSERT_EQ(found["severity"], "warning") << id;
  EXPECT_EQ(found["ifname"], "eth0");
  for (const json& line : found["remedy"]) {
    const std::string command = line;
    if (command.starts_with("mkdir") || command.starts_with("printf"))
      must_run({"sh", "-c", command});
  }
  EXPECT_EQ(read_file(file), text);
}

TEST_F(DoctorOnAHost, NetworkManagerIsSeenWhereItRuns) {
  write_new("/run/NetworkManager/devices/" + std::to_string(index_of("eth0")),
            "[device]\nmanaged=true\n");
  EXPECT_TRUE(finding("networkmanager").is_null()) << "it does not run";
  const Child manager = named("NetworkManager");
  expect_unmanaged_by("networkmanager", "/run/NetworkManager/conf.d/90-tapctl-eth0.conf",
                      "[keyfile]\nunmanaged-devices+=interface-name:eth0;interface-name:virbr0\n");
  write_new("/run/NetworkManager/devices/" + std::to_string(index_of("eth0")),
            "[device]\nmanaged=false\n");
  EXPECT_TRUE(finding("networkmanager").is_null());
}

TEST_F(DoctorOnAHost, NetworkdIsSeenWhereItRuns) {
  const std::string path = "/run/systemd/netif/links/" + std::to_string(index_of("eth0"));
  write_new(path, "ADMIN_STATE=configured\nNETWORK_FILE=/etc/systemd/network/10-eth.network\n");
  const Child manager = named("systemd-networkd");
  EXPECT_NE(finding("networkd")["evidence"].dump().find("/etc/systemd/network/10-eth.network"),
            std::string::npos);
  expect_unmanaged_by("networkd", "/run/systemd/network/00-tapctl-eth0.network",
                      "[Match]\nName=eth0 virbr0\n\n[Link]\nUnmanaged=yes\n");
  write_new(path, "ADMIN_STATE=unmanaged\n");
  EXPECT_TRUE(finding("networkd").is_null());
}

TEST_F(DoctorOnAHost, NetplanAndIfupdownAreSeenByTheirFiles) {
  ASSERT_EQ(::mount("tmpfs", "/etc", "tmpfs", 0, "mode=0755"), 0);
  write_new("/etc/netplan/50-cloud-init.yaml", "network:\n  ethernets:\n    eth0:\n");
  write_new("/etc/network/interfaces", "iface lo inet loopback\niface eth0 inet dhcp\n");
  write_new("/run/systemd/netif/links/" + std::to_string(index_of("eth0")),
            "ADMIN_STATE=configured\n");
  const Child manager = named("systemd-networkd");
  EXPECT_EQ(finding("ifupdown")["severity"], "info");
  EXPECT_NE(finding("netplan")["evidence"].dump().find("/etc/netplan/50-cloud-init.yaml"),
            std::string::npos);
  EXPECT_TRUE(finding("networkd").is_null());
  write_new("/etc/network/interfaces", "iface eth0 inet manual\n");
  EXPECT_TRUE(finding("ifupdown").is_null());
}

TEST_F(DoctorOnAHost, SeesAMissingAndAClosedCloneDevice) {
  ASSERT_EQ(replace_clone_device(0600), "");
  expect_mended("clone-device-mode");
  ASSERT_EQ(replace_clone_device(0), "");
  EXPECT_EQ(finding("clone-device")["severity"], "problem");
  expect_mended("clone-device");
}

TEST_F(DoctorOnAHost, LooksInAnotherNamespace) {
  add_netns("other");
  must_run({"ip", "-n", "other", "tuntap", "add", "tap7", "mode", "tap"});
  const json found = finding("tap-without-owner", {"--netns", "other"});
  EXPECT_EQ(found["ifname"], "tap7");
  EXPECT_EQ(found["remedy"][0], "# in that namespace: ip netns exec other sh");
  EXPECT_TRUE(finding("tap-without-owner").is_null());
}

TEST_F(DoctorOnAHost, SaysToAnOrdinaryUserWhatItCouldNotLookAt) {
  const Result result = tapctl_as_nobody({"doctor"});
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_NE(result.out.find("info no-capability\n"), std::string::npos) << result.out;
  const std::string unseen = "not looked at: the packet filter's rules (needs CAP_NET_ADMIN)\n";
  const size_t place = result.out.find(unseen);
  ASSERT_NE(place, std::string::npos) << result.out;
  EXPECT_EQ(result.out.find(unseen, place + 1), std::string::npos);
}

TEST_F(DoctorOnAHost, ReadsOnly) {
  const json before = host_state();
  const std::string trace = "/run/trace";
  run({"strace", "-f", "-qq", "-s", "4096", "-o", trace, "-e",
       "trace=openat,open,creat,execve,execveat,fork,vfork,clone,clone3,sendmsg,sendto,init_module,"
       "finit_module,mkdir,unlink,rename,mount,setsockopt",
       tapctl_path(), "doctor"});
  EXPECT_EQ(difference(before, host_state()), "");
  std::ifstream file(trace);
  size_t programs = 0;
  size_t requests = 0;
  for (std::string line; std::getline(file, line);) {
    programs += line.find(" execve(") != std::string::npos ? 1 : 0;
    requests += line.find("NLM_F_REQUEST") != std::string::npos ? 1 : 0;
    if (line.find("/dev/net/tun") != std::string::npos)
      continue;
    for (const char* word :
         {"O_WRONLY", "O_RDWR", "O_CREAT", "RTM_NEW", "RTM_DEL", "RTM_SET", "NFT_MSG_NEW",
          "NFT_MSG_DEL", "clone", "fork", "module(", "mkdir(", "unlink(", "mount("})
      EXPECT_EQ(line.find(word), std::string::npos) << line;
  }
  EXPECT_EQ(programs, 1U);
  EXPECT_GT(requests, 5U);
}

TEST_F(DoctorOnAHost, EscapesNamesAndStaysUtf8) {
  must_run({"ip", "tuntap", "add", "t\x1b[31m\xff", "mode", "tap"});
  const Result text = tapctl({"doctor"});
  EXPECT_EQ(text.out.find('\x1b'), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("warning tap-without-owner 't\\x1b[31m\\xff'\n"), std::string::npos)
      << text.out;
  EXPECT_FALSE(finding("tap-without-owner").is_null());
}

TEST_F(DoctorOnAHost, RefusesALinkThatIsNotThere) {
  expect_refused({"doctor", "tap1"}, 1,
                 "tapctl: link 'tap1': No such device\nhint: did you mean 'tap0'?\n");
}

}  // namespace
}  // namespace tapctl::test

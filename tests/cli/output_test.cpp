// SPDX-License-Identifier: MIT
// What the binary prints when it works: result on stdout, operations of -v on stderr.
#include "support/cli_test.hpp"
#include "support/host_state.hpp"
#include "support/rich_host.hpp"

#include <unistd.h>

namespace tapctl::test {
namespace {

using Output = NetnsTest;

bool exists(const std::string& name) {
  return host_state()["links"].contains(name);
}

TEST_F(Output, OfAddSaysWhatWasMadeAndThenThatNothingChanged) {
  EXPECT_EQ(tapctl_ok({"add", "tap0", "--user", "54321"}), "tap0: created (tap, owner 54321)\n");
  EXPECT_EQ(tapctl_ok({"add", "tap0", "--user", "54321"}), "tap0: unchanged\n");
  EXPECT_EQ(tapctl_ok({"add", "tap0", "--mtu", "1400"}), "tap0: mtu 1500 -> 1400\n");
}

TEST_F(Output, TellsMacsFromIpAddresses) {
  EXPECT_EQ(tapctl_ok({"add", "tap0", "--user", "54321", "--mac", "52:54:00:00:00:01", "-a",
                       "10.0.0.1/24"}),
            "tap0: created (tap, owner 54321, MAC 52:54:00:00:00:01, address 10.0.0.1/24)\n");
  EXPECT_EQ(tapctl_ok({"set", "tap0", "--mac", "52:54:00:00:00:02", "-a", "10.0.0.2/24", "-a",
                       "fd00::2/64"}),
            "tap0: MAC 52:54:00:00:00:01 -> 52:54:00:00:00:02\n"
            "tap0: address 10.0.0.2/24 added\n"
            "tap0: address fd00::2/64 added\n");
  EXPECT_EQ(tapctl_json({"set", "tap0", "--mac", "52:54:00:00:00:03"})["changes"][0]["attribute"],
            "address");
}

TEST_F(Output, SaysWhichAddressesABridgeGetsAndLoses) {
  build_plain_host();
  ip_batch("tuntap add tap0 mode tap user 54321\n");
  const std::string gone = "br0: address 10.9.0.1/24 ";
  EXPECT_NE(tapctl({"bridge", "br0", "eth0", "-a", "10.9.0.1/24"}).out.find(gone + "added\n"),
            std::string::npos);
  EXPECT_NE(tapctl_ok({"unbridge", "br0"}).find(gone + "removed\n"), std::string::npos);
}

TEST_F(Output, OfATemplateNamesWhatWasObtained) {
  EXPECT_EQ(tapctl_ok({"--quiet", "add", "tap%d", "--count", "2"}), "tap0\ntap1\n");
  EXPECT_EQ(tapctl_ok({"add", "tap%d", "--user", "54321"}), "tap2: created (tap, owner 54321)\n");
}

TEST_F(Output, IsEmptyWithQuiet) {
  EXPECT_EQ(tapctl_ok({"--quiet", "add", "tap0"}), "");
  EXPECT_EQ(tapctl_ok({"del", "tap0", "-q"}), "");
  EXPECT_FALSE(exists("tap0"));
}

TEST_F(Output, WithVerboseHasEveryOperationOnStderr) {
  ip_batch("tuntap add tap0 mode tap user 54321\n");
  const Result result = tapctl({"set", "tap0", "--mtu", "1400", "-v"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "tap0: mtu 1500 -> 1400\n");
  EXPECT_EQ(result.err, "ip link set dev tap0 mtu 1400\n");
}

TEST_F(Output, OfADryRunSaysThatNothingOfItCanBeRun) {
  ip_batch(
      "tuntap add tun0 mode tun user 54321\n"
      "tuntap add tap0 mode tap user 54321\n");
  const std::string heading = "# a dry run: nothing was changed; what would be:\n";
  EXPECT_EQ(tapctl_ok({"--dry-run", "set", "tun0", "--user", "54322"}),
            heading +
                "# tun0: owner 54321 -> 54322\n"
                "# device 'tun0': attach for a moment to set owner 54322, pi off, vnet_hdr off\n"
                "# nothing to run: no command does this but tapctl\n");
  EXPECT_EQ(tapctl_ok({"--dry-run", "set", "tap0", "--user", "54322"}),
            heading + "# tap0: owner 54321 -> 54322\ntunctl -t tap0 -u 54322\n");
}

TEST_F(Output, OfADryRunSaysWhyTheMtuIsSetTwice) {
  build_plain_host();
  EXPECT_NE(tapctl({"--dry-run", "bridge", "virbr0", "eth0"})
                .out.find("\n# the MTU is set twice, so that it stays when ports come and go\n"
                          "ip link add dev virbr0 "),
            std::string::npos);
}

TEST_F(Output, GlobalOptionsStandBeforeAndAfterTheCommand) {
  ip_batch("tuntap add tap0 mode tap user 54321\n");
  EXPECT_EQ(tapctl_ok({"--dry-run", "set", "tap0", "--mtu", "1400"}),
            tapctl_ok({"set", "tap0", "--mtu", "1400", "--dry-run"}));
}

TEST_F(Output, OfLogIsTheLineAsAShellTakesIt) {
  ASSERT_EQ(tapctl({"add", "tap0", "tap1", "--alias", "\xff\xfe a\\b"}).status, 0);
  const std::string line = R"(tapctl add tap0 tap1 --alias $'\xff\xfe a\\b')";
  EXPECT_TRUE(tapctl_ok({"log"}).ends_with("  " + line + " (rollback takes it back)\n"))
      << tapctl_ok({"log"});
  EXPECT_EQ(tapctl_json({"log"})["transactions"][0]["command"], line);
}

TEST_F(Output, OfLogMarksWhatRollbackTakesBack) {
  tapctl_ok({"add", "tap0"});
  tapctl_ok({"add", "tap1"});
  nlohmann::json log = tapctl_json({"log"})["transactions"];
  EXPECT_FALSE(log[0].contains("is_last"));
  EXPECT_EQ(log[1]["is_last"], true);
  tapctl_ok({"del", "tap0"});
  EXPECT_EQ(tapctl_ok({"log"}).find("takes it back"), std::string::npos);
}

TEST_F(Output, OfDelIfExistsIsUnchanged) {
  EXPECT_EQ(tapctl_ok({"del", "nosuch", "--if-exists"}), "unchanged\n");
}

TEST_F(Output, GoesToAnotherNamespaceByNamePathAndProcess) {
  add_netns("other");
  EXPECT_EQ(tapctl({"--netns", "other", "add", "tap0"}).status, 0);
  EXPECT_EQ(tapctl({"--netns", "/run/netns/other", "add", "tap1"}).status, 0);
  {
    const InNetns inside("other");
    const Child sleeper([](const std::function<void()>& ready) {
      ready();
      return ::pause();
    });
    const std::string pid = std::to_string(sleeper.pid());
    EXPECT_EQ(tapctl({"add", "tap2", "-n", pid}).status, 0);
    for (const char* name : {"tap0", "tap1", "tap2"})
      EXPECT_TRUE(exists(name)) << name;
  }
  for (const char* name : {"tap0", "tap1", "tap2"})
    EXPECT_FALSE(exists(name)) << name;
}

TEST_F(Output, ThatCannotBeWrittenIsAnError) {
  build_plain_host();
  ip_batch("link add br0 type bridge\n");
  for (const char* command :
       {"list", "status", "doctor", "nf show", "add tap0", "--help", "--version"}) {
    const Result result = run({"sh", "-c", "exec \"$0\" $1 >/dev/full", tapctl_path(), command});
    // 1 would mean that nothing was changed.
    EXPECT_EQ(result.status, std::string_view(command) == "add tap0" ? 3 : 1) << command;
    EXPECT_NE(result.err.find("No space left on device"), std::string::npos)
        << command << ": " << result.err;
  }
  EXPECT_NE(run({"sh", "-c", "exec \"$0\" list >&-", tapctl_path()}).status, 0);
}

TEST_F(Output, OfHelpAndVersionNeedsNothing) {
  EXPECT_EQ(tapctl_ok({"--version"}).rfind("tapctl ", 0), 0U);
  for (const char* command :
       {"add", "set", "del", "list", "bridge", "unbridge", "port", "nf", "apply", "diff", "down",
        "save", "confirm", "rollback", "recover", "log", "status", "monitor", "doctor"}) {
    const std::string help = tapctl_ok({command, "--help"});
    EXPECT_EQ(help.find("\n\n\n"), std::string::npos) << help;
    EXPECT_NE(help.substr(help.size() - 2), "\n\n") << help;
    EXPECT_NE(help.find(command), std::string::npos) << help;
    EXPECT_NE(help.find("--"), std::string::npos) << help;
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(line.size(), 80U) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
  }
}

TEST_F(Output, OfTheHelpOfSetHasNoDefaultsOfNewDevices) {
  const std::string add = tapctl_ok({"add", "--help"});
  const std::string set = tapctl_ok({"set", "--help"});
  for (const char* text : {"tun for tun*", "default: you"}) {
    EXPECT_NE(add.find(text), std::string::npos) << add;
    EXPECT_EQ(set.find(text), std::string::npos) << set;
  }
  EXPECT_NE(set.find("take it down"), std::string::npos) << set;
  EXPECT_EQ(set.find("leave it down"), std::string::npos) << set;
}

}  // namespace
}  // namespace tapctl::test

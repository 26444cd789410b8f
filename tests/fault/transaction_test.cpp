// SPDX-License-Identifier: MIT
// Transactions as a user meets them: confirm, rollback, deadlines, checks, and what refuses what.
#include "support/cli_test.hpp"
#include "support/host_state.hpp"
#include "support/rich_host.hpp"

#include <signal.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

namespace tapctl::test {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

class TransactionTest : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (!IsSkipped() && !HasFatalFailure())
      build_plain_host();
  }
};

using Transactions = TransactionTest;

const Argv bridge{"bridge", "virbr0", "eth0"};

Argv with(Argv command, const Argv& more) {
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

/// Makes the bridge with --confirm, and returns the transaction's ID.
std::string bridge_until_confirmed(const std::string& time) {
  const json document = tapctl_json(with(bridge, {"--confirm", time}));
  EXPECT_EQ(document["outcome"], "committed");
  return document["transaction"];
}

bool becomes(const json& wanted, std::chrono::milliseconds limit) {
  return wait_until(
      [&] {
        try {
          return difference(wanted, host_state()).empty();
        } catch (const std::exception&) {  // a link went away while it was looked at
          return false;
        }
      },
      limit);
}

TEST_F(Transactions, NotConfirmedInTimeIsRolledBack) {
  const json before = host_state();
  bridge_until_confirmed("600ms");
  EXPECT_TRUE(becomes(before, 5s)) << difference(before, host_state());
  EXPECT_EQ(tapctl_json({"log"})["transactions"][0]["outcome"], "rolled_back");
  EXPECT_EQ(tapctl_json({"log"})["transactions"][0]["reason"], "it was not confirmed in time");
}

TEST_F(Transactions, ConfirmedStays) {
  const std::string id = bridge_until_confirmed("700ms");
  EXPECT_EQ(tapctl_ok({"confirm", id}), "transaction " + id + ": kept\n");
  const json after = host_state();
  std::this_thread::sleep_for(1s);
  EXPECT_EQ(difference(after, host_state()), "");
  EXPECT_EQ(tapctl({"confirm"}).status, 1);
}

TEST_F(Transactions, ConfirmNeedsTheRightId) {
  const json before = host_state();
  bridge_until_confirmed("20s");
  EXPECT_EQ(tapctl({"confirm", "000000"}).status, 1);
  EXPECT_EQ(tapctl({"confirm", "../../x"}).status, 2);
  tapctl_ok({"rollback"});
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(Transactions, OtherChangesAreRefusedWhileOneWaits) {
  const std::string id = bridge_until_confirmed("20s");
  const Result result = tapctl({"add", "tap0"});
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("transaction " + id + " waits to be confirmed for "), std::string::npos)
      << result.err;
  EXPECT_NE(result.err.find("hint: tapctl confirm " + id), std::string::npos) << result.err;
  EXPECT_NE(tapctl_ok({"status"}).find("transaction " + id + " waits to be confirmed, "),
            std::string::npos);
  tapctl_ok({"confirm", id});
  tapctl_ok({"add", "tap0"});
}

TEST_F(Transactions, RollbackOfOneThatWaits) {
  const json before = host_state();
  const std::string id = bridge_until_confirmed("20s");
  EXPECT_EQ(
      tapctl_ok({"rollback", id}),
      "transaction " + id + ": rolled back: tapctl --json bridge virbr0 eth0 --confirm 20s\n");
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(Transactions, RollbackOfTheLastOne) {
  const json before = host_state();
  tapctl(bridge);
  tapctl_ok({"rollback"});
  EXPECT_EQ(difference(before, host_state()), "");
  EXPECT_EQ(tapctl({"rollback"}).err,
            "tapctl: there is nothing to roll back\n"
            "hint: only the last change can be taken back\n");
}

TEST_F(Transactions, ExpiredChangeLeavesTheRollbackOfTheOneBefore) {
  const json before = host_state();
  tapctl_ok({"add", "tap0"});
  const json added = host_state();
  bridge_until_confirmed("300ms");
  ASSERT_TRUE(becomes(added, 5s)) << difference(added, host_state());
  tapctl_ok({"rollback"});
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(Transactions, RollbackSaysWhatHasChangedSince) {
  tapctl(bridge);
  ip_batch("addr add 10.7.0.1/24 dev virbr0\n");
  const json before = host_state();
  const Result result = tapctl({"rollback"});
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("the state is not as it left it: address 10.7.0.1/24 on 'virbr0': new"),
            std::string::npos)
      << result.err;
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(Transactions, DryRunOfRollbackRefusesWhatRollbackRefuses) {
  EXPECT_EQ(tapctl({"rollback", "--dry-run"}).status, 1);
  tapctl(bridge);
  EXPECT_NE(tapctl_ok({"rollback", "--dry-run"}).find(": would be rolled back: tapctl bridge"),
            std::string::npos);
  EXPECT_NE(tapctl({"rollback", "ffffff", "--dry-run"}).err.find("is not the last one"),
            std::string::npos);
  ip_batch("addr add 10.7.0.1/24 dev virbr0\n");
  EXPECT_NE(tapctl({"rollback", "--dry-run"}).err.find("the state is not as it left it"),
            std::string::npos);
}

TEST_F(Transactions, UnbridgeDeletesTheBridgeOnlyWhenConfirmed) {
  const json before = host_state();
  tapctl(bridge);
  const json bridged = host_state();
  tapctl({"unbridge", "virbr0", "--confirm", "500ms"});
  EXPECT_TRUE(becomes(bridged, 5s)) << difference(bridged, host_state());
  tapctl({"unbridge", "virbr0", "--confirm", "20s"});
  tapctl_ok({"confirm"});
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(Transactions, UnbridgeSaysThatTheBridgeIsYetToBeDeleted) {
  tapctl(bridge);
  const Result result = tapctl({"unbridge", "virbr0", "--confirm", "20s"});
  EXPECT_NE(result.out.find("virbr0: to be deleted when it is confirmed\n"), std::string::npos)
      << result.out;
  tapctl_ok({"confirm"});
  EXPECT_NE(run({"ip", "link", "show", "virbr0"}).status, 0);
}

TEST_F(Transactions, UnchangedLeavesNothingToConfirm) {
  tapctl(bridge);
  const Result result = tapctl(with(bridge, {"--confirm", "20s"}));
  EXPECT_NE(result.err.find("nothing waits to be confirmed"), std::string::npos) << result.err;
  const Result late = tapctl({"confirm"});
  EXPECT_EQ(late.status, 1);
  EXPECT_NE(late.err.find(" is committed: tapctl bridge virbr0 eth0"), std::string::npos)
      << late.err;
}

/// Some call of `setup` fails in tapctl or its guardian.
Result with_fault(const std::string& fault, const Argv& command) {
  Argv argv{"strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=" + fault, tapctl_path()};
  argv.insert(argv.end(), command.begin(), command.end());
  return run(argv);
}

TEST_F(Transactions, GuardianThatCannotWatchIsAnErrorBeforeAnythingIsTouched) {
  const json before = host_state();
  for (const char* call :
       {"timerfd_create", "timerfd_settime", "inotify_init1", "inotify_add_watch", "pidfd_open"}) {
    SCOPED_TRACE(call);
    const Result result =
        with_fault(std::string(call) + ":error=EMFILE", with(bridge, {"--confirm", "400ms"}));
    EXPECT_EQ(result.status, 1) << result.out;
    EXPECT_NE(result.err.find("guardian: "), std::string::npos) << result.err;
    EXPECT_EQ(difference(before, host_state()), "");
  }
}

TEST_F(Transactions, FewDescriptorsDoNotTakeTheDeadlineAway) {
  const json before = host_state();
  for (int files = 7; files <= 18; files++) {
    SCOPED_TRACE(files);
    run({"prlimit", "--nofile=" + std::to_string(files), "--", tapctl_path(), "bridge", "virbr0",
         "eth0", "--confirm", "100ms"});
    EXPECT_TRUE(becomes(before, 3s)) << difference(before, host_state());
    EXPECT_EQ(tapctl({"recover"}).status, 0);
  }
}

TEST_F(Transactions, DeadlineOutlivesItsFiles) {
  const json before = host_state();
  bridge_until_confirmed("700ms");
  must_run({"rm", "-r", "/run/tapctl"});
  const auto links_are_back = [&] {
    try {
      json now = host_state();
      now["memory"] = before["memory"];
      return difference(before, now).empty();
    } catch (const std::exception&) {
      return false;
    }
  };
  EXPECT_TRUE(wait_until(links_are_back, 5s)) << difference(before, host_state());
}

TEST_F(Transactions, RollbackThatTheGuardianHasToDoIsNoFailure) {
  const json before = host_state();
  tapctl(bridge);
  bool failed_in_the_middle = false;
  for (int n = 1; n <= 60 && !failed_in_the_middle; n++) {
    SCOPED_TRACE(n);
    const Result result =
        run({"strace", "-qq", "-o", "/dev/null", "-e",
             "inject=recvmsg:error=ENOMEM:when=" + std::to_string(n), tapctl_path(), "rollback"});
    if (difference(before, host_state()).empty()) {
      EXPECT_NE(result.status, 1) << result.err;
      failed_in_the_middle = true;
    }
  }
  EXPECT_TRUE(failed_in_the_middle);
}

TEST_F(Transactions, ConfirmAndRollbackNeedNoRoomForTheLock) {
  const json before = host_state();
  // Its output cannot be written either, which is status 3.
  const auto limited = [](const char* command) {
    return run({"prlimit", "--fsize=0", "--", tapctl_path(), command}).status;
  };
  bridge_until_confirmed("20s");
  EXPECT_NE(limited("rollback"), 1);
  EXPECT_EQ(difference(before, host_state()), "");
  bridge_until_confirmed("20s");
  EXPECT_NE(limited("confirm"), 1);
  EXPECT_NE(tapctl_ok({"log"}).rfind(" committed "), std::string::npos);
}

TEST_F(Transactions, RollbackAfterTheDeadlineOfADeadGuardianIsDone) {
  const json before = host_state();
  const std::string id = bridge_until_confirmed("3s");
  const pid_t guardian = guardian_pid();
  ASSERT_GT(guardian, 0);
  ASSERT_EQ(kill(guardian, SIGKILL), 0);
  std::this_thread::sleep_for(3100ms);
  const Result result = tapctl({"rollback"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.out.find("transaction " + id + ": rolled back"), std::string::npos);
  EXPECT_EQ(difference(before, host_state()), "");
}

TEST_F(Transactions, ConfirmDoesNotWaitForAGuardianThatStandsStill) {
  bridge_until_confirmed("60s");
  const pid_t guardian = guardian_pid();
  ASSERT_GT(guardian, 0);
  ASSERT_EQ(kill(guardian, SIGSTOP), 0);
  EXPECT_EQ(tapctl({"confirm"}).status, 0);
  ASSERT_EQ(kill(guardian, SIGCONT), 0);
  EXPECT_TRUE(wait_until([] { return guardian_pid() < 0; }, 5s));
  EXPECT_NE(tapctl_ok({"log"}).find("committed"), std::string::npos);
}

TEST_F(Transactions, GatewayThatNoLongerAnswersTakesItBack) {
  const json before = host_state();
  // Known to be reachable a moment ago, and silent from now on.
  ASSERT_EQ(run({"ping", "-c", "1", "-W", "2", "172.16.255.254"}).status, 0);
  {
    const InNetns lan("lan");
    write_file("/proc/sys/net/ipv4/conf/all/arp_ignore", "8");
  }
  const auto start = std::chrono::steady_clock::now();
  const Result result = tapctl(bridge);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 8s);
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("172.16.255.254 does not answer on 'virbr0'"), std::string::npos)
      << result.err;
  EXPECT_EQ(difference(before, host_state()), "");
  EXPECT_EQ(tapctl(with(bridge, {"--check", "none"})).status, 0);
}

TEST_F(Transactions, AddressThatHasToAnswer) {
  const json before = host_state();
  EXPECT_EQ(tapctl(with(bridge, {"--check", "172.16.77.77", "--timeout", "300ms"})).status, 1);
  EXPECT_EQ(difference(before, host_state()), "");
  EXPECT_NE(tapctl_ok({"log"}).find("(172.16.77.77 does not answer on 'virbr0')\n"),
            std::string::npos);
  EXPECT_EQ(tapctl(with(bridge, {"--check", "172.16.255.253"})).status, 0);
}

/// As behind a switch whose port does not forward yet. The kernel gives up asking after 3 s.
TEST_F(Transactions, AddressThatAnswersLate) {
  must_run({"sh", "-c",
            "(sleep 4; ip -n lan addr add 172.16.77.77/16 dev eth0) </dev/null >/dev/null 2>&1 &"});
  EXPECT_EQ(tapctl(with(bridge, {"--check", "172.16.77.77", "--timeout", "20s"})).status, 0);
}

TEST_F(Transactions, AddressThatNobodyCanAskIsRefused) {
  expect_refused(with(bridge, {"--check", "8.8.8.8"}), 1,
                 "tapctl: --check 8.8.8.8: is on no network of 'eth0'\n"
                 "hint: it is asked by ARP or neighbour discovery; --check gateway asks the "
                 "default gateways\n");
  ip_batch("tuntap add tap7 mode tap\n");
  const Result unmoved = tapctl({"bridge", "br7", "tap7", "--check", "8.8.8.8"});
  EXPECT_NE(unmoved.err.find("hint: nothing is moved, so 8.8.8.8 was not asked\n"),
            std::string::npos)
      << unmoved.err;
}

TEST_F(Transactions, GatewayThatWasSilentBeforeIsNotAskedFor) {
  ip_batch("route replace default via 172.16.99.99 dev eth0\n");
  const Result result = tapctl(bridge);
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.err.find("gateway 172.16.99.99 did not answer before the move"),
            std::string::npos)
      << result.err;
}

TEST_F(Transactions, NetworkThatChangesWhileTheMoveIsPreparedIsReadAgain) {
  ip_batch("route replace default via 172.16.99.99 dev eth0\n");
  std::thread other([] {
    // Asking a gateway that is silent takes a second, after what there is was read.
    const bool is_asked = wait_until(
        [] {
          return !run({"ip", "neigh", "show", "172.16.99.99", "dev", "eth0"}).out.empty();
        },
        5s);
    EXPECT_TRUE(is_asked);
    ip_batch("addr add 10.7.0.1/24 dev eth0\n");
  });
  const Result result = tapctl(bridge);
  other.join();
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(must_run({"ip", "addr", "show", "virbr0"}).find("10.7.0.1/24"), std::string::npos);
}

TEST_F(Transactions, NetworkThatGoesOnChangingIsLeftAlone) {
  ip_batch("route replace default via 172.16.99.99 dev eth0\n");
  std::atomic<bool> is_over = false;
  std::thread other([&] {
    for (int i = 0; !is_over && i < 60000; ++i)
      ip_batch("addr add 10.7." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1) +
               "/32 dev eth0\n");
  });
  const Result result = tapctl(bridge);
  is_over = true;
  other.join();
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("the network changed while the move was prepared: address 10.7."),
            std::string::npos)
      << result.err;
  EXPECT_NE(run({"ip", "link", "show", "virbr0"}).status, 0);
  EXPECT_EQ(tapctl(bridge).status, 0);
}

/// Makes the file where it is not there.
void put_file(const std::string& path, const std::string& content) {
  must_run({"dd", "status=none", "of=" + path}, content);
  must_run({"chmod", "0600", path});
}

std::string journal_path() {
  std::string id = must_run({"find", "/run/tapctl", "-name", "journal"});
  id.erase(id.find_last_not_of('\n') + 1);
  return id;
}

TEST_F(Transactions, JournalWhoseProcessesAreGoneIsRolledBackAndADamagedOneIsDropped) {
  const json before = host_state();
  bridge_until_confirmed("20s");
  const std::string path = journal_path();
  const std::string journal = read_file(path);
  tapctl_ok({"confirm"});
  const json after = host_state();

  std::string flipped = journal;
  flipped[flipped.size() / 2] = static_cast<char>(~flipped[flipped.size() / 2]);
  for (const std::string& damaged :
       {std::string(), journal.substr(0, 10), journal.substr(0, journal.size() - 1), flipped,
        journal + "x", std::string(1 << 20, 'x')}) {
    put_file(path, damaged);
    EXPECT_EQ(tapctl_ok({"recover"}), "nothing to recover\n");
    EXPECT_EQ(difference(after, host_state()), "");
  }

  put_file(path, journal);
  EXPECT_NE(tapctl_ok({"recover"}).find(": rolled back: "), std::string::npos);
  EXPECT_EQ(difference(before, host_state()), "");
}

/// Nobody knows how far it was: not so far that the bridge, which is there, was being deleted.
TEST_F(Transactions, UnconfirmedDeletionIsNotCarriedOutWhereTheProgressIsGone) {
  tapctl(bridge);
  const json bridged = host_state();
  tapctl({"unbridge", "virbr0", "--confirm", "20s"});
  ASSERT_EQ(kill(guardian_pid(), SIGKILL), 0);
  const std::string journal = journal_path();
  std::filesystem::remove(std::filesystem::path(journal).replace_filename("progress"));
  EXPECT_NE(tapctl_ok({"recover"}).find(": rolled back: "), std::string::npos);
  EXPECT_EQ(difference(bridged, host_state()), "");
}

TEST_F(Transactions, JournalThatIsALinkIsNotFollowed) {
  bridge_until_confirmed("20s");
  const std::string path = journal_path();
  must_run({"cp", path, "/run/elsewhere"});
  tapctl_ok({"confirm"});
  const json after = host_state();
  must_run({"ln", "-s", "/run/elsewhere", path});
  EXPECT_EQ(tapctl_ok({"recover"}), "nothing to recover\n");
  EXPECT_EQ(difference(after, host_state()), "");
}

}  // namespace
}  // namespace tapctl::test

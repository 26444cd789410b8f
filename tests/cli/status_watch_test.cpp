// SPDX-License-Identifier: MIT
// `tapctl status` on terminals of any width, and `status --watch`: drawn anew at each change,
// asleep in between, and the terminal is as before at the end.
#include "support/cli_test.hpp"
#include "support/json_schema.hpp"
#include "support/rich_host.hpp"
#include "support/running.hpp"
#include "support/tap_holder.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <regex>
#include <sstream>

namespace tapctl::test {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* enter_sequence = "\x1b[?1049h\x1b[?25l\x1b[?7l";
constexpr const char* leave_sequence = "\x1b[?7h\x1b[?25h\x1b[?1049l";

class StatusOutput : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (IsSkipped() || HasFatalFailure())
      return;
    for (const char* name : {"all", "default"})
      write_file(std::string("/proc/sys/net/ipv6/conf/") + name + "/disable_ipv6", "1");
    ip_batch(
        "tuntap add tap0 mode tap user 54321\n"
        "link add virbr0 type bridge\n"
        "link set tap0 master virbr0 up\n"
        "link set virbr0 up\n"
        "addr add 172.16.1.2/16 dev virbr0\n"
        "addr add 172.17.1.2/16 dev virbr0\n"
        "route add default via 172.16.255.254\n");
    must_run({"ip", "link", "set", "tap0", "alias",
              "a guest of somebody's with a description that is long " + std::string(90, 'x')});
  }
};

/// Without colours and other sequences, and with plain line ends.
std::string plain(const std::string& text) {
  return std::regex_replace(text, std::regex("\x1b\\[[0-9?;]*[A-Za-z]|\r"), "");
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

/// Letters and digits alone, which no wrapping may lose or reorder.
std::string content(const std::string& text) {
  return std::regex_replace(plain(text), std::regex("[^A-Za-z0-9]"), "");
}

TEST_F(StatusOutput, FitsTheTerminalAndLosesNothing) {
  const std::string on_pipe = tapctl_ok({"status"});
  const auto longest = std::ranges::max(lines_of(on_pipe), {}, &std::string::size);
  EXPECT_GT(longest.size(), 200U) << "a pipe never cuts";
  for (const int wide : {500, 80, 41, 20}) {
    SCOPED_TRACE(wide);
    const auto columns = static_cast<unsigned short>(wide);
    Running status({tapctl_path(), "status"}, Window{.rows = 5, .columns = columns});
    EXPECT_EQ(status.wait(), 0);
    for (const std::string& line : lines_of(plain(status.out())))
      EXPECT_LE(line.size(), columns) << line;
    EXPECT_EQ(content(status.out()), content(on_pipe));
    EXPECT_NE(status.out().find("\x1b[1m"), std::string::npos) << "names are marked";
  }
  EXPECT_EQ(on_pipe.find('\x1b'), std::string::npos);
}

class StatusWatch : public StatusOutput {
 protected:
  void start(std::optional<Window> window, const Argv& arguments = {}) {
    Argv argv{tapctl_path(), "status", "--watch"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    watch_.emplace(argv, window);
    watch_->wait_until_idle();
    watch_->read_for(300ms);  // what its own start may have brought
  }

  /// How often it has slept so far.
  [[nodiscard]] std::string wake_ups() const {
    const std::string status = read_file("/proc/" + std::to_string(watch_->pid()) + "/status");
    return status.substr(status.find("voluntary_ctxt_switches"));
  }

  std::optional<Running> watch_;
};

TEST_F(StatusWatch, DrawsAnewAtOnceAndOnlyThen) {
  start(Window{.rows = 24, .columns = 80});
  EXPECT_TRUE(watch_->out().starts_with(enter_sequence));
  const size_t drawn = watch_->out().size();
  const std::string before = wake_ups();
  watch_->read_for(1500ms);
  EXPECT_EQ(wake_ups(), before);
  EXPECT_EQ(watch_->out().size(), drawn);

  auto fastest = Clock::duration::max();
  for (int mtu = 1400; mtu < 1405; ++mtu) {  // the machine may have other things to do at times
    const size_t from = watch_->out().size();
    ip_batch("link set tap0 mtu " + std::to_string(mtu) + "\n");
    const auto changed = Clock::now();
    ASSERT_TRUE(watch_->read_until("mtu " + std::to_string(mtu), 10s, from));
    fastest = std::min(fastest, Clock::now() - changed);
    watch_->read_for(300ms);
  }
  EXPECT_LT(fastest, 200ms);
}

TEST_F(StatusWatch, DrawsABurstAFewTimesOnly) {
  start(Window{.rows = 24, .columns = 80});
  const size_t from = watch_->out().size();
  std::string burst;
  for (int round = 0; round < 3000; ++round)
    burst += "link set tap0 mtu " + std::to_string(1000 + round % 400) + "\n";
  const auto start_time = Clock::now();
  ip_batch(burst + "link set tap0 mtu 1499\n");
  ASSERT_TRUE(watch_->read_until("mtu 1499", 10s, from));
  const auto tenths = (Clock::now() - start_time) / 100ms;
  size_t draws = 0;
  for (size_t at = watch_->out().find("\x1b[H", from); at != std::string::npos;
       at = watch_->out().find("\x1b[H", at + 1))
    ++draws;
  EXPECT_LE(draws, static_cast<size_t>(tenths) + 2);
}

TEST_F(StatusWatch, LeavesTheTerminalAsItWas) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    start(Window{.rows = 24, .columns = 80});
    watch_->send(signal);
    EXPECT_EQ(watch_->wait(), 0) << signal;
    EXPECT_TRUE(watch_->out().ends_with(leave_sequence)) << signal;
    EXPECT_EQ(watch_->err(), "");
  }
  start(Window{.rows = 24, .columns = 80});
  watch_->close_reader();
  EXPECT_EQ(watch_->wait(), 0) << "of a terminal that is gone";
}

TEST_F(StatusWatch, IsSuspendedAndGoesOn) {
  start(Window{.rows = 24, .columns = 80});
  watch_->send(SIGTSTP);
  ASSERT_TRUE(watch_->read_until(leave_sequence, 10s));
  const std::string stat = "/proc/" + std::to_string(watch_->pid()) + "/stat";
  EXPECT_TRUE(wait_until([&] { return read_file(stat).find(") T ") != std::string::npos; }, 10s));
  const size_t from = watch_->out().size();
  watch_->send(SIGCONT);
  EXPECT_TRUE(watch_->read_until("virbr0", 10s, from));
  EXPECT_EQ(watch_->out().find(enter_sequence, from), from);
}

TEST_F(StatusWatch, FollowsTheSizeOfTheWindow) {
  start(Window{.rows = 24, .columns = 500});
  const size_t from = watch_->out().size();
  watch_->resize({.rows = 4, .columns = 40});
  ASSERT_TRUE(watch_->read_until("more lines", 10s, from));
  const auto lines = lines_of(plain(watch_->out().substr(from)));
  EXPECT_EQ(lines.size(), 4U);
  for (const std::string& line : lines)
    EXPECT_LE(line.size(), 40U) << line;
}

TEST_F(StatusWatch, PrintsTheTreeAgainOnAPipe) {
  start(std::nullopt);
  const std::string first = watch_->out();
  EXPECT_EQ(first, tapctl_ok({"status"}));
  ip_batch("link set tap0 promisc on\n");  // nothing that is shown
  watch_->read_for(500ms);
  EXPECT_EQ(watch_->out(), first);
  ip_batch("link set tap0 mtu 1400\n");
  ASSERT_TRUE(watch_->read_until("tap0  tap  owner 54321  no-carrier  mtu 1400", 10s));
  watch_->read_for(500ms);
  EXPECT_EQ(watch_->out(), first + "\n" + tapctl_ok({"status"}));
  watch_->close_reader();
  EXPECT_EQ(watch_->wait(), 0);
}

TEST_F(StatusWatch, SeesAConfirmationThatTheKernelDoesNotTellOf) {
  must_run({"ip", "link", "add", "dummy0", "type", "veth", "peer", "name", "dummy1"});
  ASSERT_EQ(tapctl({"bridge", "virbr9", "dummy0", "--confirm", "60s"}).status, 0);
  start(std::nullopt);
  ASSERT_TRUE(watch_->read_until("waits to be confirmed", 5s));
  const size_t shown = watch_->out().size();
  tapctl_ok({"confirm"});
  ASSERT_TRUE(watch_->read_until("bridge ", 5s, shown));
  watch_->read_for(300ms);
  EXPECT_EQ(watch_->out().find("waits to be confirmed", shown), std::string::npos);
}

TEST_F(StatusWatch, PrintsOneDocumentALine) {
  start(std::nullopt, {"--json"});
  ip_batch("link set tap0 mtu 1400\n");
  ASSERT_TRUE(watch_->read_until("\"mtu\":1400", 10s));
  watch_->read_for(500ms);
  const auto lines = lines_of(watch_->out());
  ASSERT_GE(lines.size(), 2U);
  for (const std::string& line : lines)
    EXPECT_EQ(valid_json(line)["command"], "status");
  EXPECT_EQ(json::parse(lines.back()), tapctl_json({"status"}));
}

TEST_F(StatusWatch, ShowsWhoAttaches) {
  start(std::nullopt);
  const size_t from = watch_->out().size();
  {
    const TapHolder holder("tap0");
    EXPECT_TRUE(watch_->read_until("(qemu-guest, user root)", 10s, from)) << watch_->out();
  }
  const size_t attached = watch_->out().size();
  EXPECT_TRUE(watch_->read_until("owner 54321  no-carrier", 10s, attached)) << watch_->out();
}

TEST_F(StatusWatch, OfALinkThatIsNotThereIsAnError) {
  const Result result = tapctl({"status", "--watch", "tap1"});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.out, "");
}

}  // namespace
}  // namespace tapctl::test

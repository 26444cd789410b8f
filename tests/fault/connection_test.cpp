// SPDX-License-Identifier: MIT
// TCP connections over the address that moves: what a gateway that answers does not prove.
#include "support/cli_test.hpp"
#include "support/host_state.hpp"
#include "support/rich_host.hpp"
#include "support/traffic.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <optional>
#include <thread>

namespace tapctl::test {
namespace {

using namespace std::chrono_literals;

constexpr uint16_t port = 7000;
constexpr uint16_t tcp_port = port + 1;
const std::string peer = "172.16.255.253";

/// The peer can be taken away while the gateway goes on to answer.
class Connections : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (IsSkipped() || HasFatalFailure())
      return;
    build_plain_host();
    server_.emplace("lan", port);
  }

  /// Has data on the way to the peer, which will never acknowledge it.
  Fd stuck_connection() {
    Fd socket = connected("", SOCK_STREAM, peer, tcp_port);
    must_run({"ip", "-n", "lan", "addr", "del", peer + "/16", "dev", "eth0"});
    EXPECT_EQ(send(socket.get(), "x", 1, MSG_NOSIGNAL), 1);
    return socket;
  }

  /// A timeout would say that the connection stood still before the move, however slow this runs.
  static void without_timeouts() {
    ip_batch("route add " + peer + " dev eth0 src 172.16.1.2 rto_min 60s\n");
  }

  std::optional<EchoServer> server_;
};

Result bridge_from(const std::string& login) {
  return run({"env", "SSH_CONNECTION=" + login, tapctl_path(), "bridge", "virbr0", "eth0",
              "--timeout", "500ms"});
}

std::string login_over(const Fd& socket) {
  sockaddr_in6 own{};
  socklen_t size = sizeof own;
  getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own), &size);  // NOLINT: sockets interface
  return peer + " " + std::to_string(tcp_port) + " 172.16.1.2 " +
         std::to_string(ntohs(own.sin6_port));
}

TEST_F(Connections, DataThatIsNoLongerAcknowledgedTakesTheMoveBack) {
  without_timeouts();
  const Fd stuck = stuck_connection();
  const auto before = host_state();
  const Result result = bridge_from("");
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("TCP 172.16.1.2 port "), std::string::npos) << result.err;
  EXPECT_NE(result.err.find(" with " + peer + " port 7001: gets no data acknowledged"),
            std::string::npos)
      << result.err;
  EXPECT_EQ(difference(before, host_state()), "");
  EXPECT_EQ(tapctl({"bridge", "virbr0", "eth0", "--check", "none"}).status, 0);
}

TEST_F(Connections, OneThatStoodStillBeforeProvesNothing) {
  const Fd stuck = stuck_connection();
  std::this_thread::sleep_for(1s);  // several timeouts
  const Result result = bridge_from("");
  EXPECT_EQ(result.status, 0) << result.err;
}

TEST_F(Connections, OneThatAdvancesProvesItsAddressButNotTheLogin) {
  TcpConversation conversation("", "172.16.255.254", port, 5s);
  without_timeouts();
  const Fd stuck = stuck_connection();
  const auto before = host_state();
  const Result refused = bridge_from(login_over(stuck));
  EXPECT_EQ(refused.status, 1);
  EXPECT_NE(refused.err.find("this login, TCP 172.16.1.2"), std::string::npos) << refused.err;
  EXPECT_EQ(difference(before, host_state()), "");
  const Result result = bridge_from("");
  EXPECT_EQ(result.status, 0) << result.err;
  conversation.join();
  EXPECT_FALSE(conversation.broken());
}

}  // namespace
}  // namespace tapctl::test

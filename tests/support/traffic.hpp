// SPDX-License-Identifier: MIT
// Traffic that counts what it loses: UDP echo at a fixed rate, and a TCP conversation.
#pragma once

#include "util/fd.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace tapctl::test {

/// A socket of the namespace NAME ("" is the current one), connected to `port` of `address`. `type`
/// is SOCK_DGRAM or SOCK_STREAM. Throws std::system_error.
Fd connected(const std::string& netns, int type, const std::string& address, uint16_t port);

/// Answers UDP on `port` and TCP on `port` + 1, on all addresses of the namespace NAME (""
/// is the current one), until it is destroyed.
class EchoServer {
 public:
  EchoServer(const std::string& netns, uint16_t port);
  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;
  ~EchoServer();

 private:
  void serve();

  Fd udp_;
  Fd tcp_listener_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

/// Sends 2,000 numbered packets a second from the namespace to `address` and counts the answers.
class UdpEchoClient {
 public:
  static constexpr auto interval = std::chrono::microseconds(500);

  UdpEchoClient(const std::string& netns, const std::string& address, uint16_t port,
                std::chrono::seconds duration);

  /// Waits for the end. The others may be asked after that.
  void join() { thread_.join(); }
  [[nodiscard]] size_t sent() const { return answers_.size(); }
  [[nodiscard]] size_t lost() const;
  /// When they were sent, in milliseconds from the start, for a failure message.
  [[nodiscard]] std::string when_lost() const;
  [[nodiscard]] size_t duplicates() const;
  /// Packets that could not even be sent, such as for want of a route.
  [[nodiscard]] size_t refused() const { return refused_; }

 private:
  void run();
  void receive();

  Fd socket_;
  std::vector<uint8_t> answers_;  ///< by number: how often it came back
  size_t refused_ = 0;
  std::thread thread_;
};

/// Exchanges a message every 5 ms over one TCP connection.
class TcpConversation {
 public:
  TcpConversation(const std::string& netns, const std::string& address, uint16_t port,
                  std::chrono::seconds duration);

  void join() { thread_.join(); }
  [[nodiscard]] size_t exchanges() const { return exchanges_; }
  [[nodiscard]] bool broken() const { return broken_; }
  [[nodiscard]] std::chrono::milliseconds longest_pause() const { return longest_pause_; }

 private:
  void run(std::chrono::seconds duration);
  bool exchange();

  Fd socket_;
  size_t exchanges_ = 0;
  bool broken_ = false;
  std::chrono::milliseconds longest_pause_{0};
  std::thread thread_;
};

}  // namespace tapctl::test

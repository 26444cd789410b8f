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

/// TCP segments that were sent again since the namespace NAME was made ("" is the current one).
size_t tcp_retransmissions(const std::string& netns);

/// What became of the packets of one span of time.
struct PacketCount {
  size_t sent = 0;  ///< or refused, such as for want of a route
  size_t lost = 0;  ///< without an answer, however long after the span
  size_t late = 0;  ///< sent more than an interval after their time, for want of a processor
  size_t late_and_lost = 0;

  PacketCount& operator+=(const PacketCount& other);
};

/// Sends numbered packets at a fixed rate from the namespace to `address` and counts the answers.
class UdpEchoClient {
 public:
  using Clock = std::chrono::steady_clock;

  /// Packets go at `interval`, counted from the start: one that is late delays no other.
  UdpEchoClient(const std::string& netns, const std::string& address, uint16_t port,
                std::chrono::seconds duration,
                std::chrono::microseconds interval = std::chrono::microseconds(500));
  UdpEchoClient(const UdpEchoClient&) = delete;
  UdpEchoClient& operator=(const UdpEchoClient&) = delete;
  ~UdpEchoClient();

  /// How many were answered up to now.
  [[nodiscard]] size_t answered() const { return answered_; }
  /// Ends before `duration` is over.
  void stop() { stop_ = true; }
  /// Waits for the end, and up to a second for answers. The others may be asked after that.
  void join() { thread_.join(); }
  [[nodiscard]] size_t sent() const { return sent_; }
  [[nodiscard]] size_t lost() const { return sent_ - answered_; }
  /// Of those that were sent from `from` on and before `to`.
  [[nodiscard]] PacketCount count(Clock::time_point from, Clock::time_point to) const;
  /// When they were sent, in milliseconds from the start, for a failure message.
  [[nodiscard]] std::string when_lost() const;
  [[nodiscard]] size_t duplicates() const;
  /// Packets that could not even be sent, such as for want of a route.
  [[nodiscard]] size_t refused() const { return refused_; }

 private:
  struct Packet {
    Clock::time_point sent;
    uint8_t answers = 0;
  };

  void run();
  void receive();
  [[nodiscard]] Clock::time_point due(size_t number) const { return start_ + interval_ * number; }

  Fd socket_;
  std::chrono::microseconds interval_;
  Clock::time_point start_;
  std::vector<Packet> packets_;  ///< by number
  size_t sent_ = 0;
  size_t refused_ = 0;
  std::atomic<size_t> answered_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

/// Exchanges a message at an interval over one TCP connection.
class TcpConversation {
 public:
  using Clock = std::chrono::steady_clock;

  TcpConversation(const std::string& netns, const std::string& address, uint16_t port,
                  std::chrono::seconds duration,
                  std::chrono::milliseconds interval = std::chrono::milliseconds(5));
  TcpConversation(const TcpConversation&) = delete;
  TcpConversation& operator=(const TcpConversation&) = delete;
  ~TcpConversation();

  /// How many there were up to now.
  [[nodiscard]] size_t exchanges() const { return exchanges_; }
  /// Ends before the duration is over.
  void stop() { stop_ = true; }
  /// Waits for the end. The others may be asked after that.
  void join() { thread_.join(); }
  [[nodiscard]] bool broken() const { return broken_; }
  /// Of the exchanges that began from `from` on and before `to`.
  [[nodiscard]] Clock::duration longest_pause(
      Clock::time_point from = Clock::time_point::min(),
      Clock::time_point to = Clock::time_point::max()) const;

 private:
  struct Exchange {
    Clock::time_point start;
    Clock::duration took;
  };

  void run(std::chrono::seconds duration, std::chrono::milliseconds interval);
  bool exchange();

  Fd socket_;
  std::vector<Exchange> log_;
  std::atomic<size_t> exchanges_ = 0;
  std::atomic<bool> stop_ = false;
  bool broken_ = false;
  std::thread thread_;
};

}  // namespace tapctl::test

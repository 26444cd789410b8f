// SPDX-License-Identifier: MIT
// Sockets stay in the network namespace that they were made in, so only their making enters it.
#include "support/traffic.hpp"

#include "support/netns.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <system_error>

namespace tapctl::test {

namespace {

using std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// IPv4 addresses become IPv4-mapped ones: every socket here is an IPv6 socket for both.
sockaddr_in6 socket_address(const std::string& address, uint16_t port) {
  sockaddr_in6 result{};
  result.sin6_family = AF_INET6;
  result.sin6_port = htons(port);
  const std::string text = address.find(':') == std::string::npos ? "::ffff:" + address : address;
  if (::inet_pton(AF_INET6, text.c_str(), &result.sin6_addr) != 1)
    throw std::invalid_argument(address);
  return result;
}

const sockaddr* generic(const sockaddr_in6& address) {
  return reinterpret_cast<const sockaddr*>(&address);  // NOLINT: the sockets interface
}

Fd make_socket(const std::string& netns, int type) {
  std::optional<InNetns> inside;
  if (!netns.empty())
    inside.emplace(netns);
  Fd socket(::socket(AF_INET6, type | SOCK_CLOEXEC, 0));
  if (!socket)
    fail("socket");
  const int off = 0;
  const int on = 1;
  const int buffer = 8 << 20;
  ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
  if (type == SOCK_STREAM)
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

Fd connected(const std::string& netns, int type, const std::string& address, uint16_t port) {
  Fd socket = make_socket(netns, type);
  const sockaddr_in6 target = socket_address(address, port);
  if (::connect(socket.get(), generic(target), sizeof target) != 0)
    fail("connect to " + address);
  return socket;
}

Fd bound(const std::string& netns, int type, uint16_t port) {
  Fd socket = make_socket(netns, type);
  const sockaddr_in6 own = socket_address("::", port);
  if (::bind(socket.get(), generic(own), sizeof own) != 0)
    fail("bind");
  return socket;
}

}  // namespace

EchoServer::EchoServer(const std::string& netns, uint16_t port)
    : udp_(bound(netns, SOCK_DGRAM, port)),
      tcp_listener_(bound(netns, SOCK_STREAM, static_cast<uint16_t>(port + 1))) {
  if (::listen(tcp_listener_.get(), 8) != 0)
    fail("listen");
  thread_ = std::thread([this] { serve(); });
}

EchoServer::~EchoServer() {
  stop_ = true;
  thread_.join();
}

void EchoServer::serve() {
  std::array<char, 2048> buffer{};
  Fd connection;
  while (!stop_) {
    std::array<pollfd, 2> events{pollfd{.fd = udp_.get(), .events = POLLIN, .revents = 0},
                                 pollfd{.fd = connection ? connection.get() : tcp_listener_.get(),
                                        .events = POLLIN,
                                        .revents = 0}};
    ::poll(events.data(), events.size(), 50);
    sockaddr_in6 peer{};
    socklen_t size = sizeof peer;
    auto* sender = reinterpret_cast<sockaddr*>(&peer);  // NOLINT: the sockets interface
    for (ssize_t got = 0; (got = ::recvfrom(udp_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT,
                                            sender, &size)) > 0;)
      ::sendto(udp_.get(), buffer.data(), static_cast<size_t>(got), 0, sender, size);
    if (events[1].revents == 0)
      continue;
    if (!connection) {
      connection = Fd(::accept4(tcp_listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    } else if (const ssize_t got = ::recv(connection.get(), buffer.data(), buffer.size(), 0);
               got > 0) {
      ::send(connection.get(), buffer.data(), static_cast<size_t>(got), MSG_NOSIGNAL);
    } else {
      connection = Fd();
    }
  }
}

UdpEchoClient::UdpEchoClient(const std::string& netns, const std::string& address, uint16_t port,
                             std::chrono::seconds duration)
    : socket_(connected(netns, SOCK_DGRAM, address, port)),
      answers_(static_cast<size_t>(duration / interval)) {
  thread_ = std::thread([this] { run(); });
}

size_t UdpEchoClient::lost() const {
  return static_cast<size_t>(std::ranges::count(answers_, 0));
}

std::string UdpEchoClient::when_lost() const {
  std::string times;
  for (size_t number = 0; number < answers_.size(); number++)
    if (answers_[number] == 0)
      times += " " + std::to_string((interval * number).count() / 1000);
  return times;
}

size_t UdpEchoClient::duplicates() const {
  return static_cast<size_t>(std::ranges::count_if(answers_, [](uint8_t n) { return n > 1; }));
}

void UdpEchoClient::receive() {
  uint64_t number = 0;
  for (;;) {
    const ssize_t got = ::recv(socket_.get(), &number, sizeof number, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    if (got == sizeof number && number < answers_.size())
      answers_[number]++;
  }
}

void UdpEchoClient::run() {
  auto next = steady_clock::now();
  for (uint64_t number = 0; number < answers_.size(); number++) {
    if (::send(socket_.get(), &number, sizeof number, 0) < 0)
      refused_++;
    receive();
    next += interval;
    std::this_thread::sleep_until(next);
  }
  const auto patience = steady_clock::now() + std::chrono::seconds(2);
  while (steady_clock::now() < patience && lost() > 0) {
    receive();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

TcpConversation::TcpConversation(const std::string& netns, const std::string& address,
                                 uint16_t port, std::chrono::seconds duration)
    : socket_(connected(netns, SOCK_STREAM, address, static_cast<uint16_t>(port + 1))) {
  thread_ = std::thread([this, duration] { run(duration); });
}

bool TcpConversation::exchange() {
  std::array<char, 64> message{};
  if (::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(message.size()))
    return false;
  for (size_t received = 0; received < message.size();) {
    pollfd event{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    constexpr int ten_seconds = 10'000;
    if (::poll(&event, 1, ten_seconds) != 1)
      return false;
    const ssize_t got = ::recv(socket_.get(), message.data(), message.size() - received, 0);
    if (got <= 0)
      return false;
    received += static_cast<size_t>(got);
  }
  return true;
}

void TcpConversation::run(std::chrono::seconds duration) {
  const auto end = steady_clock::now() + duration;
  while (steady_clock::now() < end) {
    const auto start = steady_clock::now();
    if (!exchange()) {
      broken_ = true;
      return;
    }
    exchanges_++;
    longest_pause_ = std::max(longest_pause_, std::chrono::duration_cast<std::chrono::milliseconds>(
                                                  steady_clock::now() - start));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace tapctl::test

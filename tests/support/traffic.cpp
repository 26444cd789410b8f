// SPDX-License-Identifier: MIT
// Sockets stay in the network namespace that they were made in, so only their making enters it.
#include "support/traffic.hpp"

#include "support/netns.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace tapctl::test {

namespace {

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

}  // namespace

Fd connected(const std::string& netns, int type, const std::string& address, uint16_t port) {
  Fd socket = make_socket(netns, type);
  const sockaddr_in6 target = socket_address(address, port);
  if (::connect(socket.get(), generic(target), sizeof target) != 0)
    fail("connect to " + address);
  return socket;
}

namespace {

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

size_t tcp_retransmissions(const std::string& netns) {
  std::optional<InNetns> inside;
  if (!netns.empty())
    inside.emplace(netns);
  // Two lines: what the columns are, and their values.
  std::istringstream file(read_file("/proc/thread-self/net/snmp"));
  std::string names;
  std::string values;
  while (std::getline(file, names) && std::getline(file, values)) {
    std::istringstream name_of(names);
    std::istringstream value_of(values);
    std::string name;
    std::string value;
    for (bool is_tcp = names.starts_with("Tcp:"); is_tcp && name_of >> name && value_of >> value;)
      if (name == "RetransSegs")
        return std::stoul(value);
  }
  throw std::runtime_error("the kernel does not count what TCP sends again");
}

PacketCount& PacketCount::operator+=(const PacketCount& other) {
  sent += other.sent;
  lost += other.lost;
  late += other.late;
  late_and_lost += other.late_and_lost;
  return *this;
}

UdpEchoClient::UdpEchoClient(const std::string& netns, const std::string& address, uint16_t port,
                             std::chrono::seconds duration, std::chrono::microseconds interval)
    : socket_(connected(netns, SOCK_DGRAM, address, port)),
      interval_(interval),
      packets_(static_cast<size_t>(duration / interval)) {
  thread_ = std::thread([this] { run(); });
}

UdpEchoClient::~UdpEchoClient() {
  stop();
  if (thread_.joinable())
    thread_.join();
}

PacketCount UdpEchoClient::count(Clock::time_point from, Clock::time_point to) const {
  PacketCount result;
  for (size_t number = 0; number < sent_; number++) {
    const Packet& packet = packets_[number];
    if (packet.sent < from || packet.sent >= to)
      continue;
    const bool is_lost = packet.answers == 0;
    const bool is_late = packet.sent > due(number) + interval_;
    result.sent++;
    result.lost += is_lost ? 1 : 0;
    result.late += is_late ? 1 : 0;
    result.late_and_lost += is_lost && is_late ? 1 : 0;
  }
  return result;
}

std::string UdpEchoClient::when_lost() const {
  std::string times;
  for (size_t number = 0; number < sent_; number++)
    if (packets_[number].answers == 0)
      times += " " + std::to_string((interval_ * number).count() / 1000);
  return times;
}

size_t UdpEchoClient::duplicates() const {
  return static_cast<size_t>(
      std::ranges::count_if(packets_, [](const Packet& packet) { return packet.answers > 1; }));
}

void UdpEchoClient::receive() {
  uint64_t number = 0;
  for (;;) {
    const ssize_t got = ::recv(socket_.get(), &number, sizeof number, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    if (got == sizeof number && number < sent_ && packets_[number].answers++ == 0)
      answered_++;
  }
}

void UdpEchoClient::run() {
  // Else the kernel may wake it 50 us too late, which is half an interval at 10,000 a second.
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  start_ = Clock::now();
  while (sent_ < packets_.size() && !stop_) {
    std::this_thread::sleep_until(due(sent_));
    const uint64_t number = sent_++;
    packets_[number].sent = Clock::now();
    if (::send(socket_.get(), &number, sizeof number, 0) < 0)
      refused_++;
    receive();
  }
  const auto patience = Clock::now() + std::chrono::seconds(1);
  while (Clock::now() < patience && lost() > 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    receive();
  }
}

TcpConversation::TcpConversation(const std::string& netns, const std::string& address,
                                 uint16_t port, std::chrono::seconds duration,
                                 std::chrono::milliseconds interval)
    : socket_(connected(netns, SOCK_STREAM, address, static_cast<uint16_t>(port + 1))) {
  thread_ = std::thread([this, duration, interval] { run(duration, interval); });
}

TcpConversation::~TcpConversation() {
  stop();
  if (thread_.joinable())
    thread_.join();
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

void TcpConversation::run(std::chrono::seconds duration, std::chrono::milliseconds interval) {
  const auto end = Clock::now() + duration;
  while (Clock::now() < end && !stop_) {
    const auto start = Clock::now();
    broken_ = !exchange();
    log_.push_back({start, Clock::now() - start});
    if (broken_)
      return;
    exchanges_++;
    std::this_thread::sleep_for(interval);
  }
}

TcpConversation::Clock::duration TcpConversation::longest_pause(Clock::time_point from,
                                                                Clock::time_point to) const {
  Clock::duration longest{0};
  for (const Exchange& exchange : log_)
    if (exchange.start >= from && exchange.start < to)
      longest = std::max(longest, exchange.took);
  return longest;
}

}  // namespace tapctl::test

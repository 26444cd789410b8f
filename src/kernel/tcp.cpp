// SPDX-License-Identifier: MIT
// The established TCP connections of the namespace, from sock_diag.
#include "kernel/tcp.hpp"

#include "kernel/nl_socket.hpp"
#include "kernel/tcp_info.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

namespace tapctl {
namespace {

/// The kernel's TCP_ESTABLISHED and TCP_CLOSE_WAIT (include/net/tcp_states.h): those that still
/// send.
constexpr uint32_t sending_states = (1U << 1) | (1U << 8);
constexpr std::array<uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

nl::Message dump_request(uint8_t family) {
  inet_diag_req_v2 request{};
  request.sdiag_family = family;
  request.sdiag_protocol = IPPROTO_TCP;
  request.idiag_ext = 1U << (INET_DIAG_INFO - 1);
  request.idiag_states = sending_states;
  return {SOCK_DIAG_BY_FAMILY, 0, request};
}

IpAddress decode_end(uint8_t family, const __be32 (&words)[4]) {  // NOLINT: the kernel's array
  std::array<uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), words, sizeof words);
  const std::span<const uint8_t> all(bytes);
  if (family == AF_INET)
    return IpAddress::from_bytes(Family::ipv4, all.first(4));
  if (std::ranges::equal(all.first(mapped_prefix.size()), mapped_prefix))
    return IpAddress::from_bytes(Family::ipv4, all.last(4));
  return IpAddress::from_bytes(Family::ipv6, all);
}

std::optional<TcpConnection> decode(nl::Bytes payload) {
  const auto parsed = nl::parse<inet_diag_msg>(payload);
  if (!parsed)
    return std::nullopt;
  const inet_diag_msg& header = parsed->header;
  const auto info = parsed->attrs.find(INET_DIAG_INFO);
  const TcpCounters counters = info ? read_tcp_info(*info) : TcpCounters{};
  TcpConnection connection;
  connection.ends = {.local = decode_end(header.idiag_family, header.id.idiag_src),
                     .local_port = ntohs(header.id.idiag_sport),
                     .peer = decode_end(header.idiag_family, header.id.idiag_dst),
                     .peer_port = ntohs(header.id.idiag_dport)};
  std::memcpy(&connection.cookie, header.id.idiag_cookie, sizeof connection.cookie);
  connection.acked = counters.bytes_acked;
  connection.in_flight = counters.unacked;
  connection.timeouts = counters.retransmits;
  return connection;
}

/// No sock_diag, or no tcp_diag, in this kernel.
bool is_absent(const Error& error) {
  return error.errnum == EPROTONOSUPPORT || error.errnum == ENOENT;
}

std::vector<TcpConnection> read_all() {
  nl::Socket socket(nl::Protocol::sock_diag);
  std::vector<TcpConnection> connections;
  for (const uint8_t family : std::array<uint8_t, 2>{AF_INET, AF_INET6}) {
    for (const nl::Received& object : socket.dump(dump_request(family))) {
      if (const auto connection = decode(object.payload))
        connections.push_back(*connection);
    }
  }
  return connections;
}

}  // namespace

std::vector<TcpConnection> read_tcp_connections(std::span<const IpAddress> local) {
  std::vector<TcpConnection> connections;
  try {
    connections = read_all();
  } catch (const Error& error) {
    if (!is_absent(error))
      throw;
  }
  std::erase_if(connections, [&](const TcpConnection& connection) {
    return std::ranges::find(local, connection.ends.local) == local.end();
  });
  return connections;
}

}  // namespace tapctl

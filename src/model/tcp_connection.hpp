// SPDX-License-Identifier: MIT
// An established TCP connection, as far as it tells whether the network works.
#pragma once

#include "model/ip.hpp"

#include <cstdint>
#include <string>

namespace tapctl {

/// Both ends; an IPv4 address that an IPv6 socket uses (::ffff:0:0/96) counts as IPv4.
struct TcpEnds {
  IpAddress local;
  uint16_t local_port = 0;
  IpAddress peer;
  uint16_t peer_port = 0;

  /// "192.0.2.1 port 22 with 198.51.100.7 port 50122"
  [[nodiscard]] std::string str() const {
    return local.str() + " port " + std::to_string(local_port) + " with " + peer.str() + " port " +
           std::to_string(peer_port);
  }
  bool operator==(const TcpEnds&) const = default;
};

struct TcpConnection {
  TcpEnds ends;
  uint64_t cookie = 0;     ///< of the socket: no two have the same
  uint64_t acked = 0;      ///< bytes that the peer has acknowledged
  uint32_t in_flight = 0;  ///< segments that it has not
  uint32_t timeouts = 0;   ///< how often in a row the oldest of them had to be sent again
};

}  // namespace tapctl

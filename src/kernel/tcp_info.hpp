// SPDX-License-Identifier: MIT
// The kernel's counters of a TCP connection. Apart from kernel/tcp.cpp, because <linux/tcp.h> and
// the <netinet/tcp.h> that libnl includes exclude each other, and the latter's tcp_info is too old.
#pragma once

#include <cstdint>
#include <span>

namespace tapctl {

struct TcpCounters {
  uint64_t bytes_acked = 0;
  uint32_t unacked = 0;      ///< segments
  uint32_t retransmits = 0;  ///< timeouts in a row
};

/// From a struct tcp_info as the running kernel knows it: what an old one does not have is zero.
TcpCounters read_tcp_info(std::span<const uint8_t> bytes);

}  // namespace tapctl

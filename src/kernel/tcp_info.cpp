// SPDX-License-Identifier: MIT
// The kernel's counters of a TCP connection.
#include "kernel/tcp_info.hpp"

#include <linux/tcp.h>

#include <algorithm>
#include <cstring>

namespace tapctl {

TcpCounters read_tcp_info(std::span<const uint8_t> bytes) {
  tcp_info info{};
  std::memcpy(&info, bytes.data(), std::min(bytes.size(), sizeof info));
  return {.bytes_acked = info.tcpi_bytes_acked,
          .unacked = info.tcpi_unacked,
          .retransmits = info.tcpi_retransmits};
}

}  // namespace tapctl

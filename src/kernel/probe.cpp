// SPDX-License-Identifier: MIT
// Whether a neighbour is alive, without a raw socket: the kernel's own resolution is asked.
#include "kernel/probe.hpp"

#include "kernel/rtnl_neighbour.hpp"

#include <array>
#include <thread>

namespace tapctl {
namespace {

constexpr std::chrono::milliseconds poll_interval{2};

std::optional<Neighbour> read_entry(nl::Socket& socket, Names& names, const Neighbour& wanted) {
  const auto answer = socket.get(get_neighbour_request(wanted, names));
  return answer ? decode_neighbour(answer->payload, names) : std::nullopt;
}

void ask(nl::Socket& socket, Names& names, const Neighbour& entry) {
  const std::array request = {resolve_neighbour_request(entry, names)};
  const nl::Ack ack = socket.transact(request).front();
  if (!ack.ok())
    throw ack.error("neighbour " + entry.address.str() + ": resolve");
}

}  // namespace

bool is_neighbour_alive(nl::Socket& socket, Names& names, const IfName& link,
                        const IpAddress& address, std::chrono::milliseconds limit) {
  using namespace neighbour_state;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  Neighbour entry{.link = link, .address = address};
  if (const auto known = read_entry(socket, names, entry)) {
    if ((known->state & (permanent | noarp)) != 0)
      return true;
    entry.lladdr = known->lladdr;
  }
  ask(socket, names, entry);
  while (std::chrono::steady_clock::now() < deadline) {
    const auto now = read_entry(socket, names, entry);
    if (now && (now->state & reachable) != 0)
      return true;
    if (!now || (now->state & failed) != 0)  // after 3 s: mcast_solicit times retrans_time
      ask(socket, names, entry);
    std::this_thread::sleep_for(poll_interval);
  }
  return false;
}

}  // namespace tapctl

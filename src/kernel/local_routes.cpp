// SPDX-License-Identifier: MIT
// Waits until new IPv6 addresses can be reached.
#include "kernel/local_routes.hpp"

#include "kernel/rtnl_route.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

namespace tapctl {
namespace {

std::vector<Address> awaited(std::span<const Op> ops,
                             std::span<const std::optional<Error>> results) {
  std::vector<Address> addresses;
  for (size_t i = 0; i < ops.size(); ++i) {
    const auto* add = results[i] ? nullptr : std::get_if<AddAddress>(&ops[i]);
    if (add != nullptr && add->dad == Dad::skip_marked && add->address.local.family == Family::ipv6)
      addresses.push_back(add->address);
  }
  return addresses;
}

bool is_local_route_of(const Route& route, const Address& address) {
  return route.uses(address.link) &&
         route.destination == Prefix{address.local, address_bits(Family::ipv6)};
}

}  // namespace

void wait_for_local_routes(nl::Socket& socket, Names& names, std::span<const Op> ops,
                           std::span<const std::optional<Error>> results) {
  using namespace std::chrono_literals;
  std::vector<Address> missing = awaited(ops, results);
  const auto deadline = std::chrono::steady_clock::now() + 3s;
  while (!missing.empty() && std::chrono::steady_clock::now() < deadline) {
    for (const nl::Received& object :
         socket.dump(dump_routes_request(Family::ipv6, route_table::local))) {
      const auto route = decode_route(object.payload, names);
      std::erase_if(missing,
                    [&](const Address& a) { return route && is_local_route_of(*route, a); });
    }
    if (!missing.empty())
      std::this_thread::sleep_for(200us);
  }
}

}  // namespace tapctl

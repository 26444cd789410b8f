// SPDX-License-Identifier: MIT
// The kernel's notifications about links, addresses and routes.
#include "kernel/notifications.hpp"

#include "kernel/rtnl_link.hpp"
#include "util/error.hpp"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace tapctl {
namespace {

constexpr std::array<int, 5> groups = {RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
                                       RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE};
/// Room for some thousand messages about links, of 2 to 4 KiB each with what the kernel adds.
constexpr size_t queue_size = size_t{8} * 1024 * 1024;

bool is_route(const nl::Received& message) {
  return message.type == RTM_NEWROUTE || message.type == RTM_DELROUTE;
}

}  // namespace

bool is_about_default_route(const nl::Received& message) {
  const auto route = nl::parse<rtmsg>(message.payload);
  return is_route(message) && route && route->header.rtm_dst_len == 0 &&
         (route->header.rtm_flags & RTM_F_CLONED) == 0 &&
         route->attrs.get<uint32_t>(RTA_TABLE).value_or(route->header.rtm_table) == RT_TABLE_MAIN;
}

Notifications::Notifications() {
  socket_.subscribe(groups, queue_size);
}

void Notifications::ask(int ifindex) {
  socket_.post(get_link_request(ifindex));
}

bool Notifications::discard() {
  bool matters = false;
  for (;;) {
    try {
      const auto messages = take();
      if (!messages)
        return matters;
      matters = matters || std::ranges::any_of(*messages, [](const nl::Received& message) {
                  return !is_route(message) || is_about_default_route(message);
                });
    } catch (const Error& error) {
      if (error.errnum != ENOBUFS)
        throw;
      matters = true;
    }
  }
}

}  // namespace tapctl

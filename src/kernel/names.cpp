// SPDX-License-Identifier: MIT
// Asks the kernel for names and ifindexes, and keeps them.
#include "kernel/names.hpp"

#include "kernel/rtnl_link.hpp"
#include "util/error.hpp"

#include <linux/rtnetlink.h>

#include <cerrno>

namespace tapctl {

IfName Names::name_of(int ifindex) {
  if (ifindex == 0)
    return {};
  if (const auto known = seen_.find(ifindex); known != seen_.end())
    return known->second;
  const auto answer = socket_.get(get_link_request(ifindex));
  IfName name = answer ? read_link_id(answer->payload).name : IfName();
  seen_[ifindex] = name;
  return name;
}

int Names::index_of(const IfName& name) {
  if (name.empty())
    return 0;
  const auto ifindex = find(name);
  if (!ifindex)
    throw Error::from_errno("look up " + name.quoted(), ENODEV);
  return *ifindex;
}

std::optional<int> Names::find(const IfName& name) {
  if (const auto known = pinned_.find(name); known != pinned_.end())
    return known->second;
  const auto answer = socket_.get(get_link_request(name));
  if (!answer)
    return std::nullopt;
  const int ifindex = read_link_id(answer->payload).ifindex;
  saw(name, ifindex);
  return ifindex;
}

void Names::saw(const IfName& name, int ifindex) {
  seen_[ifindex] = name;
  const auto [pin, fresh] = pinned_.try_emplace(name, ifindex);
  if (!fresh && pin->second != ifindex && !exists(pin->second))
    pin->second = ifindex;
}

void Names::forget(const IfName& name) {
  if (const auto pin = pinned_.find(name); pin != pinned_.end()) {
    seen_.erase(pin->second);
    pinned_.erase(pin);
  }
}

void Names::renamed(const IfName& from, const IfName& to) {
  const int ifindex = index_of(from);
  pinned_.erase(from);
  pinned_[to] = ifindex;
  seen_[ifindex] = to;
}

bool Names::exists(int ifindex) {
  return socket_.get(get_link_request(ifindex)).has_value();
}

}  // namespace tapctl

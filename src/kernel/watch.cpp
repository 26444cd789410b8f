// SPDX-License-Identifier: MIT
// Follows the links, addresses and default routes of a network namespace.
//
// Messages are the changes; but the kernel does not send one for each of them, so what a message
// makes doubtful is read again in the first quiet moment (before that, what is read would be ahead
// of the messages, and things would be seen to go back and forth):
// - IPv4 routes go without a word with the address that they prefer and when their link goes down
//   (net/ipv4/fib_trie.c, fib_table_flush);
// - a message about a route does not say how it is combined with others of its key;
// - a tun device sends messages before owner, group, persistence and queues are what they will be
//   (drivers/net/tun.c, tun_set_iff). So a new one is announced with the next message about it, or
//   in the first quiet moment.
// Where messages were lost (ENOBUFS), all is read again.
#include "kernel/watch.hpp"

#include "kernel/rtnl_address.hpp"
#include "kernel/rtnl_link.hpp"
#include "kernel/rtnl_route.hpp"
#include "kernel/snapshot_reader.hpp"
#include "util/error.hpp"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace tapctl {
namespace {

/// In one go, so that what is known is printed while more comes.
constexpr int most_datagrams = 500;

/// The names as they were when the message was sent: those of the state so far.
class KnownNames final : public NameLookup {
 public:
  explicit KnownNames(const LiveState& state) : state_(state) {}
  IfName name_of(int ifindex) override { return state_.name_of(ifindex); }
  int index_of(const IfName& /*name*/) override { return 0; }  // no decoder asks

 private:
  const LiveState& state_;
};

void append(StateChanges& changes, StateChanges more) {
  std::ranges::move(more, std::back_inserter(changes));
}

}  // namespace

Watch::Watch() {
  state_ = read();
}

LiveState Watch::read() {
  return LiveState(read_snapshot(
      requests_, names_, {.all_links = true, .all_addresses = true, .default_routes = true}));
}

std::vector<Route> Watch::read_routes() {
  return read_snapshot(requests_, names_, {.default_routes = true}).routes;
}

News Watch::take() {
  News news;
  try {
    if (!out_of_step_)
      take_some(news, most_datagrams);
  } catch (const Error& error) {
    if (error.errnum != ENOBUFS)
      throw;
    out_of_step_ = true;
    news.lost = true;
  }
  if (out_of_step_)
    resynchronise(news);
  return news;
}

void Watch::take_some(News& news, int most) {
  for (int count = 0; count < most; ++count) {
    const auto messages = notifications_.take();
    if (!messages) {
      if (count == 0)
        reread_what_was_not_said(news.changes);
      news.more = unsure_routes_ || !unsure_links_.empty() || !young_.empty();
      return;
    }
    for (const nl::Received& message : *messages)
      apply(message, news.changes);
  }
  news.more = true;
}

/// What was queued before the reading is in it, and what came during it is in its queue: applied
/// without a word, so that nothing is seen to go back and forth.
void Watch::resynchronise(News& news) {
  while (!young_.empty())
    announce(young_.begin()->first, std::nullopt, news.changes);
  notifications_.discard();
  LiveState before = state_;
  try {
    state_ = read();
  } catch (const Error& error) {
    if (error.errnum != EINTR)
      throw;
    news.more = true;  // it changes all the time: later
    return;
  }
  out_of_step_ = false;
  News meanwhile;
  try {
    take_some(meanwhile, 20 * most_datagrams);
  } catch (const Error& error) {
    if (error.errnum != ENOBUFS)
      throw;
    out_of_step_ = true;
  }
  news.more = meanwhile.more || out_of_step_;
  append(news.changes, before.become(state_));
}

void Watch::apply(const nl::Received& message, StateChanges& changes) {
  switch (message.type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
      apply_link(message, changes);
      break;
    case RTM_NEWADDR:
    case RTM_DELADDR:
      apply_address(message, changes);
      break;
    default:
      if (is_about_default_route(message))
        apply_route(message, changes);
  }
}

void Watch::apply_link(const nl::Received& message, StateChanges& changes) {
  KnownNames names(state_);
  const auto header = nl::parse<ifinfomsg>(message.payload);
  const auto link = decode_link(message.payload, names);
  if (!header || !link)
    return;
  if (header->header.ifi_family == AF_BRIDGE) {
    // It has the settings of a port alone; and a RTM_DELLINK means that it is none any more, which
    // another message says too.
    if (message.type == RTM_NEWLINK) {
      announce_on(link->name, changes);
      reread_link(link->ifindex, changes);
    }
    return;
  }
  const bool is_up = link->settings.up.value_or(false);
  unsure_routes_ = unsure_routes_ || (!is_up && state_.routes_through(link->name));
  if (message.type == RTM_DELLINK) {
    announce(link->ifindex, link->tun, changes);
    append(changes, state_.remove_link(link->ifindex));
    return;
  }
  if (link->tun && !state_.has_link(link->ifindex)) {
    young_.emplace(link->ifindex, *link);
    state_.put(*link);
    return;
  }
  announce(link->ifindex, link->tun, changes);
  if (link->tun)
    unsure_links_.insert(link->ifindex);
  append(changes, state_.put(*link));
}

/// A new device as it was when its maker was done, of which `tun` tells.
void Watch::announce(int ifindex, const std::optional<TunDevice>& tun, StateChanges& changes) {
  const auto young = young_.extract(ifindex);
  if (young.empty())
    return;
  Link link = young.mapped();
  if (tun)
    link.tun = tun;
  state_.put(link);
  changes.emplace_back(Changed<Link>{.before = std::nullopt, .after = link});
}

void Watch::announce_on(const IfName& link, StateChanges& changes) {
  const auto young = std::ranges::find_if(
      young_, [&](const auto& entry) { return state_.name_of(entry.first) == link; });
  if (young == young_.end())
    return;
  const int ifindex = young->first;
  const auto now = ask(ifindex);
  announce(ifindex, now ? now->tun : std::nullopt, changes);
}

void Watch::apply_address(const nl::Received& message, StateChanges& changes) {
  KnownNames names(state_);
  const auto address = decode_address(message.payload, names);
  if (!address)
    return;
  announce_on(address->link, changes);
  if (message.type == RTM_NEWADDR) {
    append(changes, state_.put(*address));
    return;
  }
  append(changes, state_.remove(*address));
  unsure_routes_ = unsure_routes_ || address->local.family == Family::ipv4;
}

std::optional<Link> Watch::ask(int ifindex) {
  KnownNames names(state_);
  const auto answer = requests_.get(get_link_request(ifindex));
  return answer ? decode_link(answer->payload, names) : std::nullopt;
}

void Watch::apply_route(const nl::Received& message, StateChanges& changes) {
  KnownNames names(state_);
  unsure_routes_ = true;
  const auto route = decode_route(message.payload, names);
  if (!route)
    return;
  const bool replaces = (message.flags & NLM_F_REPLACE) != 0;
  append(changes, message.type == RTM_DELROUTE
                      ? state_.remove(*route)
                      : state_.put(*route, replaces ? RoutePlace::replaces : RoutePlace::added));
}

/// One that is gone is left to the message that says so.
void Watch::reread_link(int ifindex, StateChanges& changes) {
  if (const auto link = ask(ifindex))
    append(changes, state_.put(*link));
}

void Watch::reread_what_was_not_said(StateChanges& changes) {
  while (!young_.empty()) {
    const int ifindex = young_.begin()->first;
    const auto now = ask(ifindex);
    announce(ifindex, now ? now->tun : std::nullopt, changes);
    unsure_links_.insert(ifindex);
  }
  for (const int ifindex : std::exchange(unsure_links_, {}))
    reread_link(ifindex, changes);
  if (std::exchange(unsure_routes_, false))
    append(changes, state_.replace_routes(read_routes()));
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Follows the links, addresses and default routes of a network namespace.
//
// Messages are the changes; but the kernel does not send one for each of them, so what a message
// makes doubtful is read again, in the first quiet moment:
// - IPv4 routes go without a word with the address that they prefer and when their link goes down
//   (net/ipv4/fib_trie.c, fib_table_flush);
// - a message about a route does not say how it is combined with others of its key;
// - a tun device sends messages before owner, group, persistence and queues are what they will be
//   (drivers/net/tun.c, tun_set_iff). So a new one is announced with the next message about it, or
//   in the first quiet moment.
// What is read must not be ahead of the messages: those that are queued would take it back, and the
// last of them bring it again. So a link is asked for over the socket of the notifications, where
// the answer is queued behind the messages that were sent before it (the kernel does both with the
// RTNL lock held). A dump of routes is not such a moment in time: one during which something came
// is dropped. Where messages were lost (ENOBUFS), all is read again.
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

/// Routes have the names of links, so a link counts too: it may have been renamed.
bool matters_to_routes(const nl::Received& message) {
  return message.type == RTM_NEWLINK || message.type == RTM_DELLINK ||
         is_about_default_route(message);
}

void append(StateChanges& changes, StateChanges more) {
  std::ranges::move(more, std::back_inserter(changes));
}

}  // namespace

Watch::Watch() {
  read_anew();
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
void Watch::read_anew() {
  notifications_.discard();
  asked_links_.clear();
  state_ = read();
  out_of_step_ = false;
  News meanwhile;
  try {
    take_some(meanwhile, 20 * most_datagrams);
  } catch (const Error& error) {
    if (error.errnum != ENOBUFS)
      throw;
    out_of_step_ = true;
  }
  for (const auto& [ifindex, link] : std::exchange(young_, {}))
    unsure_links_.insert(ifindex);
}

void Watch::resynchronise(News& news) {
  while (!young_.empty())
    announce(young_.begin()->first, std::nullopt, news.changes);
  news.more = true;
  LiveState before = state_;
  try {
    read_anew();
  } catch (const Error& error) {
    if (error.errnum != EINTR)
      throw;
    return;  // it changes all the time: later
  }
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
    if (message.type == RTM_NEWLINK)
      ask(link->ifindex);
    return;
  }
  if (message.is_answer || message.type == RTM_DELLINK)
    asked_links_.erase(link->ifindex);
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
  if (link->tun && !message.is_answer)
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
  auto tun = read_tun(ifindex);
  if (tun && tun->persist)
    tun->queues = 0;  // who attached since then is in the messages that come
  announce(ifindex, tun, changes);
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

std::optional<TunDevice> Watch::read_tun(int ifindex) {
  KnownNames names(state_);
  const auto answer = requests_.get(get_link_request(ifindex));
  const auto link = answer ? decode_link(answer->payload, names) : std::nullopt;
  return link ? link->tun : std::nullopt;
}

/// A message that is taken before the answer was also sent before it, so one answer is enough.
void Watch::ask(int ifindex) {
  if (asked_links_.insert(ifindex).second)
    notifications_.ask(ifindex);
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

void Watch::reread_routes(StateChanges& changes) {
  std::vector<Route> routes;
  try {
    routes = read_routes();
  } catch (const Error& error) {
    if (error.errnum != EINTR)
      throw;
    return;  // they change all the time: later
  }
  std::vector<nl::Received> meanwhile;
  while (auto messages = notifications_.take())
    std::ranges::move(*messages, std::back_inserter(meanwhile));
  if (std::ranges::none_of(meanwhile, matters_to_routes)) {
    append(changes, state_.replace_routes(routes));
    unsure_routes_ = false;
  }
  for (const nl::Received& message : meanwhile)
    apply(message, changes);
}

void Watch::reread_what_was_not_said(StateChanges& changes) {
  if (unsure_routes_)
    reread_routes(changes);
  for (const int ifindex : std::exchange(unsure_links_, {}))
    ask(ifindex);
  for (const auto& [ifindex, link] : young_) {
    ask(ifindex);
    unsure_links_.insert(ifindex);
  }
}

}  // namespace tapctl

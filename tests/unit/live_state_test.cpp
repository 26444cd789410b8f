// SPDX-License-Identifier: MIT
// What each piece of news changes, and what a second reading does.
#include "model/live_state.hpp"

#include "unit/values.hpp"

#include <gtest/gtest.h>

namespace tapctl {
namespace {

using test::make_address;
using test::make_route;
using test::make_tap;
using test::name;

Link numbered(const std::string& text, int ifindex) {
  Link link = make_tap(text);
  link.ifindex = ifindex;
  return link;
}

Snapshot two_taps() {
  Snapshot snapshot;
  snapshot.links = {numbered("tap0", 1), numbered("tap1", 2)};
  snapshot.addresses = {make_address("tap0", "10.0.0.1/24"), make_address("tap1", "10.0.1.1/24")};
  snapshot.routes = {make_route("tap0", "0.0.0.0/0", "10.0.0.2")};
  return snapshot;
}

template <class T>
std::vector<Changed<T>> of_type(const StateChanges& changes) {
  std::vector<Changed<T>> result;
  for (const StateChange& change : changes) {
    if (const auto* one = std::get_if<Changed<T>>(&change))
      result.push_back(*one);
  }
  return result;
}

TEST(LiveState, KnowsWhatItWasToldAlready) {
  LiveState state(two_taps());
  EXPECT_EQ(state.put(numbered("tap0", 1)), StateChanges{});
  EXPECT_EQ(state.put(make_address("tap0", "10.0.0.1/24")), StateChanges{});
  EXPECT_EQ(state.replace_routes(two_taps().routes), StateChanges{});
  EXPECT_EQ(state.become(LiveState(two_taps())), StateChanges{});
  EXPECT_EQ(state.remove_link(9), StateChanges{});
  EXPECT_EQ(state.remove(make_address("tap0", "10.0.0.9/24")), StateChanges{});
  EXPECT_EQ(state.put(make_address("nosuch", "10.0.0.9/24")), StateChanges{});
}

TEST(LiveState, TakesAddressesAndRoutesAlongWithAName) {
  LiveState state(two_taps());
  EXPECT_EQ(state.put(numbered("tap9", 1)).size(), 1U);
  EXPECT_EQ(state.name_of(1), name("tap9"));
  EXPECT_TRUE(state.routes_through(name("tap9")));
  // The kernel sends the address again, with its new label.
  EXPECT_EQ(state.put(make_address("tap9", "10.0.0.1/24")), StateChanges{});
  EXPECT_EQ(state.replace_routes({make_route("tap9", "0.0.0.0/0", "10.0.0.2")}), StateChanges{});
}

TEST(LiveState, RemovesTheAddressesOfALinkFirst) {
  LiveState state(two_taps());
  const StateChanges changes = state.remove_link(2);
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(of_type<Address>({changes[0]})[0].before, make_address("tap1", "10.0.1.1/24"));
  EXPECT_EQ(of_type<Link>({changes[1]})[0].before, numbered("tap1", 2));
  EXPECT_EQ(state.name_of(2), IfName());
}

TEST(LiveState, SeesOneRouteTakeThePlaceOfAnother) {
  LiveState state(two_taps());
  const Route next = make_route("tap0", "0.0.0.0/0", "10.0.0.3");
  const auto replaced = of_type<Route>(state.replace_routes({next}));
  ASSERT_EQ(replaced.size(), 1U);
  EXPECT_EQ(replaced[0].before, two_taps().routes[0]);
  EXPECT_EQ(replaced[0].after, next);
  Route other = next;
  other.metric = 100;
  const auto added = of_type<Route>(state.replace_routes({next, other}));
  ASSERT_EQ(added.size(), 1U);
  EXPECT_EQ(added[0].before, std::nullopt);
  EXPECT_EQ(of_type<Route>(state.replace_routes({})).size(), 2U);
}

TEST(LiveState, SeesNamesThatWereSwapped) {
  LiveState state(two_taps());
  Snapshot swapped = two_taps();
  swapped.links = {numbered("tap1", 1), numbered("tap0", 2)};
  swapped.addresses = {make_address("tap1", "10.0.0.1/24"), make_address("tap0", "10.0.1.1/24")};
  swapped.routes = {make_route("tap1", "0.0.0.0/0", "10.0.0.2")};
  const StateChanges changes = state.become(LiveState(swapped));
  EXPECT_EQ(changes.size(), 2U);
  EXPECT_EQ(of_type<Link>(changes).size(), 2U);
  EXPECT_EQ(state.become(LiveState(swapped)), StateChanges{});
}

TEST(LiveState, FindsEverythingInASecondReading) {
  LiveState state(two_taps());
  Snapshot next = two_taps();
  next.links[0].settings.mtu = 1400;
  next.links[1] = numbered("tap2", 3);
  next.addresses = {make_address("tap0", "10.0.0.7/24"), make_address("tap2", "10.0.1.1/24")};
  next.routes.clear();
  const StateChanges changes = state.become(LiveState(next));
  EXPECT_EQ(of_type<Link>(changes).size(), 3U);     // removed, changed, added
  EXPECT_EQ(of_type<Address>(changes).size(), 4U);  // two of each
  EXPECT_EQ(of_type<Route>(changes).size(), 1U);
  EXPECT_EQ(state.become(LiveState(next)), StateChanges{});
}

TEST(LiveState, NamesTheLinksOfAChange) {
  EXPECT_EQ(links_of(Changed<Link>{numbered("a", 1), numbered("b", 1)}),
            (std::vector{name("a"), name("b")}));
  EXPECT_EQ(links_of(Changed<Route>{std::nullopt, two_taps().routes[0]}),
            std::vector{name("tap0")});
}

}  // namespace
}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Which links cannot be ports, whether or not the kernel of this machine has them.
#include "plan/bridge_ports.hpp"

#include "unit/values.hpp"
#include "util/error.hpp"

#include <gtest/gtest.h>

namespace tapctl {
namespace {

using test::make_link;
using test::name;

TEST(BridgePorts, AreNotBelowALinkThatTakesTheirFrames) {
  for (const char* kind : {"macvlan", "macvtap", "ipvlan", "ipvtap"}) {
    Snapshot snapshot;
    snapshot.links = {make_link("eth0", ""), make_link("upper0", kind)};
    snapshot.links[0].ifindex = 1;
    snapshot.links[1].ifindex = 2;
    EXPECT_NO_THROW(require_bridgeable(snapshot, snapshot.links[0], name("br0"), {})) << kind;
    snapshot.links[1].lower_ifindex = 1;
    EXPECT_THROW(require_bridgeable(snapshot, snapshot.links[0], name("br0"), {}), Error) << kind;
  }
}

}  // namespace
}  // namespace tapctl

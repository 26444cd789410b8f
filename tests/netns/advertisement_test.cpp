// SPDX-License-Identifier: MIT
// An IPv6 host that has its address and default route from router advertisements: those have to go
// on working after a move, and after the way back.
#include "kernel/linux_kernel.hpp"
#include "support/failing_kernel.hpp"
#include "support/host_state.hpp"
#include "support/netns_test.hpp"
#include "support/perform.hpp"
#include "support/process.hpp"
#include "support/requests.hpp"
#include "support/rich_host.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tapctl::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr uint32_t valid_lifetime = 7200;
constexpr uint32_t kernels_metric = 1024;

const std::string first_router = "fe80::1";
const std::string second_router = "fe80::2";

/// What radvd would send from eth0 of the namespace "lan", which has that link-local address.
void advertise(const std::string& router = first_router) {
  const InNetns lan("lan");
  struct {
    nd_router_advert header;
    nd_opt_prefix_info prefix;
  } packet{};
  packet.header.nd_ra_type = ND_ROUTER_ADVERT;
  packet.header.nd_ra_curhoplimit = 64;
  packet.header.nd_ra_router_lifetime = htons(1800);
  packet.prefix.nd_opt_pi_type = ND_OPT_PREFIX_INFORMATION;
  packet.prefix.nd_opt_pi_len = sizeof packet.prefix / 8;
  packet.prefix.nd_opt_pi_prefix_len = 64;
  packet.prefix.nd_opt_pi_flags_reserved = ND_OPT_PI_FLAG_ONLINK | ND_OPT_PI_FLAG_AUTO;
  packet.prefix.nd_opt_pi_valid_time = htonl(valid_lifetime);
  packet.prefix.nd_opt_pi_preferred_time = htonl(valid_lifetime / 2);
  inet_pton(AF_INET6, "2001:db8:77::", &packet.prefix.nd_opt_pi_prefix);

  sockaddr_in6 everyone{};
  everyone.sin6_family = AF_INET6;
  everyone.sin6_scope_id = if_nametoindex("eth0");
  inet_pton(AF_INET6, "ff02::1", &everyone.sin6_addr);
  const Fd socket(::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6));
  sockaddr_in6 source = everyone;
  inet_pton(AF_INET6, router.c_str(), &source.sin6_addr);
  const int hops = 255;  // RFC 4861: else it is not from this link
  if (bind(socket.get(), reinterpret_cast<sockaddr*>(&source), sizeof source) != 0 ||
      setsockopt(socket.get(), IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof hops) != 0 ||
      sendto(socket.get(), &packet, sizeof packet, 0, reinterpret_cast<sockaddr*>(&everyone),
             sizeof everyone) < 0)
    throw std::runtime_error("the advertisement cannot be sent");
}

json address_on(const std::string& link) {
  const json shown = json::parse(must_run({"ip", "-j", "-6", "addr", "show", "dev", link}));
  for (const json& entry : shown)
    for (const json& address : entry.value("addr_info", json::array()))
      if (address.value("local", "").starts_with("2001:db8:77:"))
        return address;
  return nullptr;
}

json default_routes(const std::string& link) {
  return json::parse(must_run({"ip", "-j", "-6", "route", "show", "default", "dev", link}));
}

std::multiset<std::string> gateways(const json& routes) {
  std::multiset<std::string> result;
  for (const json& route : routes)
    result.insert(route.value("gateway", ""));
  return result;
}

/// The routers whose default routes the kernel keeps up.
std::multiset<std::string> routers(const std::string& link) {
  json routes = default_routes(link);
  for (auto route = routes.begin(); route != routes.end();)
    route = (*route)["metric"] == kernels_metric ? route + 1 : routes.erase(route);
  return gateways(routes);
}

/// How many operations the request would take.
size_t operations_of(Kernel& kernel, const Request& request) {
  Snapshot current = kernel.snapshot(scope_of(request));
  if (const auto wider = wider_scope(request, current))
    current = kernel.snapshot(*wider);
  size_t count = 0;
  for (const Step& step : make_plan(current, request).steps)
    count += step.ops.size();
  return count;
}

class Advertisements : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (IsSkipped())
      return;
    add_netns("lan");
    ip_batch("link add eth0 type veth peer name eth0 netns lan\n");
    {
      const InNetns lan("lan");
      write_file("/proc/sys/net/ipv6/conf/all/forwarding", "1");
      ip_batch(
          "link set eth0 addrgenmode none\n"
          "link set eth0 up\n"
          "addr add fe80::1/64 dev eth0 nodad\n"
          "addr add fe80::2/64 dev eth0 nodad\n");
    }
    write_file("/proc/sys/net/ipv6/conf/eth0/accept_dad", "0");
    ip_batch("link set eth0 up\n");
    ASSERT_TRUE(wait_until(
        [] {
          advertise();
          return !address_on("eth0").is_null();
        },
        5s));
    host_state();  // waits until all has settled
  }
};

/// An advertisement gives the address its full lifetime again, and there is a route whose lifetime
/// the kernel keeps up. Sent more than once: on a busy machine a second may pass before one is
/// seen.
void expect_taken(const std::string& link) {
  EXPECT_FALSE(default_routes(link).empty()) << "no moment without a route";
  std::this_thread::sleep_for(2s);
  ASSERT_LT(address_on(link)["valid_life_time"], valid_lifetime - 1);
  EXPECT_TRUE(wait_until(
      [&] {
        advertise();
        return address_on(link)["valid_life_time"] >= valid_lifetime - 1;
      },
      10s))
      << address_on(link);
  EXPECT_TRUE(routers(link).contains(first_router)) << default_routes(link);
}

/// An advertisement reaches the uplink after the plan was made, just before it takes no more.
class LateAdvertisement : public FailingKernel {
 public:
  explicit LateAdvertisement(Kernel& inner) : FailingKernel(inner, SIZE_MAX) {}
  std::vector<std::optional<Error>> apply(std::span<const Op> ops) override {
    if (!std::exchange(is_sent_, true))
      ip_batch("addr add 2001:db8:78::9/64 dev eth0\n");
    return FailingKernel::apply(ops);
  }

 private:
  bool is_sent_ = false;
};

TEST_F(Advertisements, ThatCameAfterThePlanUndoesIt) {
  LinuxKernel real;
  LateAdvertisement kernel(real);
  const Attempt attempt = perform(kernel, bridge("br0", {"eth0"}));
  EXPECT_TRUE(attempt.outcome.is_outdated);
  EXPECT_EQ(attempt.outcome.kind, OutcomeKind::rolled_back) << describe(attempt.outcome);
  ASSERT_TRUE(attempt.outcome.error.has_value());
  EXPECT_NE(attempt.outcome.error->message.find("address 2001:db8:78::9/64 on 'eth0': new"),
            std::string::npos);
  EXPECT_NE(run({"ip", "link", "show", "br0"}).status, 0);
  EXPECT_EQ(read_file("/proc/sys/net/ipv6/conf/eth0/accept_ra"), "1\n");
}

TEST_F(Advertisements, AreTakenOnTheBridgeAndOnTheUplinkAgain) {
  expect_taken("eth0");
  expect_committed(bridge("br0", {"eth0"}));
  expect_taken("br0");
  expect_committed(unbridge("br0"));
  expect_taken("eth0");
  expect_committed(bridge("br0", {"eth0"}));
  expect_taken("br0");
}

/// Failing in the last operation, when all has moved.
TEST_F(Advertisements, AreTakenAfterARollback) {
  LinuxKernel real;
  const Request request = bridge("br0", {"eth0"});
  const size_t operations = operations_of(real, request);
  FailingKernel kernel(real, operations - 1);
  const Attempt attempt = perform(kernel, request);
  EXPECT_EQ(attempt.outcome.kind, OutcomeKind::rolled_back) << describe(attempt.outcome);
  expect_taken("eth0");
}

/// One that reached the uplink while the bridge was being built: the bridge has heard the next one.
TEST_F(Advertisements, OfThePortGoWhereTheBridgeHasItsOwn) {
  expect_committed(bridge("br0", {"eth0"}));
  expect_taken("br0");
  ip_batch(
      "addr add 2001:db8:78::9/64 dev eth0\n"
      "route append default via fe80::1 dev eth0 proto ra metric 1024 expires 1000\n");
  const json before = default_routes("br0");
  expect_committed(bridge("br0", {"eth0"}));
  EXPECT_EQ(default_routes("eth0"), json::array());
  EXPECT_EQ(default_routes("br0").size(), before.size());
  expect_taken("br0");
}

/// Made anew with one metric they would be one multipath route.
TEST_F(Advertisements, OfTwoRoutersStayTwo) {
  const std::multiset<std::string> both = {first_router, second_router};
  const auto advertise_both = [&](const std::string& link) {
    SCOPED_TRACE(link);
    advertise(first_router);
    advertise(second_router);
    EXPECT_TRUE(wait_until([&] { return routers(link) == both; }, 5s)) << default_routes(link);
  };
  advertise_both("eth0");
  expect_committed(bridge("br0", {"eth0"}));
  EXPECT_EQ(gateways(default_routes("br0")), both);
  advertise_both("br0");
  expect_committed(unbridge("br0"));
  EXPECT_EQ(gateways(default_routes("eth0")), both);
  advertise_both("eth0");
}

/// A route of somebody's own with the metric of the kernel's keeps its place beside it.
TEST_F(Advertisements, LeaveARouteOfTheSameMetricAlone) {
  ip_batch("route append default via fe80::3 dev eth0 proto static metric 1024\n");
  expect_committed(bridge("br0", {"eth0"}));
  EXPECT_TRUE(gateways(default_routes("br0")).contains("fe80::3")) << default_routes("br0");
  expect_taken("br0");
  expect_committed(unbridge("br0"));
  EXPECT_TRUE(gateways(default_routes("eth0")).contains("fe80::3")) << default_routes("eth0");
  expect_taken("eth0");
}

}  // namespace
}  // namespace tapctl::test

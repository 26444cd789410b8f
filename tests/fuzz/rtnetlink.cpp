// SPDX-License-Identifier: MIT
// Fuzz target: the objects in the kernel's answers. What is decoded can be written to a journal,
// printed, and sent back.
#include "fuzz/round_trip.hpp"
#include "fuzz/target.hpp"
#include "kernel/rtnl_address.hpp"
#include "kernel/rtnl_link.hpp"
#include "kernel/rtnl_neighbour.hpp"
#include "kernel/rtnl_route.hpp"
#include "kernel/rtnl_rule.hpp"
#include "plan/ip_line.hpp"
#include "report/json.hpp"
#include "report/json_values.hpp"
#include "report/text.hpp"
#include "support/full_values.hpp"
#include "util/error.hpp"

#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>

namespace {

using namespace tapctl;
using fuzz::require;
using fuzz::require_json;
using fuzz::require_printable;

/// The first byte of an input.
enum class Kind : uint8_t { link, address, route, rule, neighbour };
constexpr unsigned kinds = 5;

/// Every link is there, under a name that a terminal must never see.
class OddNames final : public NameLookup {
 public:
  IfName name_of(int ifindex) override {
    return IfName::from_kernel(ifindex == 0 ? "" : "\x1b[2J\xff" + std::to_string(ifindex % 100));
  }
  int index_of(const IfName& name) override { return name.empty() ? 0 : 7; }
};

/// Sending it is refused at most.
template <class O>
void require_encodable(const O& op, OddNames& names) {
  try {
    if constexpr (requires { encode(op, names); })
      encode(op, names);
    else
      encode(op);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): an attribute that is too long
  }
}

/// As an operation of a plan.
template <class O>
void check_op(const O& op, OddNames& names) {
  require_encodable(op, names);
  require_printable(ip_line(op));
  require_printable(op_subject(op));
  require_json(print_json(to_json(Op(op))));
}

void check_link(nl::Bytes bytes, OddNames& names) {
  read_link_id(bytes);
  const auto found = decode_link(bytes, names);
  if (!found)
    return;
  fuzz::require_round_trip(*found);
  check_op(SetLink{found->name, found->settings}, names);
  check_op(SetPort{found->name, found->port.value_or(Port{})}, names);
  check_op(CreateBridge{found->name, found->settings, found->bridge.value_or(Bridge{})}, names);
  Snapshot snapshot;
  snapshot.links = {*found};
  fuzz::require_printable_lines(text_status(snapshot, {}, false));
  fuzz::require_printable_lines(text_list(snapshot, {found->name}, Header::show, true));
  std::string document;
  json_status(snapshot, {}, {}, JsonLayout::indented,
              [&](std::string_view piece) { document += piece; });
  require_json(document);
  require(semantic_difference(snapshot, snapshot).empty(), "nothing differs from itself");
}

/// `value`, decoded from what a message holds, as what is added and deleted.
template <class Add, class Delete, class T>
void check_object(const std::optional<T>& value, OddNames& names) {
  if (!value)
    return;
  fuzz::require_round_trip(*value);
  check_op(Add{*value}, names);
  check_op(Delete{*value}, names);
  require_json(print_json(to_json(*value)));
}

/// The payload of a message, behind its header.
std::string payload_of(const nl::Message& message) {
  return {static_cast<const char*>(nlmsg_data(message.raw())),
          static_cast<size_t>(nlmsg_datalen(message.raw()))};
}

std::string seed(Kind kind, const std::string& payload) {
  return std::string(1, static_cast<char>(kind)) + payload;
}

std::string seed(Kind kind, const std::vector<nl::Message>& messages) {
  return seed(kind, payload_of(messages.front()));
}

ifinfomsg link_header() {
  ifinfomsg header{};
  header.ifi_index = 7;
  header.ifi_type = ARPHRD_ETHER;
  header.ifi_flags = 1;
  return header;
}

std::string tun_seed() {
  nl::Message message(RTM_NEWLINK, 0, link_header());
  message.put_string(IFLA_IFNAME, "tap0");
  message.put_string(IFLA_IFALIAS, "\x1b]0;x\x07\xc2\x9b");
  message.put(IFLA_MTU, uint32_t{1500});
  message.put(IFLA_CARRIER, uint8_t{1});
  message.nest(IFLA_LINKINFO, [&] {
    message.put_string(IFLA_INFO_KIND, "tun");
    message.nest(IFLA_INFO_DATA, [&] {
      message.put(IFLA_TUN_TYPE, uint8_t{IFF_TAP});
      message.put(IFLA_TUN_OWNER, uint32_t{54321});
      message.put(IFLA_TUN_MULTI_QUEUE, uint8_t{1});
      message.put(IFLA_TUN_NUM_QUEUES, uint32_t{2});
    });
    message.put_string(IFLA_INFO_SLAVE_KIND, "bridge");
    message.nest(IFLA_INFO_SLAVE_DATA, [&] { message.put(IFLA_BRPORT_COST, uint32_t{100}); });
  });
  return payload_of(message);
}

}  // namespace

std::vector<std::string> tapctl::fuzz::seeds() {
  OddNames names;
  const Link full = test::full_link();
  const ifinfomsg header = link_header();
  const auto created = encode(CreateBridge{full.name, full.settings, *full.bridge}, names);
  created.front().overwrite(NLMSG_HDRLEN, nl::as_bytes(header));
  Route single = test::full_route();
  single.nexthops.resize(1);
  single.nexthop_id.reset();
  Route several = test::full_route();
  several.nexthop_id.reset();
  several.family = Family::ipv4;  // gateways of the other family
  return {seed(Kind::link, created),
          seed(Kind::link, tun_seed()),
          seed(Kind::address, encode(AddAddress{test::full_address()}, names)),
          seed(Kind::route, encode(AddRoute{single}, names)),
          seed(Kind::route, encode(AddRoute{several}, names)),
          seed(Kind::route, encode(AddRoute{test::full_route()}, names)),
          seed(Kind::rule, encode(AddRule{test::full_rule()})),
          seed(Kind::neighbour, encode(AddNeighbour{test::full_neighbour()}, names))};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const auto kind = static_cast<Kind>(input.byte() % kinds);
  const std::string_view rest = input.rest();
  // The socket's buffer is aligned, and so is what stands behind a header in it.
  const std::vector<uint8_t> payload(rest.begin(), rest.end());
  OddNames names;
  switch (kind) {
    case Kind::link:
      check_link(payload, names);
      break;
    case Kind::address:
      check_object<AddAddress, DeleteAddress>(decode_address(payload, names), names);
      break;
    case Kind::route:
      check_object<AddRoute, DeleteRoute>(decode_route(payload, names), names);
      break;
    case Kind::rule:
      check_object<AddRule, DeleteRule>(decode_rule(payload), names);
      break;
    case Kind::neighbour:
      check_object<AddNeighbour, DeleteNeighbour>(decode_neighbour(payload, names), names);
  }
  return 0;
}

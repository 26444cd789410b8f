// SPDX-License-Identifier: MIT
// Reads and builds route messages.
#include "kernel/rtnl_route.hpp"

#include "kernel/rtnl.hpp"

#include <linux/rtnetlink.h>

namespace tapctl {
namespace {

/// Times of rta_cacheinfo are in hundredths of a second (USER_HZ).
constexpr uint32_t user_hz = 100;

constexpr std::array<uint16_t, 15> known = {RTA_DST,   RTA_SRC,      RTA_OIF,       RTA_GATEWAY,
                                            RTA_VIA,   RTA_PRIORITY, RTA_PREFSRC,   RTA_PREF,
                                            RTA_NH_ID, RTA_METRICS,  RTA_MULTIPATH, RTA_CACHEINFO,
                                            RTA_TABLE, RTA_EXPIRES,  RTA_PAD};
constexpr std::array<uint16_t, 2> known_of_nexthop = {RTA_GATEWAY, RTA_VIA};

std::optional<IpAddress> read_gateway(const nl::Attrs& attrs, Family family) {
  if (const auto gateway = read_ip(attrs, RTA_GATEWAY, family))
    return gateway;
  const auto via = attrs.find(RTA_VIA);
  if (!via || via->size() < sizeof(rtvia))
    return std::nullopt;
  __kernel_sa_family_t socket_family = 0;
  std::memcpy(&socket_family, via->data(), sizeof socket_family);
  const auto of = family_of(socket_family);
  if (!of || via->size() < sizeof(rtvia) + address_bits(*of) / 8U)
    return std::nullopt;
  return IpAddress::from_bytes(*of, via->subspan(sizeof(rtvia)));
}

void put_gateway(nl::Message& message, const NextHop& hop, Family family) {
  if (!hop.gateway)
    return;
  if (hop.gateway->family == family) {
    message.put(RTA_GATEWAY, hop.gateway->span());
    return;
  }
  // struct rtvia: the family, and the address right behind it.
  std::vector<uint8_t> via(sizeof(rtvia));
  const __kernel_sa_family_t of = socket_family(hop.gateway->family);
  std::memcpy(via.data(), &of, sizeof of);
  const auto address = hop.gateway->span();
  via.insert(via.end(), address.begin(), address.end());
  message.put(RTA_VIA, nl::Bytes(via));
}

uint8_t nexthop_flags(const NextHop& hop) {
  return hop.onlink ? RTNH_F_ONLINK : 0;
}

/// Nothing when one of its links is gone.
std::optional<std::vector<NextHop>> read_multipath(nl::Bytes bytes, Family family,
                                                   NameLookup& names) {
  std::vector<NextHop> hops;
  while (bytes.size() >= sizeof(rtnexthop)) {
    rtnexthop header{};
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.rtnh_len < sizeof header || header.rtnh_len > bytes.size())
      break;
    const nl::Attrs attrs(bytes.subspan(sizeof header, header.rtnh_len - sizeof header));
    NextHop hop;
    hop.link = names.name_of(header.rtnh_ifindex);
    if (header.rtnh_ifindex != 0 && hop.link.empty())
      return std::nullopt;
    hop.gateway = read_gateway(attrs, family);
    hop.onlink = (header.rtnh_flags & RTNH_F_ONLINK) != 0;
    hop.weight = header.rtnh_hops;
    hop.extra = unknown_attributes(attrs, known_of_nexthop);
    hops.push_back(std::move(hop));
    bytes = bytes.subspan(std::min<size_t>(bytes.size(), RTNH_ALIGN(header.rtnh_len)));
  }
  return hops;
}

std::optional<std::vector<NextHop>> read_nexthops(const rtmsg& header, const nl::Attrs& attrs,
                                                  Family family, NameLookup& names) {
  if (const auto multipath = attrs.find(RTA_MULTIPATH))
    return read_multipath(*multipath, family, names);
  const int oif = attrs.get<int>(RTA_OIF).value_or(0);
  NextHop hop;
  hop.link = names.name_of(oif);
  if (oif != 0 && hop.link.empty())
    return std::nullopt;
  hop.gateway = read_gateway(attrs, family);
  hop.onlink = (header.rtm_flags & RTNH_F_ONLINK) != 0;
  if (hop == NextHop{})
    return std::vector<NextHop>{};
  return std::vector{hop};
}

void put_nexthop_record(nl::Message& message, const NextHop& hop, Family family,
                        NameLookup& names) {
  rtnexthop header{};
  header.rtnh_flags = nexthop_flags(hop);
  header.rtnh_hops = hop.weight;
  header.rtnh_ifindex = names.index_of(hop.link);
  const size_t start = message.size();
  message.append(nl::as_bytes(header));
  put_gateway(message, hop, family);
  put_raw(message, hop.extra);
  header.rtnh_len = static_cast<uint16_t>(message.size() - start);
  message.overwrite(start, nl::as_bytes(header));
}

void put_nexthops(nl::Message& message, const Route& route, NameLookup& names) {
  if (route.nexthop_id) {  // the object has the ways; the kernel wants no others beside it
    message.put(RTA_NH_ID, *route.nexthop_id);
    return;
  }
  if (route.nexthops.size() > 1) {
    message.block(RTA_MULTIPATH, [&] {
      for (const NextHop& hop : route.nexthops)
        put_nexthop_record(message, hop, route.family, names);
    });
    return;
  }
  for (const NextHop& hop : route.nexthops) {
    if (!hop.link.empty())
      message.put(RTA_OIF, names.index_of(hop.link));
    put_gateway(message, hop, route.family);
  }
}

void read_metrics(const nl::Attrs& metrics, Route& route) {
  for (const nl::Attr& attr : metrics) {
    if (attr.type == RTAX_CC_ALGO)
      route.congestion_control = metrics.string(RTAX_CC_ALGO).value_or("");
    else if (const auto value = metrics.get<uint32_t>(attr.type))
      route.metrics.emplace_back(attr.type, *value);
  }
}

void put_metrics(nl::Message& message, const Route& route) {
  if (route.metrics.empty() && route.congestion_control.empty())
    return;
  message.nest(RTA_METRICS, [&] {
    for (const auto& [type, value] : route.metrics)
      message.put(type, value);
    if (!route.congestion_control.empty())
      message.put_string(RTAX_CC_ALGO, route.congestion_control);
  });
}

rtmsg header_for(const Route& route) {
  rtmsg header{};
  header.rtm_family = socket_family(route.family);
  header.rtm_dst_len = route.destination.length;
  header.rtm_src_len = route.source ? route.source->length : uint8_t{0};
  header.rtm_tos = route.tos;
  header.rtm_table =
      route.table <= RT_TABLE_LOCAL ? static_cast<uint8_t>(route.table) : uint8_t{RT_TABLE_UNSPEC};
  header.rtm_protocol = route.protocol;
  header.rtm_scope = route.scope;
  header.rtm_type = route.type;
  if (route.nexthops.size() == 1 && !route.nexthop_id)
    header.rtm_flags = nexthop_flags(route.nexthops.front());
  return header;
}

/// What tells one route from another.
nl::Message keyed(uint16_t type, unsigned flags, const Route& route, NameLookup& names) {
  nl::Message message(type, flags, header_for(route));
  message.put(RTA_TABLE, route.table);
  if (route.destination.length > 0)
    message.put(RTA_DST, route.destination.address.span());
  if (route.source)
    message.put(RTA_SRC, route.source->address.span());
  put_if_set(message, RTA_PRIORITY, route.metric);
  put_ip(message, RTA_PREFSRC, route.prefsrc);
  put_nexthops(message, route, names);
  put_raw(message, route.extra);
  return message;
}

}  // namespace

nl::Message dump_routes_request(Family family, uint32_t table) {
  rtmsg header{};
  header.rtm_family = socket_family(family);
  nl::Message message(RTM_GETROUTE, 0, header);
  if (table != 0)
    message.put(RTA_TABLE, table);
  return message;
}

std::optional<Route> decode_route(nl::Bytes payload, NameLookup& names) {
  const auto message = nl::parse<rtmsg>(payload);
  if (!message)
    return std::nullopt;
  const auto& [header, attrs] = *message;
  const auto family = family_of(header.rtm_family);
  if (!family || (header.rtm_flags & RTM_F_CLONED) != 0)
    return std::nullopt;
  auto nexthops = read_nexthops(header, attrs, *family, names);
  if (!nexthops)
    return std::nullopt;
  const IpAddress any{*family, {}};

  Route route;
  route.family = *family;
  route.destination = {read_ip(attrs, RTA_DST, *family).value_or(any), header.rtm_dst_len};
  if (header.rtm_src_len > 0)
    route.source = Prefix{read_ip(attrs, RTA_SRC, *family).value_or(any), header.rtm_src_len};
  route.tos = header.rtm_tos;
  route.table = attrs.get<uint32_t>(RTA_TABLE).value_or(header.rtm_table);
  route.type = header.rtm_type;
  route.scope = header.rtm_scope;
  route.protocol = header.rtm_protocol;
  route.metric = attrs.get<uint32_t>(RTA_PRIORITY);
  route.prefsrc = read_ip(attrs, RTA_PREFSRC, *family);
  route.preference = attrs.get<uint8_t>(RTA_PREF);
  if (const auto cache = attrs.get<rta_cacheinfo>(RTA_CACHEINFO); cache && cache->rta_expires > 0)
    route.expires = static_cast<uint32_t>(cache->rta_expires) / user_hz;
  route.nexthop_id = attrs.get<uint32_t>(RTA_NH_ID);
  read_metrics(attrs.nested(RTA_METRICS), route);
  route.nexthops = std::move(*nexthops);
  route.extra = unknown_attributes(attrs, known);
  return route;
}

std::vector<nl::Message> encode(const AddRoute& op, NameLookup& names) {
  const unsigned how = op.how == RouteAdd::replace ? NLM_F_REPLACE : NLM_F_APPEND;
  nl::Message message = keyed(RTM_NEWROUTE, NLM_F_CREATE | how, op.route, names);
  put_if_set(message, RTA_PREF, op.route.preference);
  put_if_set(message, RTA_EXPIRES, op.route.expires);
  put_metrics(message, op.route);
  return list_of(std::move(message));
}

std::vector<nl::Message> encode(const DeleteRoute& op, NameLookup& names) {
  return list_of(keyed(RTM_DELROUTE, 0, op.route, names));
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Reads and builds neighbour messages.
#include "kernel/rtnl_neighbour.hpp"

#include "kernel/rtnl.hpp"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

namespace tapctl {
namespace {

nl::Message keyed(uint16_t type, unsigned flags, const Neighbour& neighbour, NameLookup& names) {
  ndmsg header{};
  header.ndm_family = socket_family(neighbour.address.family);
  header.ndm_ifindex = names.index_of(neighbour.link);
  header.ndm_state = neighbour.state;
  header.ndm_flags =
      static_cast<uint8_t>((neighbour.proxy ? NTF_PROXY : 0) | (neighbour.router ? NTF_ROUTER : 0) |
                           (neighbour.extern_learned ? NTF_EXT_LEARNED : 0));
  nl::Message message(type, flags, header);
  message.put(NDA_DST, neighbour.address.span());
  return message;
}

}  // namespace

nl::Message dump_neighbours_request(int ifindex, NeighbourKind kind) {
  ndmsg header{};
  header.ndm_flags = kind == NeighbourKind::proxy ? NTF_PROXY : 0;
  nl::Message message(RTM_GETNEIGH, 0, header);
  message.put(NDA_IFINDEX, ifindex);
  return message;
}

nl::Message get_neighbour_request(const Neighbour& neighbour, NameLookup& names) {
  return keyed(RTM_GETNEIGH, 0, {.link = neighbour.link, .address = neighbour.address}, names);
}

nl::Message resolve_neighbour_request(const Neighbour& neighbour, NameLookup& names) {
  ndmsg header{};
  header.ndm_family = socket_family(neighbour.address.family);
  header.ndm_ifindex = names.index_of(neighbour.link);
  const bool is_known = !neighbour.lladdr.empty();
  header.ndm_state = is_known ? NUD_PROBE : NUD_NONE;
  header.ndm_flags = is_known ? 0 : NTF_USE;
  nl::Message message(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, header);
  message.put(NDA_DST, neighbour.address.span());
  if (is_known)
    message.put(NDA_LLADDR, nl::Bytes(neighbour.lladdr));
  return message;
}

std::optional<Neighbour> decode_neighbour(nl::Bytes payload, NameLookup& names) {
  const auto message = nl::parse<ndmsg>(payload);
  if (!message)
    return std::nullopt;
  const auto& [header, attrs] = *message;
  const auto family = family_of(header.ndm_family);
  if (!family)
    return std::nullopt;
  const auto address = read_ip(attrs, NDA_DST, *family);

  Neighbour neighbour;
  neighbour.link = names.name_of(header.ndm_ifindex);
  if (!address || neighbour.link.empty())
    return std::nullopt;
  neighbour.address = *address;
  if (const auto lladdr = attrs.find(NDA_LLADDR))
    neighbour.lladdr.assign(lladdr->begin(), lladdr->end());
  neighbour.state = header.ndm_state;
  neighbour.proxy = (header.ndm_flags & NTF_PROXY) != 0;
  neighbour.router = (header.ndm_flags & NTF_ROUTER) != 0;
  neighbour.extern_learned = (header.ndm_flags & NTF_EXT_LEARNED) != 0;
  neighbour.managed = (attrs.get<uint32_t>(NDA_FLAGS_EXT).value_or(0) & NTF_EXT_MANAGED) != 0;
  neighbour.protocol = attrs.get<uint8_t>(NDA_PROTOCOL);
  return neighbour;
}

std::vector<nl::Message> encode(const AddNeighbour& op, NameLookup& names) {
  nl::Message message = keyed(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, op.neighbour, names);
  if (!op.neighbour.proxy && !op.neighbour.lladdr.empty())
    message.put(NDA_LLADDR, nl::Bytes(op.neighbour.lladdr));
  if (op.neighbour.managed)
    message.put(NDA_FLAGS_EXT, uint32_t{NTF_EXT_MANAGED});
  put_if_set(message, NDA_PROTOCOL, op.neighbour.protocol);
  return list_of(std::move(message));
}

std::vector<nl::Message> encode(const DeleteNeighbour& op, NameLookup& names) {
  return list_of(keyed(RTM_DELNEIGH, 0, op.neighbour, names));
}

}  // namespace tapctl

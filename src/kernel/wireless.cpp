// SPDX-License-Identifier: MIT
// Asks nl80211 what kind of Wi-Fi interface a link is.
#include "kernel/wireless.hpp"

#include "kernel/nl_socket.hpp"

#include <linux/genetlink.h>
#include <linux/nl80211.h>

#include <cstdint>

namespace tapctl {
namespace {

/// Looks through the list of families: asking for one by its name loads the module that has it.
std::optional<uint16_t> family_id(nl::Socket& socket) {
  const genlmsghdr header{.cmd = CTRL_CMD_GETFAMILY, .version = 1, .reserved = 0};
  for (const nl::Received& object : socket.dump(nl::Message(GENL_ID_CTRL, 0, header))) {
    const auto family = nl::parse<genlmsghdr>(object.payload);
    if (family && family->attrs.string(CTRL_ATTR_FAMILY_NAME) == NL80211_GENL_NAME)
      return family->attrs.get<uint16_t>(CTRL_ATTR_FAMILY_ID);
  }
  return std::nullopt;
}

}  // namespace

bool is_unbridgeable_wireless(int ifindex) {
  nl::Socket socket(nl::Protocol::generic);
  const auto family = family_id(socket);
  if (!family)
    return false;
  const genlmsghdr header{.cmd = NL80211_CMD_GET_INTERFACE, .version = 1, .reserved = 0};
  nl::Message request(*family, 0, header);
  request.put(NL80211_ATTR_IFINDEX, static_cast<uint32_t>(ifindex));
  const auto answer = socket.get(request);
  const auto interface = answer ? nl::parse<genlmsghdr>(answer->payload) : std::nullopt;
  if (!interface || interface->attrs.get<uint8_t>(NL80211_ATTR_4ADDR).value_or(0) != 0)
    return false;
  switch (
      interface->attrs.get<uint32_t>(NL80211_ATTR_IFTYPE).value_or(NL80211_IFTYPE_UNSPECIFIED)) {
    case NL80211_IFTYPE_STATION:
    case NL80211_IFTYPE_ADHOC:
    case NL80211_IFTYPE_P2P_CLIENT:
      return true;
    default:
      return false;
  }
}

}  // namespace tapctl

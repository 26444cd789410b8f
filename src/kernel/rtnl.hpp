// SPDX-License-Identifier: MIT
// What the messages about addresses, routes, rules and neighbours have in common.
#pragma once

#include "kernel/nl.hpp"
#include "model/ip.hpp"
#include "model/raw.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace tapctl {

inline uint8_t socket_family(Family family) {
  return family == Family::ipv4 ? AF_INET : AF_INET6;
}

/// Nothing for a family that tapctl does not know.
inline std::optional<Family> family_of(unsigned socket_family) {
  if (socket_family == AF_INET)
    return Family::ipv4;
  if (socket_family == AF_INET6)
    return Family::ipv6;
  return std::nullopt;
}

/// Nothing when it is absent or has the wrong length.
inline std::optional<IpAddress> read_ip(const nl::Attrs& attrs, uint16_t type, Family family) {
  const auto payload = attrs.find(type);
  if (!payload || payload->size() != address_bits(family) / 8U)
    return std::nullopt;
  return IpAddress::from_bytes(family, *payload);
}

inline void put_ip(nl::Message& message, uint16_t type, const std::optional<IpAddress>& address) {
  if (address)
    message.put(type, address->span());
}

template <std::integral T>
void put_if_set(nl::Message& message, uint16_t type, const std::optional<T>& value) {
  if (value)
    message.put(type, *value);
}

/// The attributes whose type is not among `known`, as they are.
template <size_t Count>
RawAttributes unknown_attributes(const nl::Attrs& attrs, const std::array<uint16_t, Count>& known) {
  RawAttributes extra;
  for (const nl::Attr& attr : attrs)
    if (std::ranges::find(known, attr.type) == known.end())
      extra.push_back({attr.type, {attr.payload.begin(), attr.payload.end()}});
  return extra;
}

inline void put_raw(nl::Message& message, const RawAttributes& attributes) {
  for (const RawAttribute& attribute : attributes)
    message.put(attribute.type, nl::Bytes(attribute.payload));
}

inline std::vector<nl::Message> list_of(nl::Message message) {
  std::vector<nl::Message> messages;
  messages.push_back(std::move(message));
  return messages;
}

}  // namespace tapctl

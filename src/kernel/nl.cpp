// SPDX-License-Identifier: MIT
// Builds and reads netlink messages.
#include "kernel/nl.hpp"

#include "util/error.hpp"

#include <netlink/attr.h>

#include <algorithm>
#include <limits>

namespace tapctl::nl {
namespace {

constexpr size_t initial_room = 512;

}  // namespace

Message::Message(uint16_t type, unsigned flags) : message_(nlmsg_alloc_size(initial_room)) {
  if (!message_ || nlmsg_put(message_.get(), NL_AUTO_PORT, NL_AUTO_SEQ, type, 0,
                             static_cast<int>(flags | NLM_F_REQUEST)) == nullptr)
    throw OutOfMemory();
}

void Message::make_room(size_t bytes) {
  const size_t needed = size() + static_cast<size_t>(NLA_HDRLEN) + NLMSG_ALIGN(bytes);
  const size_t room = nlmsg_get_max_size(message_.get());
  if (needed > room && nlmsg_expand(message_.get(), std::max(needed, 2 * room)) < 0)
    throw OutOfMemory();
}

Message& Message::put(uint16_t type, Bytes payload) {
  if (payload.size() > std::numeric_limits<uint16_t>::max() - NLA_HDRLEN)
    throw Error("netlink attribute " + std::to_string(type) + ": is too long");
  make_room(payload.size());
  nla_put(message_.get(), type, static_cast<int>(payload.size()), payload.data());
  return *this;
}

Message& Message::put_string(uint16_t type, std::string_view text) {
  const std::string terminated(text);
  return put(type,
             Bytes(reinterpret_cast<const uint8_t*>(terminated.c_str()), terminated.size() + 1));
}

void Message::append(Bytes bytes) {
  make_room(bytes.size());
  nlmsg_append(message_.get(), const_cast<uint8_t*>(bytes.data()), bytes.size(), NLMSG_ALIGNTO);
}

void Message::overwrite(size_t offset, Bytes bytes) const {
  std::memcpy(reinterpret_cast<uint8_t*>(raw()) + offset, bytes.data(), bytes.size());
}

void Message::close_block(size_t start) const {
  const size_t length = size() - start;
  if (length > std::numeric_limits<uint16_t>::max())
    throw Error("netlink attribute: is too long");
  const auto nla_len = static_cast<uint16_t>(length);
  overwrite(start + offsetof(nlattr, nla_len), as_bytes(nla_len));
}

Attrs::Attrs(Bytes bytes) {
  const auto* attr = reinterpret_cast<const nlattr*>(bytes.data());
  int left = static_cast<int>(bytes.size());
  for (; nla_ok(attr, left) != 0; attr = nla_next(attr, &left))
    attrs_.push_back(
        {static_cast<uint16_t>(nla_type(attr)),
         Bytes(static_cast<const uint8_t*>(nla_data(attr)), static_cast<size_t>(nla_len(attr)))});
}

std::optional<Bytes> Attrs::find(uint16_t type) const {
  const auto found = std::ranges::find(attrs_, type, &Attr::type);
  if (found == attrs_.end())
    return std::nullopt;
  return found->payload;
}

std::optional<std::string> Attrs::string(uint16_t type) const {
  const auto payload = find(type);
  if (!payload)
    return std::nullopt;
  return std::string(payload->begin(), std::ranges::find(*payload, 0));
}

Attrs Attrs::nested(uint16_t type) const {
  return Attrs(find(type).value_or(Bytes{}));
}

}  // namespace tapctl::nl

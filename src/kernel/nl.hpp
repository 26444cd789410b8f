// SPDX-License-Identifier: MIT
// A thin typed layer over libnl's core: messages that are built, attributes that are read.
//
// Sending and receiving is in kernel/nl_socket.hpp.
#pragma once

#include <netlink/msg.h>

#include <concepts>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tapctl::nl {

using Bytes = std::span<const uint8_t>;

/// A struct or number of the kernel's that travels as its bytes.
template <class T>
concept Plain = std::is_trivially_copyable_v<T> && std::is_standard_layout_v<T>;

template <Plain T>
Bytes as_bytes(const T& value) {
  return {reinterpret_cast<const uint8_t*>(&value), sizeof value};
}

/// A request under construction: a family header and attributes. Grows as needed; NLM_F_REQUEST is
/// always set. Throws OutOfMemory, and Error for an attribute longer than 64 KiB.
class Message {
 public:
  template <Plain Header>
  Message(uint16_t type, unsigned flags, const Header& header) : Message(type, flags) {
    append(as_bytes(header));
  }

  Message& put(uint16_t type, Bytes payload);
  template <std::integral T>
  Message& put(uint16_t type, T value) {
    return put(type, as_bytes(value));
  }
  /// With the terminating NUL.
  Message& put_string(uint16_t type, std::string_view text);

  /// An attribute whose payload is what `fill` puts.
  template <std::invocable F>
  Message& nest(uint16_t type, F&& fill) {
    return block(type | NLA_F_NESTED, std::forward<F>(fill));
  }
  /// As nest(), for the few attributes that hold records instead of attributes (RTA_MULTIPATH).
  template <std::invocable F>
  Message& block(unsigned type, F&& fill) {
    const size_t start = size();
    put(static_cast<uint16_t>(type), Bytes{});
    std::forward<F>(fill)();
    close_block(start);
    return *this;
  }

  /// Raw bytes at the end, padded to the alignment of netlink.
  void append(Bytes bytes);
  /// Replaces bytes that are already there.
  void overwrite(size_t offset, Bytes bytes) const;

  [[nodiscard]] size_t size() const { return raw()->nlmsg_len; }
  [[nodiscard]] nlmsghdr* raw() const { return nlmsg_hdr(message_.get()); }

 private:
  struct Free {
    void operator()(nl_msg* message) const { nlmsg_free(message); }
  };

  Message(uint16_t type, unsigned flags);
  void make_room(size_t bytes);
  void close_block(size_t start) const;

  std::unique_ptr<nl_msg, Free> message_;
};

struct Attr {
  uint16_t type = 0;  ///< without the NLA_F_* bits
  Bytes payload;
};

/// The attributes of a message or of a nest. Reading stops at the first malformed one, and nothing
/// beyond the bytes given is ever looked at. Valid for as long as those bytes are.
class Attrs {
 public:
  Attrs() = default;
  explicit Attrs(Bytes bytes);

  [[nodiscard]] auto begin() const { return attrs_.begin(); }
  [[nodiscard]] auto end() const { return attrs_.end(); }

  [[nodiscard]] std::optional<Bytes> find(uint16_t type) const;
  /// Nothing when it is absent or too short for a T.
  template <Plain T>
  [[nodiscard]] std::optional<T> get(uint16_t type) const {
    const auto payload = find(type);
    if (!payload || payload->size() < sizeof(T))
      return std::nullopt;
    T value;
    std::memcpy(&value, payload->data(), sizeof value);
    return value;
  }
  /// Up to the first NUL, which may be missing.
  [[nodiscard]] std::optional<std::string> string(uint16_t type) const;
  /// Empty when it is absent.
  [[nodiscard]] Attrs nested(uint16_t type) const;

 private:
  std::vector<Attr> attrs_;
};

/// A message of the kernel's, without its nlmsghdr.
struct Received {
  uint16_t type = 0;
  uint16_t flags = 0;
  std::vector<uint8_t> payload;
  bool is_answer = false;  ///< from Socket::take(): to a request of that socket
};

template <Plain Header>
struct Parsed {
  Header header;
  Attrs attrs;
};

/// Splits a payload into family header and attributes; nothing when it is too short.
template <Plain Header>
std::optional<Parsed<Header>> parse(Bytes payload) {
  if (payload.size() < sizeof(Header))
    return std::nullopt;
  Parsed<Header> result;
  std::memcpy(&result.header, payload.data(), sizeof result.header);
  if (payload.size() > NLMSG_ALIGN(sizeof(Header)))
    result.attrs = Attrs(payload.subspan(NLMSG_ALIGN(sizeof(Header))));
  return result;
}

}  // namespace tapctl::nl

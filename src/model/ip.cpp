// SPDX-License-Identifier: MIT
// IP addresses and prefixes of both families.
#include "model/ip.hpp"

#include "util/error.hpp"
#include "util/text.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace tapctl {
namespace {

int socket_family(Family family) {
  return family == Family::ipv4 ? AF_INET : AF_INET6;
}

/// Parses without throwing, so that callers can name what the user really wrote.
bool parse_address(std::string_view text, IpAddress& out) {
  const std::string copy(text);
  out = {};
  out.family = text.find(':') == std::string_view::npos ? Family::ipv4 : Family::ipv6;
  return copy.find('\0') == std::string::npos &&
         inet_pton(socket_family(out.family), copy.c_str(), out.bytes.data()) == 1;
}

}  // namespace

IpAddress IpAddress::parse(std::string_view text) {
  IpAddress address;
  if (!parse_address(text, address))
    throw usage_error("IP address " + quote(text) + ": is not one",
                      "such as 172.16.1.2 or fd00::2");
  return address;
}

IpAddress IpAddress::from_bytes(Family family, std::span<const uint8_t> bytes) {
  IpAddress address;
  address.family = family;
  const size_t size = std::min<size_t>(bytes.size(), address_bits(family) / 8U);
  std::copy_n(bytes.begin(), size, address.bytes.begin());
  return address;
}

std::span<const uint8_t> IpAddress::span() const {
  return std::span(bytes).first(address_bits(family) / 8U);
}

std::string IpAddress::str() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(socket_family(family), bytes.data(), text.data(), text.size());
  return text.data();
}

bool IpAddress::is_link_local() const {
  return family == Family::ipv6 && bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80;
}

Prefix Prefix::parse(std::string_view text) {
  const auto refuse = [&](const std::string& why) {
    return usage_error("address " + quote(text) + ": " + why,
                       "address and prefix length, such as 172.16.1.2/16 or fd00::2/64");
  };
  const size_t slash = text.find('/');
  Prefix prefix;
  if (!parse_address(text.substr(0, slash), prefix.address))
    throw refuse("is not an IP address");
  if (slash == std::string_view::npos)
    throw refuse("has no prefix length");
  const auto length = parse_decimal(text.substr(slash + 1));
  if (!length || *length > address_bits(prefix.address.family))
    throw refuse("has no valid prefix length");
  prefix.length = static_cast<uint8_t>(*length);
  return prefix;
}

Prefix Prefix::network() const {
  Prefix result = *this;
  for (size_t bit = length; bit < address_bits(address.family); ++bit)
    result.address.bytes.at(bit / 8) &= static_cast<uint8_t>(~(0x80U >> (bit % 8)));
  return result;
}

bool Prefix::contains(const IpAddress& other) const {
  return other.family == address.family && Prefix{other, length}.network() == network();
}

std::string Prefix::str() const {
  return address.str() + "/" + std::to_string(length);
}

}  // namespace tapctl

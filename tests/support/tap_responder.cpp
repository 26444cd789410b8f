// SPDX-License-Identifier: MIT
// A guest in a hundred lines: attaches to a tap device and answers ARP and ping for one address.
//
// usage: tap-responder DEVICE IPV4-ADDRESS
// Prints "attached" once it is attached, and runs until it is killed.
#include "util/fd.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>

namespace {

using Mac = std::array<uint8_t, 6>;
using Ip = std::array<uint8_t, 4>;
using Frame = std::span<uint8_t>;

constexpr Mac own_mac{0x00, 0xaa, 0x00, 0x60, 0x00, 0x01};

constexpr size_t ethernet_size = 14;
constexpr size_t arp_size = ethernet_size + 28;
constexpr size_t ip_size = ethernet_size + 20;

uint16_t word(Frame frame, size_t at) {
  return static_cast<uint16_t>(frame[at] << 8 | frame[at + 1]);
}

void put_word(Frame frame, size_t at, uint16_t value) {
  frame[at] = static_cast<uint8_t>(value >> 8);
  frame[at + 1] = static_cast<uint8_t>(value & 0xff);
}

bool holds(Frame frame, size_t at, const Ip& address) {
  return std::equal(address.begin(), address.end(), frame.begin() + static_cast<long>(at));
}

void swap_ranges(Frame frame, size_t a, size_t b, size_t size) {
  std::swap_ranges(frame.begin() + static_cast<long>(a),
                   frame.begin() + static_cast<long>(a + size),
                   frame.begin() + static_cast<long>(b));
}

void put_mac(Frame frame, size_t at) {
  std::ranges::copy(own_mac, frame.begin() + static_cast<long>(at));
}

/// RFC 1071.
uint16_t checksum(Frame bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); i++)
    sum += i % 2 == 0 ? static_cast<uint32_t>(bytes[i] << 8) : bytes[i];
  while (sum > 0xffff)
    sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum & 0xffff);
}

bool answer_arp(Frame frame, const Ip& own_ip) {
  constexpr size_t operation = ethernet_size + 6;
  constexpr size_t sender = ethernet_size + 8;
  constexpr size_t target = ethernet_size + 18;
  if (frame.size() < arp_size || word(frame, operation) != 1 || !holds(frame, target + 6, own_ip))
    return false;
  put_word(frame, operation, 2);
  swap_ranges(frame, sender, target, 10);
  put_mac(frame, sender);
  return true;
}

bool answer_ping(Frame frame, const Ip& own_ip) {
  constexpr size_t protocol = ethernet_size + 9;
  constexpr size_t source = ethernet_size + 12;
  constexpr size_t destination = ethernet_size + 16;
  if (frame.size() < ip_size + 8 || frame[ethernet_size] != 0x45 || frame[protocol] != 1 ||
      frame[ip_size] != 8 || !holds(frame, destination, own_ip))
    return false;
  const size_t end = ethernet_size + word(frame, ethernet_size + 2);
  if (end > frame.size() || end < ip_size + 8)
    return false;
  swap_ranges(frame, source, destination, 4);
  frame[ip_size] = 0;
  put_word(frame, ip_size + 2, 0);
  put_word(frame, ip_size + 2, checksum(frame.subspan(ip_size, end - ip_size)));
  return true;
}

/// Turns the frame into its answer; false when it needs none.
bool answer(Frame frame, const Ip& own_ip) {
  if (frame.size() < ethernet_size)
    return false;
  const uint16_t type = word(frame, 12);
  if (!(type == ETH_P_ARP && answer_arp(frame, own_ip)) &&
      !(type == ETH_P_IP && answer_ping(frame, own_ip)))
    return false;
  swap_ranges(frame, 0, 6, 6);
  put_mac(frame, 6);
  return true;
}

int fail(const char* what) {
  std::fprintf(stderr, "tap-responder: %s: %s\n", what, std::strerror(errno));
  return 1;
}

int serve(int tap, const Ip& own_ip) {
  std::array<uint8_t, 65536> buffer{};
  for (;;) {
    const ssize_t got = ::read(tap, buffer.data(), buffer.size());
    if (got < 0)
      return fail("read");
    const Frame frame(buffer.data(), static_cast<size_t>(got));
    if (answer(frame, own_ip) && ::write(tap, frame.data(), frame.size()) < 0 && errno != EIO)
      return fail("write");
  }
}

}  // namespace

int main(int argc, char** argv) {
  Ip own_ip{};
  if (argc != 3 || std::strlen(argv[1]) >= IFNAMSIZ ||
      ::inet_pton(AF_INET, argv[2], own_ip.data()) != 1) {
    std::fputs("usage: tap-responder DEVICE IPV4-ADDRESS\n", stderr);
    return 2;
  }
  const tapctl::Fd tap(::open("/dev/net/tun", O_RDWR | O_CLOEXEC));
  if (!tap)
    return fail("/dev/net/tun");
  ifreq request{};
  std::memcpy(request.ifr_name, argv[1], std::strlen(argv[1]));
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  if (::ioctl(tap.get(), TUNSETIFF, &request) != 0)
    return fail(argv[1]);
  std::puts("attached");
  std::fflush(stdout);
  return serve(tap.get(), own_ip);
}

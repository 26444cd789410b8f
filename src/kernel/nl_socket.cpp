// SPDX-License-Identifier: MIT
// Sends and receives netlink messages.
//
// libnl's own receive loop folds errno values and knows no extended ack, so the loop is here; libnl
// gives the socket and the walk through messages and attributes.
#include "kernel/nl_socket.hpp"

#include "util/error.hpp"

#include <netlink/attr.h>
#include <netlink/netlink.h>

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <limits>
#include <thread>

namespace tapctl::nl {
namespace {

/// The kernel builds dumps in pieces of at most 32 KiB (net/netlink/af_netlink.c).
constexpr size_t buffer_size = size_t{64} * 1024;
/// What one queued answer with an extended ack may take of the receive buffer.
constexpr size_t answer_size = 2048;
constexpr size_t least_receive_buffer = size_t{256} * 1024;
/// What a socket buffer can be at most: the kernel doubles what is asked for (net/core/sock.c).
constexpr size_t most_buffer = std::numeric_limits<int>::max() / 2 * size_t{2};
/// What the kernel keeps for itself of the send buffer (netlink_sendmsg).
constexpr size_t send_reserve = 32;
constexpr int dump_tries = 20;
/// What the kernel calls a missing link, a missing family and a missing address.
constexpr std::array no_such_object = {ENODEV, ENOENT, EADDRNOTAVAIL};

int number_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::generic:
      return NETLINK_GENERIC;
    case Protocol::sock_diag:
      return NETLINK_SOCK_DIAG;
    case Protocol::netfilter:
      return NETLINK_NETFILTER;
    case Protocol::route:
      break;
  }
  return NETLINK_ROUTE;
}

int option(int fd, int name) {
  int value = 0;
  socklen_t length = sizeof value;
  ::getsockopt(fd, SOL_SOCKET, name, &value, &length);
  return value;
}

/// What no answer came for fails with `errnum`.
void mark_lost(std::vector<Ack>& acks, int errnum) {
  for (Ack& ack : acks)
    if (ack.lost)
      ack.errnum = errnum;
}

/// Grows a socket buffer to `bytes`, beyond the system's limit where the caller may.
size_t grow(int fd, int name, int force_name, size_t bytes) {
  if (const int now = option(fd, name); now >= 0 && static_cast<size_t>(now) >= bytes)
    return static_cast<size_t>(now);
  const int value = static_cast<int>(std::min(bytes, most_buffer / 2));
  if (::setsockopt(fd, SOL_SOCKET, force_name, &value, sizeof value) != 0)
    ::setsockopt(fd, SOL_SOCKET, name, &value, sizeof value);
  return static_cast<size_t>(option(fd, name));
}

void enable(int fd, int name) {
  const int on = 1;
  ::setsockopt(fd, SOL_NETLINK, name, &on, sizeof on);
}

/// Calls `visit(header, payload)` for each message of a datagram.
template <class Visitor>
void for_each_message(Bytes datagram, Visitor&& visit) {
  auto* header = reinterpret_cast<nlmsghdr*>(const_cast<uint8_t*>(datagram.data()));
  int left = static_cast<int>(datagram.size());
  for (; nlmsg_ok(header, left) != 0; header = nlmsg_next(header, &left))
    visit(*header, Bytes(static_cast<const uint8_t*>(nlmsg_data(header)),
                         static_cast<size_t>(nlmsg_datalen(header))));
}

/// The text of an extended ack that begins after `offset` bytes of a payload.
std::string extended_ack(const nlmsghdr& header, Bytes payload, size_t offset) {
  if ((header.nlmsg_flags & NLM_F_ACK_TLVS) == 0 || payload.size() <= offset)
    return {};
  return Attrs(payload.subspan(offset)).string(NLMSGERR_ATTR_MSG).value_or("");
}

/// The errno that a negated one stands for; EPROTO for a number that is none (MAX_ERRNO of
/// linux/err.h is 4095).
int errno_of(int negated) {
  constexpr int most = 4095;
  return negated <= 0 && negated >= -most ? -negated : EPROTO;
}

/// Reads an NLMSG_ERROR, or the NLMSG_DONE of a dump, which holds just the number.
Ack read_ack(const nlmsghdr& header, Bytes payload) {
  int error = 0;
  if (payload.size() < sizeof error)
    return {.errnum = EPROTO, .kernel = {}, .lost = false};
  std::memcpy(&error, payload.data(), sizeof error);
  Ack ack{.errnum = errno_of(error), .kernel = {}, .lost = false};
  if (header.nlmsg_type == NLMSG_DONE) {
    ack.kernel = extended_ack(header, payload, sizeof error);
    return ack;
  }
  if (payload.size() < sizeof(nlmsgerr))
    return ack;
  nlmsgerr answer{};
  std::memcpy(&answer, payload.data(), sizeof answer);
  size_t offset = sizeof answer;
  if ((header.nlmsg_flags & NLM_F_CAPPED) == 0)
    offset += NLMSG_ALIGN(answer.msg.nlmsg_len) - NLMSG_HDRLEN;
  ack.kernel = extended_ack(header, payload, offset);
  return ack;
}

}  // namespace

Error Ack::error(std::string message) const {
  if (lost)
    message += ": the kernel's answer was lost, it may be done or not";
  Error error = Error::from_errno(std::move(message), errnum);
  error.kernel = kernel;
  error.unknown = lost;
  return error;
}

Socket::Socket(Protocol protocol)
    : protocol_(protocol), buffer_(std::make_unique_for_overwrite<uint8_t[]>(buffer_size)) {
  open();
}

void Socket::open() {
  decltype(socket_) fresh(nl_socket_alloc());
  if (!fresh)
    throw OutOfMemory();
  errno = 0;
  if (nl_connect(fresh.get(), number_of(protocol_)) < 0)
    throw Error::from_errno("netlink socket: open", errno);
  const int fd = nl_socket_get_fd(fresh.get());
  enable(fd, NETLINK_EXT_ACK);
  enable(fd, NETLINK_CAP_ACK);
  enable(fd, NETLINK_GET_STRICT_CHK);
  const timeval timeout{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  socket_ = std::move(fresh);  // only now: a failure leaves the old one usable
}

void Socket::send(Bytes bytes) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  iovec part{.iov_base = const_cast<uint8_t*>(bytes.data()), .iov_len = bytes.size()};
  msghdr message{};
  message.msg_name = &kernel;
  message.msg_namelen = sizeof kernel;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  ssize_t sent = -1;
  do {
    sent = ::sendmsg(nl_socket_get_fd(socket_.get()), &message, 0);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0)
    throw Error::from_errno("netlink: send", errno);
}

std::optional<Bytes> Socket::receive(int flags) {
  for (;;) {
    sockaddr_nl sender{};
    iovec part{.iov_base = buffer_.get(), .iov_len = buffer_size};
    msghdr message{};
    message.msg_name = &sender;
    message.msg_namelen = sizeof sender;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    const ssize_t length = ::recvmsg(nl_socket_get_fd(socket_.get()), &message, flags);
    if (length < 0 && errno == EINTR)
      continue;
    if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return std::nullopt;
    if (length < 0)
      throw Error::from_errno("netlink: receive", errno);
    if (sender.nl_pid != 0)  // not the kernel: any process may write to a netlink socket
      continue;
    if ((message.msg_flags & MSG_TRUNC) != 0)
      throw Error::from_errno("netlink: receive", EMSGSIZE);
    return Bytes(buffer_.get(), static_cast<size_t>(length));
  }
}

uint32_t Socket::stamp(const Message& request, unsigned flags) {
  nlmsghdr* header = request.raw();
  header->nlmsg_seq = ++sequence_;
  header->nlmsg_pid = 0;
  header->nlmsg_flags = static_cast<uint16_t>(header->nlmsg_flags | flags);
  return sequence_;
}

struct Socket::Dump {
  std::vector<Received> objects;
  bool interrupted = false;
};

Socket::Dump Socket::dump_once(const Message& request,
                               const std::function<bool(const Received&)>& wanted) {
  const uint32_t sequence = stamp(request, NLM_F_DUMP);
  send(Bytes(reinterpret_cast<const uint8_t*>(request.raw()), request.size()));
  Dump result;
  bool done = false;
  bool refused = false;
  Ack ack;
  while (!done && !refused) {
    const auto datagram = receive();
    if (!datagram)
      throw Error::from_errno("netlink: receive", ETIMEDOUT);
    for_each_message(*datagram, [&](const nlmsghdr& header, Bytes payload) {
      if (header.nlmsg_seq != sequence || done || refused)
        return;
      result.interrupted |= (header.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
      done = header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR;
      if (done) {
        ack = read_ack(header, payload);
        return;
      }
      Received object{header.nlmsg_type, header.nlmsg_flags, {payload.begin(), payload.end()}};
      refused = !wanted(object);
      if (!refused)
        result.objects.push_back(std::move(object));
    });
  }
  if (refused)
    open();  // a fresh socket: the rest of the dump goes away with the old one
  if (!ack.ok())
    throw ack.error("netlink: dump");
  return result;
}

std::vector<Received> Socket::dump_while(const Message& request,
                                         const std::function<bool(const Received&)>& wanted) {
  for (int attempt = 0; attempt < dump_tries; ++attempt) {
    Dump result = dump_once(request, wanted);
    if (!result.interrupted)
      return std::move(result.objects);
    std::this_thread::sleep_for(std::chrono::milliseconds(attempt));
  }
  throw Error::from_errno("netlink: dump: something else keeps changing the network", EINTR)
      .with_hint("try again");
}

std::vector<Received> Socket::dump(const Message& request) {
  return dump_while(request, [](const Received&) { return true; });
}

std::optional<Received> Socket::get(const Message& request) {
  const uint32_t sequence = stamp(request, 0);
  send(Bytes(reinterpret_cast<const uint8_t*>(request.raw()), request.size()));
  std::optional<Received> result;
  std::optional<Ack> ack;
  while (!result && !ack) {
    const auto datagram = receive();
    if (!datagram)
      throw Error::from_errno("netlink: receive", ETIMEDOUT);
    for_each_message(*datagram, [&](const nlmsghdr& header, Bytes payload) {
      if (header.nlmsg_seq != sequence)
        return;
      if (header.nlmsg_type == NLMSG_ERROR)
        ack = read_ack(header, payload);
      else
        result = Received{header.nlmsg_type, header.nlmsg_flags, {payload.begin(), payload.end()}};
    });
  }
  if (!result && std::ranges::find(no_such_object, ack->errnum) == no_such_object.end())
    throw ack->error("netlink: get");
  return result;
}

void Socket::size_buffers(size_t bytes, size_t answers) {
  const int fd = nl_socket_get_fd(socket_.get());
  const size_t needed = std::clamp(answers * answer_size, least_receive_buffer, most_buffer);
  const bool fits =
      grow(fd, SO_SNDBUF, SO_SNDBUFFORCE, bytes + send_reserve) >= bytes + send_reserve &&
      grow(fd, SO_RCVBUF, SO_RCVBUFFORCE, needed) >= needed;
  if (!fits)
    throw Error::from_errno(
        "netlink: " + std::to_string(answers) + " requests do not fit in the socket's buffers",
        EMSGSIZE)
        .with_hint("raise the sysctls net.core.wmem_max and net.core.rmem_max");
}

void Socket::collect(uint32_t first, std::vector<Ack>& acks) {
  size_t missing = acks.size();
  bool overrun = false;
  while (missing > 0) {
    std::optional<Bytes> datagram;
    try {
      datagram = receive(overrun ? MSG_DONTWAIT : 0);
    } catch (const Error& error) {
      if (overrun)
        return;
      overrun = true;  // ENOBUFS: some answers are lost, the others still wait to be read
      mark_lost(acks, error.errnum);
      continue;
    }
    if (!datagram) {
      if (!overrun)
        mark_lost(acks, ETIMEDOUT);
      return;
    }
    for_each_message(*datagram, [&](const nlmsghdr& header, Bytes payload) {
      const size_t index = header.nlmsg_seq - first;
      if (header.nlmsg_type != NLMSG_ERROR || index >= acks.size() || !acks[index].lost)
        return;
      acks[index] = read_ack(header, payload);
      --missing;
    });
  }
}

std::vector<Ack> Socket::transact(std::span<const Message> requests) {
  std::vector<Ack> acks(requests.size(), Ack{.errnum = 0, .kernel = {}, .lost = true});
  if (requests.empty())
    return acks;
  std::vector<uint8_t> bytes;
  for (const Message& request : requests) {
    stamp(request, NLM_F_ACK);
    const auto* start = reinterpret_cast<const uint8_t*>(request.raw());
    bytes.insert(bytes.end(), start, start + request.size());
    bytes.resize(NLMSG_ALIGN(bytes.size()));
  }
  size_buffers(bytes.size(), requests.size());
  send(bytes);
  try {
    collect(sequence_ - static_cast<uint32_t>(requests.size()) + 1, acks);
  } catch (const OutOfMemory&) {  // they were sent all the same
    mark_lost(acks, ENOMEM);
  }
  return acks;
}

void Socket::subscribe(std::span<const int> groups, size_t bytes) const {
  grow(descriptor(), SO_RCVBUF, SO_RCVBUFFORCE, bytes);
  for (const int group : groups) {
    if (::setsockopt(descriptor(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) != 0)
      throw Error::from_errno("netlink: subscribe", errno);
  }
}

void Socket::post(const Message& request) {
  stamp(request, 0);
  send(Bytes(reinterpret_cast<const uint8_t*>(request.raw()), request.size()));
}

std::optional<std::vector<Received>> Socket::take() {
  const auto datagram = receive(MSG_DONTWAIT);
  if (!datagram)
    return std::nullopt;
  const uint32_t port = nl_socket_get_local_port(socket_.get());
  std::vector<Received> messages;
  for_each_message(*datagram, [&](const nlmsghdr& header, Bytes payload) {
    messages.push_back({.type = header.nlmsg_type,
                        .flags = header.nlmsg_flags,
                        .payload = {payload.begin(), payload.end()},
                        .is_answer = header.nlmsg_pid == port});
  });
  return messages;
}

}  // namespace tapctl::nl

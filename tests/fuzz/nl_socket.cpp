// SPDX-License-Identifier: MIT
// Fuzz target: what a netlink socket makes of the datagrams that it is sent, whatever is in them.
//
// recvmsg() and sendmsg() are this program's own: nothing goes to the kernel.
#include "kernel/nl_socket.hpp"

#include "fuzz/target.hpp"
#include "report/text.hpp"
#include "util/error.hpp"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <deque>

namespace {

using namespace tapctl;
using fuzz::require;

/// The first byte of an input.
enum Call : uint8_t { get, dump, dump_while, transact, calls };

/// How a datagram comes, one byte before each.
enum How : uint8_t { whole, truncated, from_another, interrupted, overrun, hows };

struct Datagram {
  How how = whole;
  std::string bytes;
};

/// What the socket is given to receive.
std::deque<Datagram>& datagrams() {
  static std::deque<Datagram> queue;
  return queue;
}

/// What it has received of this input.
struct Given {
  size_t bytes = 0;
  int first_error = 0;  ///< after which the rest is read, but not waited for
};

Given& given() {
  static Given so_far;
  return so_far;
}

void note_error(int errnum) {
  if (given().first_error == 0)
    given().first_error = errnum;
}

constexpr size_t requests = 3;
/// Further words are lengths in units of this, so that a byte can stand for a long one.
constexpr size_t unit = 4;

nl::Message request() {
  return {RTM_GETLINK, 0, ifinfomsg{}};
}

void use(nl::Socket& socket, unsigned call) {
  size_t seen = 0;
  const auto up_to_two = [&](const nl::Received&) { return ++seen <= 2; };
  switch (call) {
    case get:
      socket.get(request());
      break;
    case dump:
      socket.dump(request());
      break;
    case dump_while:
      require(socket.dump_while(request(), up_to_two).size() <= 2, "no more than is wanted");
      break;
    default: {
      std::vector<nl::Message> messages;
      for (size_t i = 0; i < requests; ++i)
        messages.push_back(request());
      size_t done = 0;
      for (const nl::Ack& ack : socket.transact(messages)) {
        done += ack.ok() ? 1 : 0;
        const int first = given().first_error;
        require(!ack.lost || ack.errnum == (first == 0 ? ETIMEDOUT : first), "why it was lost");
      }
      require(done * (NLMSG_HDRLEN + sizeof(int)) <= given().bytes, "done is what was said to be");
    }
  }
}

std::string message(uint16_t type, uint16_t flags, uint32_t sequence, const std::string& payload) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<uint32_t>(NLMSG_HDRLEN + payload.size());
  header.nlmsg_type = type;
  header.nlmsg_flags = flags;
  header.nlmsg_seq = sequence;
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes += payload;
  bytes.resize(NLMSG_ALIGN(bytes.size()));
  return bytes;
}

template <class T>
std::string bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// An NLMSG_ERROR that quotes the request, with the kernel's words.
std::string ack(uint32_t sequence, int error, bool is_capped) {
  nlmsgerr answer{};
  answer.error = error;
  answer.msg.nlmsg_len = NLMSG_HDRLEN + sizeof(ifinfomsg);
  std::string payload = bytes_of(answer);
  if (!is_capped)
    payload += bytes_of(ifinfomsg{});
  const std::string words("Device is busy\x1b[2J", 19);
  nlattr attr{};
  attr.nla_type = NLMSGERR_ATTR_MSG;
  attr.nla_len = static_cast<uint16_t>(NLA_HDRLEN + words.size());
  payload += bytes_of(attr) + words;
  return message(NLMSG_ERROR, NLM_F_ACK_TLVS | (is_capped ? NLM_F_CAPPED : 0), sequence, payload);
}

std::string datagram(How how, std::string bytes) {
  bytes.resize((bytes.size() + unit - 1) / unit * unit);
  return std::string{static_cast<char>(how), static_cast<char>(bytes.size() / unit)} + bytes;
}

std::string seed(Call call, const std::string& datagrams_of_it) {
  return std::string(1, static_cast<char>(call)) + datagrams_of_it;
}

}  // namespace

extern "C" ssize_t recvmsg(int /*fd*/, msghdr* message, int flags) {
  static_cast<void>(flags);
  if (datagrams().empty()) {
    errno = EAGAIN;
    return -1;
  }
  const Datagram next = std::move(datagrams().front());
  datagrams().pop_front();
  if (next.how == interrupted || next.how == overrun) {
    if (next.how == overrun)
      note_error(ENOBUFS);
    errno = next.how == interrupted ? EINTR : ENOBUFS;
    return -1;
  }
  const iovec& part = message->msg_iov[0];
  const size_t size = std::min(next.bytes.size(), part.iov_len);
  given().bytes += size;
  std::copy_n(next.bytes.begin(), size, static_cast<char*>(part.iov_base));
  static_cast<sockaddr_nl*>(message->msg_name)->nl_pid = next.how == from_another ? 1 : 0;
  message->msg_flags = next.how == truncated ? MSG_TRUNC : 0;
  if (next.how == truncated)
    note_error(EMSGSIZE);
  return static_cast<ssize_t>(size);
}

extern "C" ssize_t sendmsg(int /*fd*/, const msghdr* message, int /*flags*/) {
  return static_cast<ssize_t>(message->msg_iov[0].iov_len);
}

std::vector<std::string> tapctl::fuzz::seeds() {
  const std::string object = message(RTM_NEWLINK, NLM_F_MULTI, 1, bytes_of(ifinfomsg{}) + "1234");
  const std::string torn =
      message(RTM_NEWLINK, NLM_F_MULTI | NLM_F_DUMP_INTR, 1, bytes_of(ifinfomsg{}));
  const std::string done = message(NLMSG_DONE, NLM_F_MULTI, 1, bytes_of(0));
  const std::string again = message(NLMSG_DONE, NLM_F_MULTI, 2, bytes_of(0));
  const std::string failed = message(NLMSG_DONE, NLM_F_MULTI, 1, bytes_of(-ENOENT));
  const std::string acks = ack(1, 0, true) + ack(2, -EBUSY, false) + ack(3, 0, false);
  return {
      seed(get, datagram(whole, object)),
      seed(get, datagram(from_another, object) + datagram(whole, ack(1, -ENODEV, true))),
      seed(dump, datagram(whole, object + object) + datagram(whole, object + done)),
      seed(dump, datagram(interrupted, "") + datagram(whole, torn + done) + datagram(whole, again)),
      seed(dump, datagram(whole, object) + datagram(whole, failed)),
      seed(dump_while, datagram(whole, object + object + object + done)),
      seed(transact, datagram(whole, acks)),
      seed(transact, datagram(whole, ack(1, -EPERM, false)) + datagram(overrun, "") +
                         datagram(whole, ack(3, 0, true))),
      seed(transact, datagram(whole, message(NLMSG_ERROR, 0, 1, "") + ack(2, 0, true))),
      seed(transact, datagram(truncated, acks))};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const unsigned call = input.byte() % calls;
  datagrams().clear();
  given() = {};
  while (!input.empty()) {
    const auto how = static_cast<How>(input.byte() % hows);
    const size_t length = input.byte() * unit;
    datagrams().push_back({how, std::string(input.take(length))});
  }
  try {
    nl::Socket socket;
    use(socket, call);
  } catch (const Error& error) {
    fuzz::require_printable_lines(error_text(error));
  }
  return 0;
}

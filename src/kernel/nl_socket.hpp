// SPDX-License-Identifier: MIT
// A netlink socket: dumps, single objects, and batches of requests with an answer for each.
#pragma once

#include "kernel/nl.hpp"
#include "util/error.hpp"

#include <netlink/socket.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tapctl::nl {

enum class Protocol { route, generic, sock_diag, netfilter };

/// What the kernel answered to one request.
struct Ack {
  int errnum = 0;      ///< raw errno, positive; 0 when it is done
  std::string kernel;  ///< the extended ack, or empty
  bool lost = false;   ///< the answer did not arrive: it may be done or not

  [[nodiscard]] bool ok() const { return errnum == 0 && !lost; }
  /// As an Error that says what was tried.
  [[nodiscard]] Error error(std::string message) const;
};

class Socket {
 public:
  /// Throws Error. Belongs to the network namespace in which it was made.
  explicit Socket(Protocol protocol = Protocol::route);

  /// All objects that the kernel has for a dump request. One that the kernel reports as
  /// inconsistent (NLM_F_DUMP_INTR) is begun anew, up to 20 times. Throws Error.
  std::vector<Received> dump(const Message& request);

  /// As dump(), but gives up at the first object that `wanted` refuses and returns those before
  /// it.
  std::vector<Received> dump_while(const Message& request,
                                   const std::function<bool(const Received&)>& wanted);

  /// One object, or nothing when there is none (ENODEV, ENOENT,
  /// EADDRNOTAVAIL). Throws Error.
  std::optional<Received> get(const Message& request);

  /// Sends all requests in one sendmsg, which the kernel finishes even when this process is killed,
  /// and in which it goes on after a failure. One Ack for each. Throws Error where nothing was
  /// sent.
  std::vector<Ack> transact(std::span<const Message> requests);

  /// The kernel's notifications of these RTNLGRP_* groups come to this socket from now on; it
  /// serves for nothing but post() and take() then. `bytes` is the wanted size of its queue, of
  /// which an ordinary user gets what net.core.rmem_max allows. Throws Error.
  void subscribe(std::span<const int> groups, size_t bytes) const;
  /// Sends a request of which take() gives the answer, in its place among the notifications: behind
  /// those that the kernel sent before it answered. Throws Error.
  void post(const Message& request);
  /// The messages of the next datagram that waits, or nothing where none does. Throws Error, with
  /// ENOBUFS where notifications were lost since the last call.
  std::optional<std::vector<Received>> take();
  /// For poll(2).
  [[nodiscard]] int descriptor() const { return nl_socket_get_fd(socket_.get()); }

 private:
  struct Free {
    void operator()(nl_sock* socket) const { nl_socket_free(socket); }
  };
  struct Dump;

  void open();
  void send(Bytes bytes);
  /// The next datagram of the kernel's, valid until the next call. Nothing after 10 s, or at once
  /// where nothing is there and `flags` has MSG_DONTWAIT. Throws Error.
  std::optional<Bytes> receive(int flags = 0);
  void size_buffers(size_t bytes, size_t answers);
  uint32_t stamp(const Message& request, unsigned flags);
  Dump dump_once(const Message& request, const std::function<bool(const Received&)>& wanted);
  void collect(uint32_t first, std::vector<Ack>& acks);

  Protocol protocol_;
  std::unique_ptr<nl_sock, Free> socket_;
  std::unique_ptr<uint8_t[]> buffer_;  ///< not cleared first: most answers take little of it
  uint32_t sequence_ = 0;
};

}  // namespace tapctl::nl

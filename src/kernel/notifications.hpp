// SPDX-License-Identifier: MIT
// The kernel's notifications about links, addresses and routes.
#pragma once

#include "kernel/nl_socket.hpp"

namespace tapctl {

/// Of the network namespace in which it was made, from that moment on.
class Notifications {
 public:
  /// Throws Error.
  Notifications();

  /// Readable while something waits.
  [[nodiscard]] int descriptor() const { return socket_.descriptor(); }

  /// The next messages, or nothing where none waits. Throws Error, with ENOBUFS where some were
  /// lost.
  std::optional<std::vector<nl::Received>> take() { return socket_.take(); }

  /// Has the link read: the answer is a message in its place among the others, which tells what
  /// the messages before it left open, and nothing that those behind it tell. Throws Error.
  void ask(int ifindex);

  /// Takes all that waits. True when something of it is about a link, an address or a default
  /// route, or when some were lost.
  bool discard();

 private:
  nl::Socket socket_;
};

/// True for a message about a route to everywhere in table main.
bool is_about_default_route(const nl::Received& message);

}  // namespace tapctl

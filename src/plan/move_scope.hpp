// SPDX-License-Identifier: MIT
// What of a snapshot a move takes along, and what it leaves.
#pragma once

#include "plan/retarget.hpp"

#include <set>
#include <string>
#include <vector>

namespace tapctl {

/// Refers to what it is made from, which has to live as long.
class MoveScope {
 public:
  /// `stay` has the identity_of what stays on `from`.
  MoveScope(const Snapshot& current, const IfName& from, const IfName& to,
            const std::set<std::string>& stay);

  [[nodiscard]] const Snapshot& current() const { return current_; }
  [[nodiscard]] const IfName& from() const { return from_; }
  [[nodiscard]] const IfName& to() const { return to_; }

  /// True when the object has to be made anew on the other link.
  [[nodiscard]] bool affected(const Address& address) const;
  [[nodiscard]] bool affected(const Route& route) const;
  [[nodiscard]] bool affected(const Rule& rule) const;
  [[nodiscard]] bool affected(const Neighbour& neighbour) const;

  /// True for one that goes along, but not as it is: see plan/advertised_routes.
  [[nodiscard]] bool advertised(const Route& route) const;

  /// True when the kernel takes the route away with its address, and makes its twin with the twin.
  [[nodiscard]] bool follows_its_address(const Route& route) const;

  /// The affected ones in the order in which they have to be added: the dump has IPv4 oldest first
  /// (the primary before its secondaries) and IPv6 newest first (net/ipv6/addrconf.c,
  /// ipv6_link_dev_addr).
  [[nodiscard]] std::vector<Address> addresses() const;

  /// The object on the link that it moves to.
  template <class T>
  [[nodiscard]] T twin(const T& object) const {
    return retarget(object, from_, to_);
  }

 private:
  template <class T>
  [[nodiscard]] bool stays(const T& object) const {
    return !stay_.empty() && stay_.contains(identity_of(object, from_));
  }

  const Snapshot& current_;
  const IfName& from_;
  const IfName& to_;
  const std::set<std::string>& stay_;
  std::set<const Route*> kernel_routes_;  ///< those that the kernel made for addresses of `from_`
};

}  // namespace tapctl

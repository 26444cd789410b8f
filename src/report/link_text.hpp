// SPDX-License-Identifier: MIT
// What `list` and `status` both say about a link.
#pragma once

#include "model/snapshot.hpp"

#include <string>
#include <vector>

namespace tapctl {

/// One word: "up", "no-carrier" (up, but nobody attached, or no cable), or "down".
std::string state_text(const Link& link);

/// "multi-queue", "vnet-hdr", "pi", where they are on.
std::vector<std::string> flag_words(const TunDevice& tun);

/// "172.16.1.2/16", with the peer where there is one.
std::string address_text(const Address& address);

/// The addresses of a link as text, without the IPv6 link-local ones, which every link has.
std::vector<std::string> address_texts(const Snapshot& snapshot, const IfName& link);

/// "812 (qemu)" for each process that has the device open; "a process" for those that may not be
/// looked into; nothing when it is not open.
std::vector<std::string> holder_texts(const Snapshot& snapshot, const Link& device);

}  // namespace tapctl

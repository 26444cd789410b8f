// SPDX-License-Identifier: MIT
// IP addresses as rtnetlink messages (RTM_NEWADDR).
#pragma once

#include "kernel/names.hpp"
#include "kernel/nl.hpp"
#include "plan/op.hpp"

#include <optional>
#include <vector>

namespace tapctl {

/// A request for a dump of both families; `ifindex` 0 is every link.
nl::Message dump_addresses_request(int ifindex);

/// A request for the one address that `address` names; IPv6 only.
nl::Message get_address_request(const Address& address, NameLookup& names);

/// Nothing when the message is malformed, of another family, or about a link that is gone.
std::optional<Address> decode_address(nl::Bytes payload, NameLookup& names);

/// An IPv6 address that is to skip duplicate address detection, but has no `nodad` flag, takes two
/// messages: the second one clears the flag and starts no detection.
std::vector<nl::Message> encode(const AddAddress& op, NameLookup& names);
std::vector<nl::Message> encode(const UpdateAddress& op, NameLookup& names);
std::vector<nl::Message> encode(const DeleteAddress& op, NameLookup& names);

}  // namespace tapctl

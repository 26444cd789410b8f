// SPDX-License-Identifier: MIT
// Policy routing rules as rtnetlink messages (RTM_NEWRULE).
#pragma once

#include "kernel/nl.hpp"
#include "plan/op.hpp"

#include <optional>
#include <vector>

namespace tapctl {

nl::Message dump_rules_request(Family family);

/// Nothing when the message is malformed or of another family.
std::optional<Rule> decode_rule(nl::Bytes payload);

std::vector<nl::Message> encode(const AddRule& op);
std::vector<nl::Message> encode(const DeleteRule& op);

}  // namespace tapctl

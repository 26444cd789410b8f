// SPDX-License-Identifier: MIT
// Values of which every member is set, so that one that is lost on the way is missed.
#pragma once

#include "txn/transaction.hpp"

#include <vector>

namespace tapctl::test {

Link full_link();
Address full_address();
Route full_route();
Rule full_rule();
Neighbour full_neighbour();
BridgeMemory full_memory();
/// One of each kind.
std::vector<Op> every_operation();
Transaction full_transaction();

}  // namespace tapctl::test

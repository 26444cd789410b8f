// SPDX-License-Identifier: MIT
// Ends a transaction whose process is gone: back to before, or forward where that was decided or
// there is no way back.
#pragma once

#include "kernel/kernel.hpp"
#include "txn/execute.hpp"
#include "txn/journal.hpp"
#include "txn/transaction.hpp"

#include <optional>

namespace tapctl {

/// `started` is how many steps may have changed something; where that is not known, all but the
/// deletion of links that are still there. Where Decision::finish was taken, or the
/// deletion that ends the plan, which has no undo, was begun, the outcome is `committed`; else the
/// state from before comes back, and it is `rolled_back` or `partial`. What is as before already is
/// not touched.
Outcome recover(Kernel& kernel, const Transaction& transaction, std::optional<size_t> started,
                Decision decision);

}  // namespace tapctl

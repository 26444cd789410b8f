// SPDX-License-Identifier: MIT
// Which allocation fails: memory that a test shares with the tapctl that it runs and its guardian.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace tapctl::test {

/// Names the file that has the MallocPlan.
inline constexpr const char* malloc_plan_variable = "TAPCTL_MALLOC_PLAN";

/// Of one process. Allocations are counted from 1, from main() on, those that fail too.
struct ProcessPlan {
  std::atomic<uint64_t> fail_at{0};  ///< 0: none
  std::atomic<uint64_t> die_at{0};   ///< SIGKILL instead; 0: none
  std::atomic<uint64_t> count{0};
  std::atomic<uint64_t> failed{0};
  std::atomic<uint64_t> largest_at{0};  ///< the number of the largest one
  std::atomic<uint64_t> largest{0};     ///< bytes
};

struct MallocPlan {
  ProcessPlan main;
  ProcessPlan guardian;            ///< what the main process forks
  std::atomic<bool> lasts{false};  ///< all from `fail_at` on, not that one alone
};

}  // namespace tapctl::test

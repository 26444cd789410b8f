// SPDX-License-Identifier: MIT
// See failing_kernel.hpp.
#include "support/failing_kernel.hpp"

#include <algorithm>
#include <cerrno>

namespace tapctl::test {

namespace {

bool travels_in_a_batch(const Op& op) {
  return !std::holds_alternative<CreateTun>(op) && !std::holds_alternative<SetTun>(op) &&
         !std::holds_alternative<HoldTun>(op) && !std::holds_alternative<ReleaseTun>(op) &&
         !std::holds_alternative<SetSysctl>(op) && !std::holds_alternative<Remember>(op) &&
         !std::holds_alternative<Forget>(op) && !std::holds_alternative<KeepApplied>(op);
}

}  // namespace

std::vector<std::optional<Error>> FailingKernel::apply(std::span<const Op> ops) {
  const size_t first = seen_;
  seen_ += ops.size();
  if (failed_ || fail_at_ < first || fail_at_ >= seen_)
    return inner_.apply(ops);

  const auto position = ops.begin() + static_cast<std::ptrdiff_t>(fail_at_ - first);
  const auto batch_end = travels_in_a_batch(*position)
                             ? std::find_if_not(position, ops.end(), travels_in_a_batch)
                             : position + 1;
  failed_ = *position;

  std::vector<Op> carried_out(ops.begin(), position);
  carried_out.insert(carried_out.end(), position + 1, batch_end);
  auto results = inner_.apply(carried_out);
  results.insert(results.begin() + (position - ops.begin()),
                 Error::from_errno("failed on purpose", EIO));
  for (auto rest = batch_end; rest != ops.end(); ++rest)
    results.emplace_back(Error("not tried"));
  return results;
}

}  // namespace tapctl::test

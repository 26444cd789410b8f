// SPDX-License-Identifier: MIT
// A kernel that fails at one chosen operation, the way the real one does.
#pragma once

#include "kernel/kernel.hpp"

#include <cstddef>
#include <optional>

namespace tapctl::test {

/// Passes everything on to `inner`, but for operation number `fail_at`, counted from 0 over all
/// calls of apply(): that one is left out and fails with EIO. Of the batch of rtnetlink operations
/// that it stands in, the others are carried out; what stands behind that batch is not tried.
class FailingKernel : public Kernel {
 public:
  FailingKernel(Kernel& inner, size_t fail_at) : inner_(inner), fail_at_(fail_at) {}

  Snapshot snapshot(const Scope& scope) override { return inner_.snapshot(scope); }
  bool is_privileged() override { return inner_.is_privileged(); }
  void preflight(std::span<const Step> steps) override { inner_.preflight(steps); }
  std::vector<std::optional<Error>> apply(std::span<const Op> ops) override;
  bool answers(const IfName& link, const IpAddress& address,
               std::chrono::milliseconds limit) override {
    return inner_.answers(link, address, limit);
  }
  std::vector<TcpConnection> connections(std::span<const IpAddress> local) override {
    return inner_.connections(local);
  }

  /// What failed; nothing when there were fewer operations.
  [[nodiscard]] const std::optional<Op>& failed() const { return failed_; }

 private:
  Kernel& inner_;
  size_t fail_at_;
  size_t seen_ = 0;
  std::optional<Op> failed_;
};

}  // namespace tapctl::test

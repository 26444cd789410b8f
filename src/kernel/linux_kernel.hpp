// SPDX-License-Identifier: MIT
// The Kernel of the machine: rtnetlink, the tun clone device, /proc/sys.
#pragma once

#include "kernel/kernel.hpp"

#include <memory>

namespace tapctl {

/// Works in the network namespace in which it was made.
class LinuxKernel : public Kernel {
 public:
  LinuxKernel();
  LinuxKernel(const LinuxKernel&) = delete;
  LinuxKernel& operator=(const LinuxKernel&) = delete;
  LinuxKernel(LinuxKernel&&) = delete;
  LinuxKernel& operator=(LinuxKernel&&) = delete;
  ~LinuxKernel() override;

  Snapshot snapshot(const Scope& scope) override;
  bool is_privileged() override;
  void preflight(std::span<const Step> steps) override;
  std::vector<std::optional<Error>> apply(std::span<const Op> ops) override;
  bool answers(const IfName& link, const IpAddress& address,
               std::chrono::milliseconds limit) override;
  std::vector<TcpConnection> connections(std::span<const IpAddress> local) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tapctl

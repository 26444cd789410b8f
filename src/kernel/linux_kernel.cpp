// SPDX-License-Identifier: MIT
// Puts the parts behind the seam together, and carries out mixed lists of operations in order.
#include "kernel/linux_kernel.hpp"

#include "kernel/applied.hpp"
#include "kernel/batch.hpp"
#include "kernel/dhcp_clients.hpp"
#include "kernel/local_routes.hpp"
#include "kernel/memory.hpp"
#include "kernel/names.hpp"
#include "kernel/nl_socket.hpp"
#include "kernel/probe.hpp"
#include "kernel/rtnl_link.hpp"
#include "kernel/snapshot_reader.hpp"
#include "kernel/sysctl.hpp"
#include "kernel/tcp.hpp"
#include "kernel/tun.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>

namespace tapctl {

struct LinuxKernel::State {
  nl::Socket socket;
  Names names{socket};
  TunHolds holds;
  std::optional<bool> is_privileged;  ///< absent: not known yet

  void run(const Op& op);
  void delete_held(const DeleteLinks& op);
};

/// Without CAP_NET_ADMIN. Each is attached, so that this ends it.
void LinuxKernel::State::delete_held(const DeleteLinks& op) {
  for (const IfName& name : op.names) {
    holds.remove(name);
    names.forget(name);
  }
}

namespace {

/// True where the owner of the devices needs no privilege.
bool is_about_held_devices(std::span<const Step> steps) {
  std::set<IfName> held;
  for (const Step& step : steps) {
    for (const Op& op : step.ops) {
      if (const auto* hold = std::get_if<HoldTun>(&op)) {
        held.insert(hold->name);
      } else if (const auto* deletion = std::get_if<DeleteLinks>(&op)) {
        if (!std::ranges::all_of(deletion->names,
                                 [&](const IfName& name) { return held.contains(name); }))
          return false;
      } else if (!std::holds_alternative<SetTun>(op)) {
        return false;
      }
    }
  }
  return !steps.empty();
}

}  // namespace

/// An operation that is not rtnetlink's. Throws Error.
void LinuxKernel::State::run(const Op& op) {
  std::visit(Overloaded{
                 [&](const CreateTun& o) {
                   create_tun(o);
                   names.forget(o.name);
                 },
                 [](const SetTun& o) { set_tun(o); },
                 [&](const HoldTun& o) { holds.hold(o); },
                 [&](const ReleaseTun& o) { holds.release(o); },
                 [](const SetSysctl& o) { write_sysctl(o.path, o.value); },
                 [](const Remember& o) { remember(o.bridge, o.memory); },
                 [](const Forget& o) { forget(o.bridge); },
                 [](const KeepApplied& o) { keep_applied(o.file, o.applied); },
                 [](const EndClient& o) { end_client(o); },
                 [](const StartClient& o) { start_client(o); },
                 [](const auto&) {},
             },
             op);
}

LinuxKernel::LinuxKernel() : state_(std::make_unique<State>()) {}
LinuxKernel::~LinuxKernel() = default;

Snapshot LinuxKernel::snapshot(const Scope& scope) {
  return read_snapshot(state_->socket, state_->names, scope);
}

bool LinuxKernel::is_privileged() {
  if (!state_->is_privileged) {
    const std::array probe = {capability_probe()};
    state_->is_privileged = state_->socket.transact(probe).front().errnum != EPERM;
  }
  return *state_->is_privileged;
}

void LinuxKernel::preflight(std::span<const Step> steps) {
  if (!is_privileged() && !is_about_held_devices(steps))
    throw Error::from_errno("changing the network needs CAP_NET_ADMIN", EPERM)
        .with_hint("run it as root, such as with sudo");
  const auto any = [&](auto is_such) {
    return std::ranges::any_of(
        steps, [&](const Step& step) { return std::ranges::any_of(step.ops, is_such); });
  };
  const bool any_tun = any([](const Op& op) {
    return std::holds_alternative<CreateTun>(op) || std::holds_alternative<SetTun>(op) ||
           std::holds_alternative<HoldTun>(op);
  });
  if (any_tun)
    require_clone_device();
  if (any([](const Op& op) { return std::holds_alternative<SetSysctl>(op); }))
    require_writable_sysctls();
}

std::vector<std::optional<Error>> LinuxKernel::apply(std::span<const Op> ops) {
  std::vector<std::optional<Error>> results(ops.size());
  Batch batch(state_->socket, state_->names, results);
  for (size_t i = 0; i < ops.size(); ++i) {
    const auto* deletion = std::get_if<DeleteLinks>(&ops[i]);
    const bool by_holding = deletion != nullptr && !is_privileged();
    if (is_rtnetlink(ops[i]) && !by_holding) {
      batch.add(ops[i], i);
      continue;
    }
    batch.flush();
    try {
      if (by_holding)
        state_->delete_held(*deletion);
      else
        state_->run(ops[i]);
    } catch (const OutOfMemory&) {  // it may be done
      throw;
    } catch (const Error& error) {
      results[i] = error;
      for (size_t left = i + 1; left < ops.size(); ++left)
        results[left] = Error::from_errno(op_subject(ops[left]) + ": not tried", ECANCELED);
      return results;
    }
  }
  batch.flush();
  wait_for_local_routes(state_->socket, state_->names, ops, results);
  return results;
}

bool LinuxKernel::answers(const IfName& link, const IpAddress& address,
                          std::chrono::milliseconds limit) {
  return is_neighbour_alive(state_->socket, state_->names, link, address, limit);
}

std::vector<TcpConnection> LinuxKernel::connections(std::span<const IpAddress> local) {
  return read_tcp_connections(local);
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The pipelines: one for everything that changes something, one for everything that only reads.
#include "cli/run.hpp"

#include "cli/change.hpp"
#include "cli/progress.hpp"
#include "doctor/dhcp_client.hpp"
#include "kernel/dhcp_clients.hpp"
#include "kernel/linux_kernel.hpp"
#include "kernel/netns.hpp"
#include "kernel/packet_sockets.hpp"
#include "kernel/tun.hpp"
#include "plan/plan.hpp"
#include "txn/protect.hpp"

#include <algorithm>
#include <ctime>

namespace tapctl {
namespace {

/// The names that the user did not know before.
std::vector<std::string> obtained_names(const Request& request, const Plan& plan) {
  const auto* add = std::get_if<AddRequest>(&request);
  if (add == nullptr)
    return {};
  std::vector<std::string> names = plan.names;
  std::erase_if(names, [&](const std::string& name) {
    return std::ranges::find(add->names, name, &NameTemplate::str) != add->names.end();
  });
  return names;
}

std::string seconds_text(std::chrono::milliseconds time) {
  const auto count = time.count();
  return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

std::string confirmation_hint(const Invocation& invocation, const std::string& id,
                              std::chrono::milliseconds time) {
  return "this is rolled back in " + seconds_text(time) +
         " unless you run: " + suggest(invocation, "confirm " + id);
}

/// A deletion that ends the plan comes when it is confirmed.
void announce_deletion(Plan& plan) {
  if (plan.final_deletion() == nullptr)
    return;
  for (Change& change : plan.changes) {
    if (change.attribute == "deleted")
      change.attribute = "to be deleted when it is confirmed";
  }
}

bool ends_client_of(const Plan& plan, const IfName& link) {
  return std::ranges::any_of(plan.steps, [&](const Step& step) {
    return std::ranges::any_of(step.ops, [&](const Op& op) {
      const auto* end = std::get_if<EndClient>(&op);
      return end != nullptr && end->client.link == link;
    });
  });
}

/// The processes that ask for the lease of a link: by its name, and by a socket on it.
std::vector<PacketSocket> clients_of(const Link& link) {
  std::vector<PacketSocket> clients;
  for (const DhcpClient& client : find_dhcp_clients({link.name})) {
    if (client.link == link.name)
      clients.push_back({.pid = client.pid, .command = dhcp_program_name(client.program)});
  }
  const auto sockets = find_packet_sockets([&](int on) { return on == link.ifindex; });
  for (const PacketSocket& socket : sockets.value_or(std::vector<PacketSocket>{})) {
    if (is_dhcp_client(socket.command) &&
        std::ranges::find(clients, socket.command, &PacketSocket::command) == clients.end())
      clients.push_back(socket);
  }
  return clients;
}

/// A client that asks for the lease of a link whose addresses move goes on to do so there.
void name_dhcp_clients(Plan& plan, const Snapshot& current) {
  for (const Moved& moved : plan.moved) {
    const Link* from = current.find(moved.from);
    if (from == nullptr || ends_client_of(plan, moved.from))
      continue;
    for (const PacketSocket& client : clients_of(*from))
      plan.hints.push_back(moved_client_hint(client, *from, moved.to));
  }
}

/// `transaction` has the scope, and what was there.
void carry_out(Kernel& kernel, const TransactionFiles& files, const Invocation& invocation,
               Transaction transaction, const Safety& safety, Report& report) {
  transaction.id = new_id();
  transaction.command = invocation.line;
  transaction.time = std::time(nullptr);
  transaction.plan = std::move(report.plan);  // of 10,000 devices one is enough
  const Reachability reachability(kernel, transaction.before, transaction.plan, safety.check);
  if (const auto unasked = reachability.unasked())
    transaction.plan.hints.push_back("nothing is moved, so " + unasked->str() + " was not asked");
  for (const IpAddress& gateway : reachability.silent())
    transaction.plan.hints.push_back(
        "gateway " + gateway.str() +
        " did not answer before the move, so nothing was asked of it after: see that the host is "
        "still reached, or take it back with " +
        suggest(invocation, "rollback"));
  // Made before the change: nothing that comes after it may fail for want of memory.
  std::string hint =
      safety.confirm ? confirmation_hint(invocation, transaction.id, *safety.confirm) : "";
  std::string id = transaction.id;
  transaction.plan.hints.reserve(transaction.plan.hints.size() + 1);
  report.obtained.reserve(report.obtained.size() + 1);
  ProgressLine progress(!invocation.global.report.quiet);
  report.outcome = run_protected(
      kernel, files, transaction,
      {.kernel = make_kernel,
       .check = [&] { reachability.check(); },
       .check_limit = reachability.limit(),
       .progress = [&](size_t started, size_t total) { progress.show(started, total); },
       .confirm = safety.confirm});
  report.plan = std::move(transaction.plan);
  if (!report.outcome.is_kept)
    report.plan.hints.emplace_back("there was no room in /run/tapctl for what rollback needs");
  if (report.outcome.confirm_within) {
    announce_deletion(report.plan);
    report.plan.hints.push_back(std::move(hint));
    report.obtained.push_back(id);
  }
  report.outcome.id = std::move(id);
}

/// Without privilege: nothing of it can be left half done, and the lock is root's.
void change_own_devices(Kernel& kernel, const Scope& scope, const Snapshot& current,
                        Report& report) {
  kernel.preflight(report.plan.steps);
  report.outcome = execute(kernel, report.plan, current, scope);
}

/// Reads, plans, and carries it out; without `begun` there is no privilege, or nothing is to be
/// done.
Report attempt(Kernel& kernel, const std::optional<Begun>& begun, const Invocation& invocation,
               const Request& request, const Safety& safety) {
  Scope scope = scope_of(request);
  Snapshot current = kernel.snapshot(scope);
  if (const auto wider = wider_scope(request, current)) {
    scope = *wider;
    current = kernel.snapshot(scope);
  }
  Report report{.command = invocation.command, .plan = make_plan(current, request)};
  report.obtained = obtained_names(request, report.plan);
  name_dhcp_clients(report.plan, current);
  if (report.plan.empty()) {
    report.outcome.kind = OutcomeKind::unchanged;
    if (safety.confirm)
      report.plan.hints.emplace_back("nothing was changed, so nothing waits to be confirmed");
  } else if (invocation.global.dry_run)
    report.outcome.kind = OutcomeKind::planned;
  else if (!begun)
    change_own_devices(kernel, scope, current, report);
  else
    carry_out(kernel, begun->files, invocation, {.scope = scope, .before = current}, safety,
              report);
  return report;
}

/// At boot addresses still come and go, and nobody is there to run it again.
constexpr int most_attempts = 5;

}  // namespace

Report mutate(const Invocation& invocation, const Request& request, const Safety& safety) {
  const GlobalOptions& global = invocation.global;
  if (global.netns)
    enter_netns(*global.netns);
  if (invocation.clone_device)
    use_clone_device(*invocation.clone_device);
  LinuxKernel kernel;
  std::optional<Begun> begun;
  if (!global.dry_run && kernel.is_privileged())
    begun.emplace(begin_change(kernel, invocation));
  for (int attempts = 1;; ++attempts) {
    try {
      Report report = attempt(kernel, begun, invocation, request, safety);
      if (!report.outcome.is_outdated || report.outcome.kind != OutcomeKind::rolled_back ||
          attempts == most_attempts)
        return report;
    } catch (const NetworkChanged&) {
      if (attempts == most_attempts)
        throw;
    }
  }
}

int run_mutation(const Invocation& invocation, const Request& request, const Safety& safety) {
  // The lock is free by then: a terminal that nobody reads must hold nobody up.
  return print_report(mutate(invocation, request, safety), invocation.global.report);
}

Snapshot read_state(const Invocation& invocation, const Scope& scope) {
  if (invocation.global.netns)
    enter_netns(*invocation.global.netns);
  LinuxKernel kernel;
  return kernel.snapshot(scope);
}

}  // namespace tapctl

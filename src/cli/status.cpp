// SPDX-License-Identifier: MIT
// tapctl status
#include "cli/parser.hpp"
#include "cli/run.hpp"
#include "cli/values.hpp"
#include "plan/device_checks.hpp"
#include "txn/pending.hpp"

namespace tapctl {
namespace {

/// Only root may look into /run/tapctl; for others there is nothing.
std::optional<Pending> pending_here() {
  try {
    return read_pending(TransactionFiles(IfAbsent::leave));
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

int status_command(Invocation& invocation) {
  std::vector<std::string> words;
  Parser parser(invocation, "Shows bridges, ports, devices, holders, addresses, default routes.",
                "[NAME...] [OPTIONS]");
  parser.positionals("NAME", words, "bridge or link (default: all)");
  if (!parser.parse())
    return 0;
  const std::vector<IfName> names = parse_names(words);
  const Snapshot state = read_state(invocation, {.all_links = true,
                                                 .all_addresses = true,
                                                 .default_routes = true,
                                                 .bridge_nf = true,
                                                 .holders = true});
  for (const IfName& name : names) {
    if (state.find(name) == nullptr)
      throw missing_link(state, "link", name);
  }
  print_status(state, names, pending_here(), invocation.global.report);
  return 0;
}

}  // namespace tapctl

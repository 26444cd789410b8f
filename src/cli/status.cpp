// SPDX-License-Identifier: MIT
// tapctl status
#include "cli/status.hpp"

#include "cli/parser.hpp"
#include "cli/run.hpp"
#include "input/values.hpp"
#include "kernel/terminal.hpp"
#include "plan/device_checks.hpp"

#include <unistd.h>

namespace tapctl {

Scope status_scope() {
  return {.all_links = true,
          .all_addresses = true,
          .default_routes = true,
          .bridge_nf = true,
          .holders = true};
}

std::optional<Pending> pending_here() {
  try {
    return read_pending(TransactionFiles(IfAbsent::leave));
  } catch (const Error&) {
    return std::nullopt;
  }
}

void require_links(const Snapshot& state, const std::vector<IfName>& names) {
  for (const IfName& name : names) {
    if (state.find(name) == nullptr)
      throw missing_link(state, "link", name);
  }
}

int status_command(Invocation& invocation) {
  std::vector<std::string> words;
  bool watch = false;
  Parser parser(invocation, "Shows bridges, ports, devices, holders, addresses, default routes.",
                "[NAME...] [OPTIONS]");
  parser.positionals("NAME", words, "bridge or link (default: all)");
  parser.flag("--watch", watch, "show it anew whenever it changes");
  if (!parser.parse())
    return 0;
  const std::vector<IfName> names = parse_names(words);
  if (const auto size = terminal_size(STDOUT_FILENO))
    invocation.global.report.columns = size->columns;
  if (watch)
    return watch_status(invocation, names);
  const Snapshot state = read_state(invocation, status_scope());
  require_links(state, names);
  print_status(state, names, pending_here(), invocation.global.report);
  return 0;
}

}  // namespace tapctl

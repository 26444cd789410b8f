// SPDX-License-Identifier: MIT
// tapctl list
#include "cli/parser.hpp"
#include "cli/run.hpp"
#include "input/values.hpp"
#include "plan/device_checks.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <algorithm>
#include <set>

namespace tapctl {
namespace {

void require_tun_or_tap(const Snapshot& state, const IfName& name) {
  const Link* link = state.find(name);
  if (link == nullptr)
    throw missing_device(state, name, "tapctl list without a name shows all");
  if (!link->tun)
    throw Error("link " + name.quoted() + ": is not a tun or tap device")
        .with_hint("tapctl status shows other links");
}

}  // namespace

int list_command(Invocation& invocation) {
  std::vector<std::string> words;
  std::vector<std::string> patterns;
  bool no_header = false;
  bool holders = false;
  Parser parser(invocation, "Lists tun and tap devices.", "[NAME...] [OPTIONS]");
  parser.positionals("NAME", words, "device name (default: all)");
  parser.option("--match", patterns, "GLOB", "those whose name matches, such as 'vm*'");
  parser.flag("--no-header", no_header, "without the line of column names");
  parser.flag("--holders", holders, "with the processes that have them open");
  if (!parser.parse())
    return 0;
  std::vector<IfName> names = parse_names(words);
  Scope scope;
  scope.links = names;
  scope.addresses_of = names;
  scope.all_links = names.empty() || !patterns.empty();
  scope.all_addresses = scope.all_links;
  scope.holders = holders;
  Snapshot state = read_state(invocation, scope);
  const auto is_there = [&](const IfName& name) { return state.find(name) != nullptr; };
  if (!scope.all_links && !std::ranges::all_of(names, is_there)) {
    scope.all_links = true;                   // for a hint
    state = read_state(Invocation{}, scope);  // in the namespace where it is by now
  }
  for (const IfName& name : names)
    require_tun_or_tap(state, name);
  const bool everything = names.empty() && patterns.empty();
  const std::set<IfName> named(names.begin(), names.end());
  for (const Link& link : state.links) {
    const bool matches = std::ranges::any_of(
        patterns, [&](const std::string& p) { return glob_match(p, link.name.str()); });
    if (link.tun && !named.contains(link.name) && (everything || matches))
      names.push_back(link.name);
  }
  print_list(state, names, no_header ? Header::omit : Header::show, holders,
             invocation.global.report);
  return 0;
}

}  // namespace tapctl

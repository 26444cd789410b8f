// SPDX-License-Identifier: MIT
// tapctl brctl, and tapctl as brctl
#include "cli/run.hpp"
#include "compat/brctl.hpp"
#include "compat/drop_in.hpp"
#include "plan/device_checks.hpp"
#include "report/output.hpp"
#include "util/error.hpp"

#include <algorithm>

namespace tapctl {
namespace {

/// All bridges, in the order of their names.
std::vector<IfName> bridges_of(const Snapshot& state) {
  std::vector<IfName> names;
  for (const Link& link : state.links) {
    if (link.bridge)
      names.push_back(link.name);
  }
  std::ranges::sort(names, {}, &IfName::str);
  return names;
}

/// The others are printed where one is wrong, as by brctl.
int show(const Invocation& invocation, const BrctlLine& line) {
  const Snapshot state = read_state(invocation, {.all_links = true, .spanning_tree = true});
  std::string text;
  std::optional<Error> error;
  for (const IfName& name : line.ports.empty() ? bridges_of(state) : line.ports) {
    try {
      const Link& bridge = require_bridge(state, name);
      text += (text.empty() ? brctl_show_header() : "") + brctl_show_text(state, bridge);
    } catch (const OutOfMemory&) {
      throw;
    } catch (const Error& wrong) {
      error = error.value_or(wrong);
    }
  }
  write_stdout(text);
  if (error)
    throw Error(*error);
  return 0;
}

int show_one(const Invocation& invocation, const BrctlLine& line) {
  Scope scope;
  scope.links = {line.bridge};
  scope.ports_of = {line.bridge};
  scope.spanning_tree = true;
  if (line.command == BrctlCommand::showmacs)
    scope.forwarding_of = line.bridge;
  const Snapshot state = read_state(invocation, scope);
  const Link& bridge = require_bridge(state, line.bridge, "brctl show lists the bridges");
  write_stdout(line.command == BrctlCommand::showmacs ? brctl_macs_text(state)
                                                      : brctl_stp_text(state, bridge));
  return 0;
}

Request bare(const BrctlLine& line, BareBridgeRequest::Action action) {
  return BareBridgeRequest{.action = action, .bridge = line.bridge, .ports = line.ports};
}

template <class Value>
Request bridge_setting(const BrctlLine& line, std::optional<Value> Bridge::*setting) {
  BridgeSettingsRequest request{.bridge = line.bridge, .settings = {}};
  request.settings.*setting = static_cast<Value>(line.value);
  return request;
}

template <class Value>
Request port_setting(const BrctlLine& line, std::optional<Value> Port::*setting) {
  PortRequest request{.port = line.ports.front(), .bridge = line.bridge, .settings = {}};
  request.settings.*setting = static_cast<Value>(line.value);
  return request;
}

/// Of a command that changes something.
Request request_of(const BrctlLine& line) {
  using Action = BareBridgeRequest::Action;
  switch (line.command) {
    case BrctlCommand::addbr:
      return bare(line, Action::create);
    case BrctlCommand::delbr:
      return bare(line, Action::remove);
    case BrctlCommand::addif:
      return bare(line, Action::attach);
    case BrctlCommand::delif:
      return bare(line, Action::detach);
    case BrctlCommand::hairpin:
      return port_setting(line, &Port::hairpin);
    case BrctlCommand::setpathcost:
      return port_setting(line, &Port::cost);
    case BrctlCommand::setportprio:
      return port_setting(line, &Port::priority);
    case BrctlCommand::setageing:
      return bridge_setting(line, &Bridge::ageing_time);
    case BrctlCommand::setbridgeprio:
      return bridge_setting(line, &Bridge::priority);
    case BrctlCommand::setfd:
      return bridge_setting(line, &Bridge::forward_delay);
    case BrctlCommand::sethello:
      return bridge_setting(line, &Bridge::hello_time);
    case BrctlCommand::setmaxage:
      return bridge_setting(line, &Bridge::max_age);
    default:
      return bridge_setting(line, &Bridge::stp);
  }
}

bool only_prints(BrctlCommand command) {
  return command == BrctlCommand::help || command == BrctlCommand::version ||
         command == BrctlCommand::show || command == BrctlCommand::showmacs ||
         command == BrctlCommand::showstp;
}

}  // namespace

int brctl_command(Invocation& invocation) {
  const BrctlLine line = parse_brctl(invocation.arguments);
  if (invocation.global.report.json && only_prints(line.command))
    throw usage_error("--json: brctl has no JSON for what it shows", "tapctl status --json has");
  switch (line.command) {
    case BrctlCommand::help:
      write_stdout(brctl_help);
      return 0;
    case BrctlCommand::version:
      write_stdout("bridge-utils, 1.7\n");  // the one that it stands in for
      return 0;
    case BrctlCommand::show:
      return show(invocation, line);
    case BrctlCommand::showmacs:
    case BrctlCommand::showstp:
      return show_one(invocation, line);
    default:
      return print_said(mutate(invocation, request_of(line)), "", invocation);
  }
}

}  // namespace tapctl

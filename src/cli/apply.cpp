// SPDX-License-Identifier: MIT
// tapctl apply, diff, down and save: a namespace as a configuration file has it.
#include "plan/apply.hpp"

#include "cli/parser.hpp"
#include "cli/run.hpp"
#include "cli/safety.hpp"
#include "input/config.hpp"
#include "input/config_file.hpp"
#include "kernel/netns.hpp"
#include "kernel/notifications.hpp"
#include "report/output.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>

namespace tapctl {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int drift_status = 4;

/// The file named, or the usual one.
std::string file_of(const std::vector<std::string>& words) {
  if (words.size() > 1)
    throw usage_error("more than one file given");
  if (!words.empty() && words.front().empty())
    throw usage_error("file '': has no name");
  return words.empty() ? default_config_file : words.front();
}

/// At boot a driver may still be looking for the NIC. Nothing is held meanwhile, and nothing was
/// changed: a signal may end the process.
void wait_for_ports(const Invocation& invocation, const Config& config) {
  if (config.wait.count() == 0)
    return;
  const Clock::time_point deadline = Clock::now() + config.wait;
  if (invocation.global.netns)
    enter_netns(*invocation.global.netns);
  Notifications news;
  for (;;) {
    Invocation here = invocation;
    here.global.netns.reset();
    const auto absent = absent_ports(read_state(here, ports_scope(config.request)), config.request);
    if (absent.empty())
      return;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0)
      throw Error(join(absent, ", ") + ": not there after " + std::to_string(config.wait.count()) +
                  " ms")
          .with_hint("tapctl status shows the links that are there");
    pollfd wait{.fd = news.descriptor(), .events = POLLIN, .revents = 0};
    if (poll(&wait, 1, static_cast<int>(left.count())) > 0)
      news.discard();
  }
}

/// What the command line says goes before what the file says.
SafetyTexts merged(const SafetyTexts& typed, const SafetyTexts& written) {
  SafetyTexts texts = typed;
  if (!texts.check)
    texts.check = written.check;
  if (!texts.timeout)
    texts.timeout = written.timeout;
  return texts;
}

/// The MACs that apply would make up, which are others in each run.
void name_random_macs(Plan& plan, const ApplyRequest& request) {
  constexpr size_t three_bytes = 8;  // of "fe:12:34:56:78:9a"; the others count up
  std::vector<std::string> starts;
  for (const AddRequest& device : request.devices)
    starts.push_back(device.random_mac.str().substr(0, three_bytes));
  for (const BridgeWish& wish : request.bridges)
    starts.push_back(wish.bridge.random_mac.str().substr(0, three_bytes));
  for (Change& change : plan.changes) {
    const auto begins = [&](const std::string& start) { return change.after.starts_with(start); };
    if (change.attribute == "address" && std::ranges::any_of(starts, begins))
      change.after = "random";
  }
}

}  // namespace

int apply_command(Invocation& invocation) {
  std::vector<std::string> words;
  SafetyTexts safety;
  Parser parser(
      invocation,
      "Makes the devices and bridges of a configuration file, or brings them in line with\n"
      "it; all of it, or nothing. Default: /etc/tapctl/tapctl.json and, in the order of\n"
      "their names, /etc/tapctl/tapctl.json.d/*.json.",
      "[FILE] [OPTIONS]");
  parser.positionals("FILE", words, "the configuration file, with FILE.d/*.json");
  add_safety_options(parser, safety);
  parser.footer(
      "Run again it changes nothing. tapctl diff shows what it would change, tapctl\n"
      "down takes away what it made. tapctl.json(5) describes the file.\n" +
      time_note);
  if (!parser.parse())
    return 0;
  const Config config = read_config(file_of(words));
  const Safety wanted = parse_safety(merged(safety, config.safety));
  if (!invocation.global.dry_run)
    wait_for_ports(invocation, config);
  return run_mutation(invocation, config.request, wanted);
}

int diff_command(Invocation& invocation) {
  std::vector<std::string> words;
  Parser parser(invocation,
                "Shows what differs from a configuration file, as tapctl apply would change it.\n"
                "Ends with 4 where something does. Default: /etc/tapctl/tapctl.json.",
                "[FILE] [OPTIONS]");
  parser.positionals("FILE", words, "the configuration file, with FILE.d/*.json");
  if (!parser.parse())
    return 0;
  const Config config = read_config(file_of(words));
  invocation.global.dry_run = true;
  Report report = mutate(invocation, config.request);
  report.is_drift = true;
  name_random_macs(report.plan, config.request);
  const int status = print_report(report, invocation.global.report);
  return status == 0 && !report.plan.empty() ? drift_status : status;
}

int down_command(Invocation& invocation) {
  std::vector<std::string> words;
  DownRequest request;
  SafetyTexts safety;
  Parser parser(
      invocation,
      "Takes away what tapctl apply made of a configuration file, and nothing else, and\n"
      "gives the uplink everything back. The file itself is not read: it may have changed\n"
      "meanwhile. Default: /etc/tapctl/tapctl.json.",
      "[FILE] [OPTIONS]");
  parser.positionals("FILE", words, "the configuration file that was applied");
  parser.flag("--force", request.force, "delete devices that a process holds too");
  add_safety_options(parser, safety);
  parser.footer(time_note);
  if (!parser.parse())
    return 0;
  request.file = config_path(file_of(words));
  return run_mutation(invocation, request, parse_safety(safety));
}

int save_command(Invocation& invocation) {
  std::vector<std::string> words;
  bool force = false;
  Parser parser(invocation,
                "Writes the devices and bridges that are there as a configuration file for tapctl\n"
                "apply. Default: /etc/tapctl/tapctl.json; - is the standard output.",
                "[FILE] [OPTIONS]");
  parser.positionals("FILE", words, "the file to write, or -");
  parser.flag("--force", force, "replace a file that is there already");
  if (!parser.parse())
    return 0;
  const std::string file = file_of(words);
  Scope scope;
  scope.all_links = scope.all_addresses = scope.all_bridges = true;
  scope.default_routes = scope.bridge_nf = true;
  const std::string text = config_text(read_state(invocation, scope));
  if (file == "-" || invocation.global.dry_run) {
    write_stdout(text);
    return 0;
  }
  write_config(file, text, force ? IfPresent::replace : IfPresent::refuse);
  Report report{.command = invocation.command};
  report.outcome.kind = OutcomeKind::committed;
  report.summary = quote(config_path(file)) + ": written";
  return print_report(report, invocation.global.report);
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// tapctl nf
#include "cli/parser.hpp"
#include "cli/run.hpp"
#include "input/values.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <algorithm>
#include <cerrno>
#include <sstream>

namespace tapctl {
namespace {

NfCalls parse_calls(const std::string& text) {
  NfCalls calls{false, false, false};
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    if (word == "iptables")
      calls.iptables = true;
    else if (word == "ip6tables")
      calls.ip6tables = true;
    else if (word == "arptables")
      calls.arptables = true;
    else
      throw usage_error("option '--call': " + quote(word) +
                        " is not iptables, ip6tables or arptables");
  }
  if (!calls.iptables && !calls.ip6tables && !calls.arptables)
    throw usage_error("option '--call': is empty");
  return calls;
}

bool is_action(const std::string& word) {
  return word == "show" || word == "on" || word == "off";
}

/// The action or bridge that may have been meant by `word`.
std::optional<std::string> hint_for(const std::string& word,
                                    const std::vector<IfName>& bridges = {}) {
  std::vector<std::string> known{"off", "on", "show"};
  for (const IfName& bridge : bridges)
    known.push_back(bridge.str());
  const auto near = nearest(word, known);
  if (!near)
    return std::nullopt;
  return "did you mean " + quote(*near) + "?";
}

int show(Invocation& invocation, const std::optional<IfName>& bridge) {
  const Snapshot state = read_state(invocation, {.bridge_nf = true, .all_bridges = true});
  std::vector<IfName> bridges;
  for (const Link& link : state.links) {
    if (link.bridge)
      bridges.push_back(link.name);
  }
  if (bridge && std::ranges::find(bridges, *bridge) == bridges.end())
    throw Error::from_errno("bridge " + bridge->quoted(), ENODEV)
        .with_hint(hint_for(bridge->str(), bridges).value_or("tapctl nf show|on|off BR"));
  if (bridge)
    bridges = {*bridge};
  print_nf(state, bridges, invocation.global.report);
  return 0;
}

}  // namespace

int nf_command(Invocation& invocation) {
  std::vector<std::string> words;
  std::optional<std::string> calls;
  NfRequest request;
  Parser parser(invocation,
                "Shows or changes whether traffic across a bridge passes the host's firewall\n"
                "(br_netfilter). Other bridges are not affected.",
                "[show|on|off] [BR] [OPTIONS]");
  parser.positionals("ACTION", words, "show (default), on or off; then the bridge");
  parser.option("--call", calls, "LIST", "of iptables,ip6tables,arptables (default: all)");
  parser.flag("--all", request.all, "write the sysctls themselves: every bridge");
  parser.footer("Example:\n  tapctl nf off virbr0");
  if (!parser.parse())
    return 0;
  std::string action = "show";
  if (!words.empty() && is_action(words[0])) {
    action = words[0];
    words.erase(words.begin());
  } else if (words.size() > 1) {
    throw usage_error(quote(words[0]) + ": is not show, on or off",
                      hint_for(words[0]).value_or(""));
  }
  if (words.size() > 1)
    throw usage_error("unexpected argument " + quote(words[1]));
  if (!words.empty())
    request.bridge = IfName::parse(words[0]);
  if (calls)
    request.calls = parse_calls(*calls);
  if (action == "show") {
    if (calls || request.all)
      throw usage_error("--call and --all: are for on and off");
    return show(invocation, request.bridge);
  }
  request.on = action == "on";
  if (request.all == request.bridge.has_value())
    throw usage_error(request.all ? "--all: excludes a bridge" : "no bridge given",
                      "tapctl nf " + action + " BR, or tapctl nf " + action + " --all");
  return run_mutation(invocation, request);
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// tapctl unbridge
#include "cli/parser.hpp"
#include "cli/run.hpp"
#include "cli/safety.hpp"
#include "input/values.hpp"
#include "util/error.hpp"

namespace tapctl {

int unbridge_command(Invocation& invocation) {
  std::vector<std::string> words;
  UnbridgeRequest request;
  Parser parser(invocation,
                "Releases ports, gives the uplink everything back, and deletes the bridge when\n"
                "its last port is gone. Taps stay.",
                "BR [PORT...] [OPTIONS]");
  parser.positionals("BR PORT", words, "the bridge, then the ports (default: all)");
  parser.flag("--keep-bridge", request.keep_bridge, "keep the bridge without ports");
  SafetyTexts safety;
  add_safety_options(parser, safety);
  parser.footer(time_note + "\n\nExample:\n  tapctl unbridge virbr0");
  if (!parser.parse())
    return 0;
  const std::vector<IfName> names = parse_names(words);
  if (names.empty())
    throw usage_error("no bridge given");
  request.bridge = names.front();
  request.ports.assign(names.begin() + 1, names.end());
  return run_mutation(invocation, request, parse_safety(safety));
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// tapctl del
#include "cli/parser.hpp"
#include "cli/run.hpp"
#include "input/values.hpp"

namespace tapctl {

int del_command(Invocation& invocation) {
  std::vector<std::string> names;
  DelRequest request;
  Parser parser(invocation, "Deletes tun or tap devices; all of them, or none.",
                "[NAME...] [OPTIONS]");
  parser.positionals("NAME", names, "device name");
  parser.flag("--all", request.all, "all tun and tap devices of the namespace, instead of names");
  parser.option("--match", request.match, "GLOB", "those whose name matches, such as 'vm*'");
  parser.flag("--if-exists", request.if_exists, "a device that is not there is no error");
  parser.flag("--force", request.force, "delete it even when a process holds it");
  parser.footer("Example:\n  tapctl del tap0 tap1");
  if (!parser.parse())
    return 0;
  request.names = parse_names(names);
  return run_mutation(invocation, request);
}

}  // namespace tapctl

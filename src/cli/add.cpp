// SPDX-License-Identifier: MIT
// tapctl add
#include "cli/device_options.hpp"
#include "cli/run.hpp"
#include "input/values.hpp"

namespace tapctl {

int add_command(Invocation& invocation) {
  std::vector<std::string> names;
  std::optional<std::string> count;
  DeviceOptions device;
  AddRequest request;
  Parser parser(invocation, "Creates persistent tun or tap devices; all of them, or none.",
                "NAME... [OPTIONS]");
  parser.positionals("NAME", names, "device name, or a template such as tap%d");
  device.add_to(parser, Devices::added);
  parser.option("--count", count, "N", "make N devices of the template");
  parser.flag("--exclusive", request.exclusive, "a device that exists already is an error");
  parser.flag("--any-user", request.any_user, "let everybody attach who can open /dev/net/tun");
  parser.footer(
      "A device that exists already is brought in line. Owner and group set: whoever\n"
      "attaches must match both.\n\n"
      "Examples:\n"
      "  tapctl add tap0 --user brezular\n"
      "  tapctl add tap%d --count 3 --user waldner --bridge virbr0");
  if (!parser.parse())
    return 0;
  for (const std::string& name : names)
    request.names.push_back(NameTemplate::parse(name));
  request.count = when_given(
      count, [](const std::string& text) { return parse_number("--count", text, range::count); });
  request.wish = device.wish();
  request.default_owner = invoking_user();
  request.random_mac = random_mac(high_mac);
  return run_mutation(invocation, request);
}

}  // namespace tapctl

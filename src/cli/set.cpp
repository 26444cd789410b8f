// SPDX-License-Identifier: MIT
// tapctl set
#include "cli/device_options.hpp"
#include "cli/run.hpp"
#include "input/values.hpp"
#include "util/error.hpp"

namespace tapctl {

int set_command(Invocation& invocation) {
  std::vector<std::string> names;
  std::optional<std::string> name;
  DeviceOptions device;
  SetRequest request;
  Parser parser(invocation, "Changes tun or tap devices; all of them, or none.",
                "NAME... [OPTIONS]");
  parser.positionals("NAME", names, "device name");
  device.add_to(parser, Devices::existing);
  parser.option("--name", name, "NEW", "rename the device");
  parser.footer("Example:\n  tapctl set tap0 --group kvm --mtu 9000");
  if (!parser.parse())
    return 0;
  request.names = parse_names(names);
  if (request.names.empty())
    throw usage_error("no device name given");
  request.wish = device.wish();
  request.wish.link.name = when_given(name, for_option("--name", IfName::parse));
  request.random_mac = random_mac(high_mac);
  return run_mutation(invocation, request);
}

}  // namespace tapctl

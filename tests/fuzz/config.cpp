// SPDX-License-Identifier: MIT
// Fuzz target: configuration files.
#include "input/config.hpp"

#include "fuzz/words.hpp"

namespace {

using namespace tapctl;
using fuzz::require;

void check_device(const AddRequest& device) {
  require(!device.names.empty(), "a device has a name");
  for (const NameTemplate& name : device.names) {
    require(!name.has_number(), "numbers are fixed");
    fuzz::require_valid_name(name.str());
  }
  const LinkSettings& link = device.wish.link;
  require(!link.mtu || (*link.mtu >= 68 && *link.mtu <= 65535), "an MTU is in its range");
  require(!link.alias || link.alias->size() <= 255, "an alias is not too long");
}

void check_bridge(const BridgeWish& wish) {
  fuzz::require_valid_name(wish.bridge.bridge.str());
  require(wish.bridge.ports.empty(), "ports are named once");
  for (const PortWish& port : wish.ports)
    require(port.link != LinkMatch{}, "a port is named somehow");
}

}  // namespace

std::vector<std::string> tapctl::fuzz::seeds() {
  return {
      R"({"schema": 1, "wait": "30s", "check": "none", "timeout": "2s"})",
      R"({"devices": [{"ifname": "tap%d", "count": 3, "owner": "root", "up": true}]} // end)",
      R"({"devices": [{"ifname": "tun0", "addresses": ["10.0.0.1"], "peer": "10.0.0.2", "pi": true}]})",
      R"({"bridges": [{"ifname": "br0", "ports": ["eth0", {"address": "52:54:00:12:34:56"}]}]})",
      R"({"devices": [{"ifname": "a"}], "bridges": [{"ifname": "b", "ports": ["a"], "nf": "off",
          "forward_delay": "2s", "priority": 1, "gateways": ["10.0.0.1"]}]})",
      "{\"bridges\": [{\"ifname\": \"br0\", /* x */ \"ports\": [{\"ifname\": \"e\", \"port\": "
      "{\"cost\": 4}}]}]}",
      "[[[[[[[[[[[[[[[[[[[[",
      "{\"a\": 1e999, \"a\": null, \"devices\": {}, \"bridges\": [1, \"x\", [], {}]}"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto config = fuzz::attempt([&] { return parse_config({{.file = "fuzz", .text = text}}); });
  if (!config)
    return 0;
  for (const AddRequest& device : config->request.devices)
    check_device(device);
  for (const BridgeWish& bridge : config->request.bridges)
    check_bridge(bridge);
  return 0;
}

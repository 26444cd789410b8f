// SPDX-License-Identifier: MIT
// tapctl bridge
#include "cli/parser.hpp"
#include "cli/run.hpp"
#include "cli/safety.hpp"
#include "input/values.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <algorithm>

namespace tapctl {
namespace {

/// Options of the bridge itself, as text.
struct Texts {
  std::optional<std::string> uplink;
  std::optional<std::string> mac;
  std::optional<std::string> mtu;
  std::optional<std::string> stp;
  std::optional<std::string> forward_delay;
  std::optional<std::string> hello_time;
  std::optional<std::string> max_age;
  std::optional<std::string> ageing_time;
  std::optional<std::string> priority;
  std::optional<std::string> vlan_filtering;
  std::optional<std::string> mcast_snooping;
  std::optional<std::string> nf;
  std::optional<std::string> dhcp;
  std::optional<std::string> move_from;
  std::vector<std::string> addresses;
  std::vector<std::string> gateways;
};

void add_options(Parser& parser, Texts& texts, bool& no_move) {
  parser.option("--uplink", texts.uplink, "IF", "the port whose addresses move");
  parser.flag("--no-move", no_move, "leave addresses and routes where they are");
  parser.option("-a,--address", texts.addresses, "CIDR", "address of the bridge's own; repeatable");
  parser.option("--gateway", texts.gateways, "IP", "default route through the bridge; repeatable");
  parser.option_with_standard("--dhcp", texts.dhcp, "auto", "CLIENT",
                              "take the DHCP client along; auto, dhclient, dhcpcd, udhcpc");
  parser.option("--mac", texts.mac, "MAC", "MAC of the bridge (default: the uplink's)");
  parser.option("--mtu", texts.mtu, "BYTES", "MTU of the bridge (default: the uplink's)");
  parser.option("--stp", texts.stp, "on|off", "spanning tree (default of a new bridge: off)");
  parser.option("--forward-delay", texts.forward_delay, "TIME", "2s to 30s, counts with STP");
  parser.option("--hello-time", texts.hello_time, "TIME", "1s to 10s");
  parser.option("--max-age", texts.max_age, "TIME", "6s to 40s");
  parser.option("--ageing-time", texts.ageing_time, "TIME", "how long a MAC is remembered");
  parser.option("--priority", texts.priority, "N", "0 to 65535; the lowest is the root");
  parser.option("--vlan-filtering", texts.vlan_filtering, "on|off", "VLAN filtering");
  parser.option("--mcast-snooping", texts.mcast_snooping, "on|off", "multicast snooping");
  parser.option("--nf", texts.nf, "on|off|keep", "bridged traffic passes the firewall");
  parser.option("--move-from", texts.move_from, "BR2", "take ports from that bridge");
}

Bridge settings_of(const Texts& texts) {
  const auto on_off = [](const char* option) {
    return [option](const std::string& text) { return parse_on_off(option, text); };
  };
  const auto time = [](const char* option, Range range) {
    return [=](const std::string& text) { return parse_time(option, text, range); };
  };
  Bridge settings;
  settings.stp = when_given(texts.stp, on_off("--stp"));
  settings.forward_delay =
      when_given(texts.forward_delay, time("--forward-delay", range::forward_delay));
  settings.hello_time = when_given(texts.hello_time, time("--hello-time", range::hello_time));
  settings.max_age = when_given(texts.max_age, time("--max-age", range::max_age));
  settings.ageing_time = when_given(texts.ageing_time, time("--ageing-time", range::ageing_time));
  settings.priority = when_given(texts.priority, [](const std::string& text) {
    return static_cast<uint16_t>(parse_number("--priority", text, range::bridge_priority));
  });
  settings.vlan_filtering = when_given(texts.vlan_filtering, on_off("--vlan-filtering"));
  settings.mcast_snooping = when_given(texts.mcast_snooping, on_off("--mcast-snooping"));
  return settings;
}

}  // namespace

int bridge_command(Invocation& invocation) {
  std::vector<std::string> words;
  Texts texts;
  BridgeRequest request;
  Parser parser(invocation,
                "Builds a bridge, enslaves the ports, and moves every address, route, rule,\n"
                "permanent neighbour and changed sysctl of the uplink onto it.",
                "BR PORT... [OPTIONS]");
  parser.positionals("BR PORT", words, "the bridge, then its ports");
  add_options(parser, texts, request.no_move);
  SafetyTexts safety;
  add_safety_options(parser, safety);
  parser.footer(
      "The uplink is the one port that has addresses. Run again it changes nothing;\n"
      "with more ports it adds them. tapctl unbridge is the way back.\n" +
      time_note +
      "\n\n"
      "Example:\n  tapctl bridge virbr0 eth0 tap0");
  if (!parser.parse())
    return 0;
  std::vector<IfName> names = parse_names(words);
  if (names.size() < 2)
    throw usage_error(names.empty() ? "no bridge and no port given"
                                    : "bridge " + names[0].quoted() + ": no port given",
                      "tapctl bridge BR PORT...");
  const auto client = std::ranges::find_if(
      words, [](const std::string& word) { return find_dhcp_program(word).has_value(); });
  if (texts.dhcp == "auto" && client != words.end())
    throw usage_error("port " + quote(*client) + ": is a DHCP client",
                      "--dhcp=" + *client + " names the client");
  request.bridge = names.front();
  request.ports.assign(names.begin() + 1, names.end());
  request.uplink = when_given(texts.uplink, for_option("--uplink", IfName::parse));
  request.move_from = when_given(texts.move_from, for_option("--move-from", IfName::parse));
  for (const std::string& text : texts.addresses)
    request.addresses.push_back(for_option("--address", Prefix::parse)(text));
  for (const std::string& text : texts.gateways)
    request.gateways.push_back(for_option("--gateway", IpAddress::parse)(text));
  request.mac = when_given(texts.mac, for_option("--mac", Mac::parse));
  request.mtu = when_given(
      texts.mtu, [](const std::string& text) { return parse_number("--mtu", text, range::mtu); });
  request.settings = settings_of(texts);
  request.nf = texts.nf ? parse_nf("--nf", *texts.nf) : NfWish::keep;
  if (texts.dhcp)
    request.dhcp = parse_dhcp("--dhcp", *texts.dhcp);
  request.random_mac = random_mac(0x02);
  return run_mutation(invocation, request, parse_safety(safety));
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// tapctl port
#include "cli/parser.hpp"
#include "cli/run.hpp"
#include "input/values.hpp"
#include "util/error.hpp"

namespace tapctl {

int port_command(Invocation& invocation) {
  std::vector<std::string> words;
  std::optional<std::string> cost;
  std::optional<std::string> priority;
  std::optional<std::string> hairpin;
  std::optional<std::string> isolated;
  std::optional<std::string> learning;
  std::optional<std::string> flood;
  std::optional<std::string> guard;
  Parser parser(invocation,
                "Changes the settings of a bridge port. They vanish when the port is released.",
                "PORT [OPTIONS]");
  parser.positionals("PORT", words, "the port");
  parser.option("--cost", cost, "N", "path cost, 1 to 65535");
  parser.option("--priority", priority, "N", "0 to 63");
  parser.option("--hairpin", hairpin, "on|off", "send frames back out of the port they came from");
  parser.option("--isolated", isolated, "on|off", "no traffic with other isolated ports");
  parser.option("--learning", learning, "on|off", "learn MACs here");
  parser.option("--flood", flood, "on|off", "send frames for unknown MACs here");
  parser.option("--guard", guard, "on|off", "shut the port when a BPDU comes in");
  parser.footer("Example:\n  tapctl port tap0 --isolated on");
  if (!parser.parse())
    return 0;
  if (words.size() != 1)
    throw usage_error(words.empty() ? "no port given" : "more than one port given");
  const auto on_off = [](const char* option) {
    return [option](const std::string& text) { return parse_on_off(option, text); };
  };
  PortRequest request{.port = IfName::parse(words.front())};
  request.settings.cost = when_given(
      cost, [](const std::string& text) { return parse_number("--cost", text, range::port_cost); });
  request.settings.priority = when_given(priority, [](const std::string& text) {
    return static_cast<uint16_t>(parse_number("--priority", text, range::port_priority));
  });
  request.settings.hairpin = when_given(hairpin, on_off("--hairpin"));
  request.settings.isolated = when_given(isolated, on_off("--isolated"));
  request.settings.learning = when_given(learning, on_off("--learning"));
  request.settings.flood = when_given(flood, on_off("--flood"));
  request.settings.guard = when_given(guard, on_off("--guard"));
  return run_mutation(invocation, request);
}

}  // namespace tapctl

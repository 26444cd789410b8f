// SPDX-License-Identifier: MIT
// Fuzz target: command lines of brctl.
#include "compat/brctl.hpp"

#include "fuzz/words.hpp"

namespace {

using namespace tapctl;
using fuzz::require;

void check_time(const std::string& text) {
  const auto time = fuzz::attempt([&] { return parse_brctl_time(text); });
  require(!time || *time <= 1'000'000'000, "a time is no longer than it can be", text);
}

void check_value(const BrctlLine& line) {
  switch (line.command) {
    case BrctlCommand::stp:
    case BrctlCommand::hairpin:
      return require(line.value <= 1, "on or off");
    case BrctlCommand::setpathcost:
      return require(line.value >= 1 && line.value <= 65535, "a cost is in its range");
    case BrctlCommand::setportprio:
      return require(line.value <= 63, "a port's priority is in its range");
    case BrctlCommand::setbridgeprio:
      return require(line.value <= 65535, "a bridge's priority is in its range");
    default:
      return;
  }
}

}  // namespace

std::vector<std::string> tapctl::fuzz::seeds() {
  return {"addbr\nbr0",
          "addif\nbr0\neth0\ntap0",
          "setfd\nbr0\n2.99",
          "setageing\nbr0\n1e3",
          "stp\nbr0\non",
          "setpathcost\nbr0\neth0\n0x10",
          "setbridgeprio\nbr0\n010",
          "setportprio\nbr0\neth0\n63",
          "hairpin\nbr0\neth0\nyes",
          "show\nbr0\nbr1",
          "--\nshow",
          "-V",
          "30.5",
          "0.29"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  check_time(std::string(reinterpret_cast<const char*>(data), size));
  const auto words = fuzz::words_of(data, size);
  const auto line = fuzz::attempt([&] { return parse_brctl(words); });
  if (!line)
    return 0;
  check_value(*line);
  if (!line->bridge.empty())
    fuzz::require_valid_name(line->bridge.str());
  for (const IfName& port : line->ports)
    fuzz::require_valid_name(port.str());
  return 0;
}

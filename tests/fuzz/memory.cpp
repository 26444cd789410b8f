// SPDX-License-Identifier: MIT
// Fuzz target: the JSON file of what tapctl remembers of a bridge.
#include "kernel/memory.hpp"

#include "fuzz/target.hpp"
#include "support/full_values.hpp"

namespace {

using namespace tapctl;

BridgeMemory odd_memory() {
  BridgeMemory memory = test::full_memory();
  memory.uplink = IfName::from_kernel("\xff\x1b[2J\"\\");
  memory.own = {std::string("a\0\xc3", 3), "{\"hex\": 1}"};
  return memory;
}

}  // namespace

std::vector<std::string> tapctl::fuzz::seeds() {
  return {memory_text({}), memory_text(test::full_memory()), memory_text(odd_memory())};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto memory = parse_memory(text))
    fuzz::require(parse_memory(memory_text(*memory)) == memory, "what is read is what was written",
                  text);
  return 0;
}

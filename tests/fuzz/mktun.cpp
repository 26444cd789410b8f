// SPDX-License-Identifier: MIT
// Fuzz target: command lines of `openvpn --mktun` and `--rmtun`.
#include "compat/mktun.hpp"

#include "fuzz/words.hpp"

std::vector<std::string> tapctl::fuzz::seeds() {
  return {"--dev\ntap0", "dev\ntun\nuser\nbrezular\ngroup\n5",
          "--mktun\n--dev\nx\n--dev-type\ntap\n--lladdr\n02:00:00:00:00:01",
          "--rmtun\n--dev\ntap0\n--txqueuelen\n77",
          "--dev\ntap0\n--dev-node\n/dev/net/tun\n--txqueuelen\n0"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tapctl;
  const auto words = fuzz::words_of(data, size);
  const auto line = fuzz::attempt([&] { return parse_mktun(MktunAction::make, words); });
  if (!line)
    return 0;
  fuzz::require(!line->name.empty(), "there is a device");
  fuzz::require(line->txqueuelen != 0U, "a length of 0 is none");
  for (const std::string& text : mktun_lines(*line, "tap0"))
    fuzz::require_printable(text);
  return 0;
}

// SPDX-License-Identifier: MIT
// Fuzz target: command lines of `ip tuntap`.
#include "compat/tuntap.hpp"

#include "fuzz/words.hpp"

std::vector<std::string> tapctl::fuzz::seeds() {
  return {
      "add\ndev\ntap0\nmode\ntap\nuser\nbrezular\ngroup\n5\npi\nvnet_hdr\nmulti_queue\none_queue",
      "a\nname\nx\nm\ntu",
      "del\ntap0\nmode\ntap",
      "show",
      "lst\nnonsense",
      "help",
      "add\nx\nmode\ntun\nmode\ntap",
      "add\nd\nx\nmo\nt\nmu"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tapctl;
  const auto words = fuzz::words_of(data, size);
  const auto line = fuzz::attempt([&] { return parse_tuntap(words); });
  if (!line)
    return 0;
  using Action = TuntapLine::Action;
  const bool changes = line->action == Action::add || line->action == Action::del;
  fuzz::require(!changes || line->mode, "what changes something has a mode");
  fuzz::require(line->action != Action::del || (line->users.empty() && line->groups.empty()),
                "a deletion has neither user nor group");
  return 0;
}

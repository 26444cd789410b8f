// SPDX-License-Identifier: MIT
// The options of every move that say when it counts as done.
#include "cli/safety.hpp"

namespace tapctl {

void add_safety_options(Parser& parser, SafetyTexts& texts) {
  parser.option("--check", texts.check, "gateway|none|IP",
                "who has to answer after the move (default: gateway)");
  parser.option("--timeout", texts.timeout, "TIME",
                "how long to wait for the answer: 100ms to 60s (default: 5s)");
  parser.option("--confirm", texts.confirm, "TIME",
                "roll back unless tapctl confirm comes in that time: 100ms to 24h");
}

}  // namespace tapctl

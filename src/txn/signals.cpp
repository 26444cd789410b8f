// SPDX-License-Identifier: MIT
// A terminal that goes away, or a key, must not end a change in the middle.
#include "txn/signals.hpp"

namespace tapctl {

IgnoredSignals::IgnoredSignals() {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  for (size_t i = 0; i < numbers.size(); ++i)
    sigaction(numbers.at(i), &ignore, &before_.at(i));
}

IgnoredSignals::~IgnoredSignals() {
  for (size_t i = 0; i < numbers.size(); ++i)
    sigaction(numbers.at(i), &before_.at(i), nullptr);
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// A terminal that goes away, or a key, must not end a change in the middle.
#pragma once

#include <array>
#include <csignal>

namespace tapctl {

/// Ignores what a terminal, a login session or a limit sends, for as long as it lives.
class IgnoredSignals {
 public:
  IgnoredSignals();
  IgnoredSignals(const IgnoredSignals&) = delete;
  IgnoredSignals& operator=(const IgnoredSignals&) = delete;
  IgnoredSignals(IgnoredSignals&&) = delete;
  IgnoredSignals& operator=(IgnoredSignals&&) = delete;
  ~IgnoredSignals();

 private:
  static constexpr std::array numbers{SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,
                                      SIGTSTP, SIGTTIN, SIGTTOU, SIGXCPU};
  std::array<struct sigaction, numbers.size()> before_{};
};

}  // namespace tapctl

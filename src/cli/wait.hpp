// SPDX-License-Identifier: MIT
// What the commands that run until they are stopped wait for: signals, a descriptor, their reader.
#pragma once

#include <chrono>
#include <csignal>
#include <optional>
#include <string_view>

namespace tapctl {

enum class Woke {
  readable,
  timeout,
  resized,    ///< SIGWINCH
  suspended,  ///< SIGTSTP: the caller is to stop itself
  ended,      ///< SIGINT, SIGTERM, SIGHUP, or nobody reads standard output any more
};

enum class Suspension { by_kernel, by_caller };

/// Catches the signals from its making on; those that were ignored stay so. One a process.
class Waiter {
 public:
  /// With `by_caller` SIGTSTP is caught too.
  explicit Waiter(Suspension suspension = Suspension::by_kernel);

  /// Until something happens, at most for `limit`.
  Woke wait(int descriptor, std::optional<std::chrono::milliseconds> limit = std::nullopt);

  /// Writes to standard output. False when nobody reads it, or when a signal ended it before the
  /// first byte; what was begun is finished as long as the reader takes it. Throws Error for what
  /// else can fail.
  bool write(std::string_view text);

  /// For what has to be written at the end, after a signal too. Given up when it cannot be.
  static void write_last(std::string_view text);

 private:
  sigset_t caught_{};
};

}  // namespace tapctl

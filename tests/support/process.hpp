// SPDX-License-Identifier: MIT
// Runs programs for tests: no shell, everything captured, nothing left running.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tapctl::test {

struct Result {
  int status = -1;  ///< exit status, or 128 + signal
  std::string out;
  std::string err;
};

using Argv = std::vector<std::string>;

/// Runs `argv` (looked up in PATH) to its end, with `input` on stdin. A program that takes longer
/// than a minute is killed, which shows as 128 + SIGKILL.
Result run(const Argv& argv, std::string_view input = {});

/// Runs `argv` and throws std::runtime_error with everything it said when its status is not 0.
std::string must_run(const Argv& argv, std::string_view input = {});

/// A process that is killed and reaped when this goes out of scope.
class Child {
 public:
  /// Forks; the child runs `body` and exits with what it returns. Returns once the child has
  /// called the function that `body` is given, or ended.
  explicit Child(const std::function<int(const std::function<void()>& ready)>& body);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// False when the child ended without calling its `ready`.
  [[nodiscard]] bool became_ready() const { return ready_; }
  /// Waits for its end and returns its exit status, or 128 + signal.
  int wait();

 private:
  pid_t pid_ = -1;
  bool ready_ = false;
};

/// Polls `condition` every few milliseconds; false when it is not true within `limit`.
bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds limit);

}  // namespace tapctl::test

// SPDX-License-Identifier: MIT
// A program that runs on while its output is read: into a pipe, or on a terminal of its own.
#pragma once

#include "support/process.hpp"
#include "util/fd.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace tapctl::test {

struct Window {
  unsigned short rows = 0;
  unsigned short columns = 0;
};

/// Killed and reaped when this goes out of scope.
class Running {
 public:
  /// With a window stdout (and stdin) are a terminal of that size, else a pipe. stderr goes into a
  /// file.
  explicit Running(Argv argv, std::optional<Window> window = std::nullopt);
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Everything that was read so far.
  [[nodiscard]] const std::string& out() const { return out_; }
  [[nodiscard]] std::string err() const;

  /// Reads until `text` stands in out() behind `from`; false when it does not within `limit`.
  bool read_until(const std::string& text, std::chrono::milliseconds limit, size_t from = 0);
  /// Reads for that long.
  void read_for(std::chrono::milliseconds time);
  /// Waits until the program sleeps in poll(2) or ppoll(2).
  [[nodiscard]] bool is_idle() const;
  void wait_until_idle() const;

  void close_reader() { reader_ = Fd(); }
  void resize(Window window) const;
  void send(int signal) const;
  /// Waits for its end, and returns its exit status or 128 + signal; -1 when it does not end within
  /// 10 s. Reads what it still prints.
  int wait();

 private:
  bool read_some(std::chrono::milliseconds limit);

  Fd reader_;
  Fd errors_;
  pid_t pid_ = -1;
  std::string out_;
  std::optional<int> status_;
};

}  // namespace tapctl::test

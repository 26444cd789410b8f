// SPDX-License-Identifier: MIT
// Other programs, started with nothing of this process: no environment, no files, no ignored or
// blocked signals, no terminal.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace tapctl {

/// What sd_booted(3) asks.
bool is_systemd_running();

/// Starts the program at `path`. Nothing, and errno, where it cannot be started.
/// Its output goes to `output`, or nowhere.
std::optional<pid_t> spawn(const std::string& path, std::vector<std::string> argv,
                           std::vector<std::string> environment = {}, int output = -1);

/// Starts `words`, a full path first, and waits for its end: true when that was a success.
bool run(std::vector<std::string> words);

/// The same, for what it prints: at most the first 4 KiB, whatever its status. Nothing where it
/// cannot be started.
std::optional<std::string> output_of(std::vector<std::string> words);

}  // namespace tapctl

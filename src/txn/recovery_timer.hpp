// SPDX-License-Identifier: MIT
// The last resort where systemd is PID 1: a timer of its, since a session that is ended takes the
// guardian along (KillUserProcesses=yes), but nobody kills PID 1.
#pragma once

#include <chrono>
#include <string>

namespace tapctl {

/// Has systemd run `tapctl recover` in this network namespace after that time, as a transient timer
/// that is named after transaction `id`. Returns when it is set. False where systemd is not
/// running, does not take it, or could not find this namespace again: it is neither that of PID 1
/// nor named in /run/netns.
bool start_recovery_timer(const std::string& id, std::chrono::milliseconds after);

/// Does not wait until it is stopped.
void stop_recovery_timer(const std::string& id);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The fixture of the black-box tests: the binary that $TAPCTL names, in a fresh namespace.
#pragma once

#include "support/netns_test.hpp"
#include "support/process.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace tapctl::test {

/// The binary under test.
std::string tapctl_path();

/// Runs tapctl with these arguments.
Result tapctl(const Argv& arguments);

/// Runs tapctl, expects status 0 and nothing on stderr, and returns what it printed.
std::string tapctl_ok(const Argv& arguments);

/// The guardian that waits in this network namespace, or -1.
pid_t guardian_pid();

/// Runs tapctl as the user nobody, without capabilities. The binary is copied to where nobody can
/// read it.
Result tapctl_as_nobody(const Argv& arguments);

/// Expects a refusal: that status, nothing on stdout, these words on stderr, and ip(8) showing what
/// it showed before.
void expect_refused(const Argv& arguments, int status, const std::string& words);

/// Runs tapctl with --json and returns the document; fails the test when it is none, or not what
/// its schema says.
nlohmann::json tapctl_json(Argv arguments, int status = 0);

}  // namespace tapctl::test

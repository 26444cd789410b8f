// SPDX-License-Identifier: MIT
// The commands of tapctl: one table gives dispatch, help and "did you mean".
#pragma once

#include "report/report.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tapctl {

/// The options that every command takes.
struct GlobalOptions {
  std::optional<std::string> netns;
  bool dry_run = false;
  ReportOptions report;
};

enum class Effect { changes, reads };

/// One run of the program: the command's name, its arguments, and the global options, which a
/// command fills in while it parses.
struct Invocation {
  std::string command;
  std::vector<std::string> arguments;
  GlobalOptions global;
  std::string line;                         ///< as it was typed, quoted for a shell
  int usage_status = 2;                     ///< exit status of a usage error
  Effect effect = Effect::changes;          ///< the help of what only reads has no --dry-run
  std::optional<std::string> clone_device;  ///< another node than /dev/net/tun
};

/// How the arguments behind the command's name are read.
enum class Grammar {
  own,       ///< options of the command and global ones, in any order
  borrowed,  ///< as an older tool reads them; global options stand before the command
};

struct Command {
  const char* name;
  const char* summary;
  /// Returns the exit status; throws Error.
  int (*run)(Invocation& invocation);
  Grammar grammar = Grammar::own;
  int usage_status = 2;  ///< what the older tool ends with
  Effect effect = Effect::changes;
};

std::span<const Command> commands();

/// Finds the command among `arguments` (argv without the program), and runs it. Prints every Error
/// and returns the exit status.
int run_tapctl(std::vector<std::string> arguments);

/// Runs the command `name`, whose grammar is borrowed, as the program of that name that it stands
/// in for: `arguments` is argv without the program. Prints and returns as run_tapctl().
int run_drop_in(const std::string& name, std::vector<std::string> arguments);

int add_command(Invocation& invocation);
int set_command(Invocation& invocation);
int del_command(Invocation& invocation);
int list_command(Invocation& invocation);
int bridge_command(Invocation& invocation);
int unbridge_command(Invocation& invocation);
int port_command(Invocation& invocation);
int nf_command(Invocation& invocation);
int status_command(Invocation& invocation);
int monitor_command(Invocation& invocation);
int doctor_command(Invocation& invocation);
int apply_command(Invocation& invocation);
int diff_command(Invocation& invocation);
int down_command(Invocation& invocation);
int save_command(Invocation& invocation);
int confirm_command(Invocation& invocation);
int rollback_command(Invocation& invocation);
int recover_command(Invocation& invocation);
int log_command(Invocation& invocation);
int brctl_command(Invocation& invocation);
int tunctl_command(Invocation& invocation);
int tuntap_command(Invocation& invocation);
int mktun_command(Invocation& invocation);
int rmtun_command(Invocation& invocation);

}  // namespace tapctl

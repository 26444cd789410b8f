// SPDX-License-Identifier: MIT
// An older tool and its drop-in are given the same command lines in twin namespaces, and have to
// print the same, end with the same status and leave the same links behind.
#pragma once

#include "support/netns_test.hpp"
#include "support/process.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tapctl::test {

/// What stands before the words of a row.
struct Tool {
  Argv original;  ///< such as {"ip", "tuntap"}
  Argv drop_in;   ///< behind the binary under test, such as {"tuntap"}
  /// Takes out of stdout what differs from run to run, such as timers. MACs, both with and without
  /// colons, are named by the order in which they appear already.
  std::function<std::string(std::string)> normal = {};
};

enum class Called : uint8_t {
  as_command,  ///< tapctl brctl addbr br0
  by_name,     ///< brctl addbr br0, where brctl is a symlink to tapctl
};

/// Words of a command line are split at spaces; '' is an empty one, 'a b' one with a space.
struct Row {
  std::vector<std::string> links;   ///< lines of ip -batch for both namespaces
  std::vector<std::string> before;  ///< whole command lines for both, which have to succeed
  /// What stands behind the tool's name. One that begins with '!' is a whole command line, for both
  /// namespaces as it is: "! ip link set br0 up".
  std::vector<std::string> lines;
  /// An accepted difference: why. Such a row has to differ, every other one has to agree.
  std::string differs = {};
  std::string says = {};  ///< with `differs`: words that the drop-in has to print on stderr
  Called called = Called::as_command;
  /// Called in both namespaces before `lines`; what it returns lives until they are over.
  std::function<std::shared_ptr<void>()> hold = {};
};

/// MACs that begin with this are compared as they are; all others count as random.
inline constexpr const char* fixed_mac = "02:00:00:";

/// Splits a command line as Row has it.
Argv words_of(const std::string& line);

/// True where `program` can be run.
bool is_installed(const std::string& program);

/// Runs each row in twin namespaces of its own, and fails the test for every one that differs or,
/// where it should differ, agrees. Leaves the test in a namespace of one of them.
void compare(const Tool& tool, const std::vector<Row>& rows);

/// The seeds of a generator: a fixed one, and one of this run, which is printed; or what
/// TAPCTL_SEED says, to repeat it.
std::vector<uint64_t> generator_seeds();

}  // namespace tapctl::test

// SPDX-License-Identifier: MIT
// Network namespaces of its own for a program that measures or tests, and the way into them.
#pragma once

#include "util/fd.hpp"

#include <sys/types.h>

#include <string>

namespace tapctl::test {

/// Moves this process into a new network namespace, with lo up, and a new mount namespace, with an
/// empty /run and a /sys of the new network namespace. As an ordinary user it enters a user
/// namespace first. Returns "" or why it is not possible here. Aborts the program rather than
/// return in the network namespace of the machine.
std::string enter_fresh_namespace();

/// Makes a network namespace that `ip -n NAME` and `tapctl --netns NAME` know.
void add_netns(const std::string& name);

/// This thread is in the network namespace NAME for as long as the object lives.
class InNetns {
 public:
  explicit InNetns(const std::string& name);
  InNetns(const InNetns&) = delete;
  InNetns& operator=(const InNetns&) = delete;
  ~InNetns();

 private:
  Fd back_;
};

/// Hides /dev/net/tun behind an empty folder, and makes a clone device with `mode` in it unless
/// that is 0. Lasts until the next fresh namespace. Returns "" or why it is not possible here.
std::string replace_clone_device(mode_t mode);

void write_file(const std::string& path, const std::string& content);
std::string read_file(const std::string& path);

}  // namespace tapctl::test

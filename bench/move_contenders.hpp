// SPDX-License-Identifier: MIT
// Three ways to move eth0's address and default route onto a bridge, and back.
#pragma once

#include "support/process.hpp"

#include <string>
#include <vector>

namespace tapctl::bench {

/// What a host with one family has, and whom it talks to.
struct Network {
  std::string family;
  std::string address;  ///< of the host
  std::string length;
  std::string gateway;
  std::string far;  ///< behind the gateway, so that the default route counts
};

/// What build_plain_host and build_ipv6_host of the tests make.
const Network& ipv4_network();
const Network& ipv6_network();

/// A program and what it reads.
struct Command {
  test::Argv argv;
  std::string input;
};

struct Contender {
  std::string name;
  Command to_bridge;
  Command back;
};

/// tapctl first; then the script of the tutorials, one ip(8) command after the other; then ip(8)
/// with the best order that it can be given, in one batch.
std::vector<Contender> move_contenders(const std::string& tapctl, const Network& network);

}  // namespace tapctl::bench

// SPDX-License-Identifier: MIT
// The grammar and the words of `openvpn --mktun` and `openvpn --rmtun`.
#pragma once

#include "model/link.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tapctl {

enum class MktunAction : uint8_t { make, remove };

/// What a command line of theirs asks for. Users are as they were typed.
struct MktunLine {
  MktunAction action = MktunAction::make;
  std::string name;  ///< of --dev; "tun" and "tap" are the next tunN and tapN
  TunMode mode = TunMode::tap;
  std::optional<std::string> clone_device;  ///< --dev-node
  std::optional<std::string> user;
  std::optional<std::string> group;
  std::optional<Mac> mac;              ///< --lladdr
  std::optional<uint32_t> txqueuelen;  ///< packets
};

extern const char* const mktun_help;

/// `action` is what was asked for before the options; --mktun and --rmtun among them change it,
/// the last one counts. Options may stand without their dashes. Throws a usage Error.
MktunLine parse_mktun(MktunAction action, const std::vector<std::string>& words);

/// The log lines that openvpn prints once it has made or deleted the device, without their time.
std::vector<std::string> mktun_lines(const MktunLine& line, const std::string& name);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The grammar and the output of brctl(8) of bridge-utils 1.7.
#pragma once

#include "model/snapshot.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tapctl {

enum class BrctlCommand : uint8_t {
  help,
  version,
  addbr,
  delbr,
  addif,
  delif,
  hairpin,
  setageing,
  setbridgeprio,
  setfd,
  sethello,
  setmaxage,
  setpathcost,
  setportprio,
  show,
  showmacs,
  showstp,
  stp,
};

struct BrctlLine {
  BrctlCommand command = BrctlCommand::help;
  IfName bridge;              ///< empty for `show` of all
  std::vector<IfName> ports;  ///< of addif, delif, hairpin, ...; of `show`: bridges
  uint32_t value = 0;  ///< time in hundredths of a second, cost, priority; 0 and 1 are off and on
};

/// Throws a usage Error that names what is wrong, before anything is looked at.
BrctlLine parse_brctl(std::vector<std::string> words);

/// A time in seconds such as "2.5", in hundredths, as brctl cuts it: throws a usage Error for what
/// is none.
uint32_t parse_brctl_time(const std::string& text);

/// `brctl show`, with the line of the column names.
std::string brctl_show_header();
std::string brctl_show_text(const Snapshot& snapshot, const Link& bridge);
std::string brctl_macs_text(const Snapshot& snapshot);
std::string brctl_stp_text(const Snapshot& snapshot, const Link& bridge);

extern const char* const brctl_help;

}  // namespace tapctl

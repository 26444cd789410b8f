// SPDX-License-Identifier: MIT
// What has to be there once a plan is carried out.
#pragma once

#include "plan/plan.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace tapctl {

/// An object and whether it has to be there in the end.
template <class T>
struct Wanted {
  T object;
  bool present = true;
  std::string subject;  ///< as op_subject
};

struct RuleCount {
  Rule rule;
  int added = 0;  ///< less those deleted
  bool last_is_add = false;
};

/// The operations of a plan folded into what they leave: the last one on an object counts, and a
/// rename takes along what was asked of the link. Everything is under its last name.
struct Expected {
  std::set<IfName> created;
  std::set<IfName> deleted;
  std::map<IfName, LinkSettings> links;
  std::map<IfName, Bridge> bridges;
  std::map<IfName, Port> ports;
  std::map<IfName, TunDevice> tuns;
  std::vector<Wanted<Address>> addresses;
  std::vector<Wanted<Route>> routes;
  std::vector<RuleCount> rules;
  std::vector<Wanted<Neighbour>> neighbours;
  std::map<std::string, std::string> sysctls;
  std::vector<Wanted<DhcpClient>> clients;
};

Expected expected_after(std::span<const Step> steps);

}  // namespace tapctl

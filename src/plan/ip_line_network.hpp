// SPDX-License-Identifier: MIT
// The `ip` lines of layer 3: addresses, routes, rules and neighbours.
#pragma once

#include "plan/op.hpp"

#include <string>

namespace tapctl {

std::string add_address_line(const AddAddress& op);
std::string update_address_line(const UpdateAddress& op);
std::string delete_address_line(const DeleteAddress& op);
std::string add_route_line(const AddRoute& op);
std::string delete_route_line(const DeleteRoute& op);
/// `verb` is "add" or "del".
std::string rule_line(const Rule& rule, const char* verb);
std::string add_neighbour_line(const AddNeighbour& op);
std::string delete_neighbour_line(const DeleteNeighbour& op);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The `ip` lines of addresses and neighbours.
#include "plan/ip_line_network.hpp"

#include "plan/command_line.hpp"
#include "plan/ip_names.hpp"

#include <string_view>

namespace tapctl {
namespace {

/// What tells the address from others: LOCAL/LEN or LOCAL peer PEER/LEN, the link, the label.
void add_address_key(CommandLine& line, const Address& address) {
  if (address.peer)
    line.add(address.local.str()).add("peer", Prefix{*address.peer, address.prefixlen}.str());
  else
    line.add(address.prefix().str());
  line.add("dev", address.link);
  if (!address.label.empty() && address.label != address.link.str())
    line.add("label", address.label);
}

/// The scope that ip takes where none is said; for IPv6 the kernel derives it.
bool has_usual_scope(const Address& address) {
  const bool loopback = address.local.bytes[0] == 127;
  return address.local.family == Family::ipv6 ||
         address.scope == (loopback ? route_scope::host : route_scope::global);
}

void add_lifetime(CommandLine& line, std::string_view keyword, std::optional<uint32_t> seconds) {
  if (seconds)
    line.add(keyword, *seconds);
  else
    line.add(keyword).add("forever");
}

void add_address_flags(CommandLine& line, const AddAddress& op) {
  const uint32_t flags = op.address.flags;
  const bool ipv6 = op.address.local.family == Family::ipv6;
  if (ipv6 && (op.dad != Dad::perform || (flags & address_flag::nodad) != 0))
    line.add("nodad");
  if (ipv6 && (flags & address_flag::home) != 0)
    line.add("home");
  if (ipv6 && (flags & address_flag::managetempaddr) != 0)
    line.add("mngtmpaddr");
  if ((flags & address_flag::noprefixroute) != 0)
    line.add("noprefixroute");
  if ((flags & address_flag::mcautojoin) != 0)
    line.add("autojoin");
}

CommandLine neighbour_line(const Neighbour& neighbour, const char* verb) {
  CommandLine line(std::string("ip neigh ") + verb);
  if (neighbour.proxy)
    line.add("proxy");
  line.add(neighbour.address.str());
  line.add("dev", neighbour.link);
  return line;
}

std::string address_line(const char* command, const AddAddress& op) {
  const Address& address = op.address;
  CommandLine line(command);
  add_address_key(line, address);
  if (address.broadcast)
    line.add("broadcast", address.broadcast->str());
  if (!has_usual_scope(address))
    line.add("scope", scope_name(address.scope));
  if (address.metric)
    line.add("metric", *address.metric);
  if (address.valid_lft || address.preferred_lft) {
    add_lifetime(line, "valid_lft", address.valid_lft);
    add_lifetime(line, "preferred_lft", address.preferred_lft);
  }
  add_address_flags(line, op);
  return line.str();
}

}  // namespace

std::string add_address_line(const AddAddress& op) {
  return address_line("ip addr add", op);
}

std::string update_address_line(const UpdateAddress& op) {
  return address_line("ip addr change", {.address = op.address, .dad = Dad::perform});
}

std::string delete_address_line(const DeleteAddress& op) {
  CommandLine line("ip addr del");
  add_address_key(line, op.address);
  return line.str();
}

std::string add_neighbour_line(const AddNeighbour& op) {
  const Neighbour& neighbour = op.neighbour;
  CommandLine line = neighbour_line(neighbour, "replace");
  if (!neighbour.lladdr.empty())
    line.add("lladdr", lladdr_text(neighbour.lladdr));
  if (!neighbour.proxy)
    line.add("nud", neighbour_state_name(neighbour.state));
  if (neighbour.router)
    line.add("router");
  if (neighbour.extern_learned)
    line.add("extern_learn");
  if (neighbour.managed)
    line.add("managed");
  if (neighbour.protocol)
    line.add("protocol", protocol_name(*neighbour.protocol));
  return line.str();
}

std::string delete_neighbour_line(const DeleteNeighbour& op) {
  return neighbour_line(op.neighbour, "del").str();
}

}  // namespace tapctl

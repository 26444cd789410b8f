// SPDX-License-Identifier: MIT
// The DHCP clients of an uplink go along with what they obtained.
//
// A client is ended before the addresses move, since some put back what somebody takes from their
// link, and never asked to end, since then they take the addresses away. The new one has the old
// one's lease and the same MAC, so it asks for the same address, which it finds already there.
//
// dhclient's script adds that address ("File exists") and so does not give it the time of the new
// lease. What is left of the old one would run out on the kernel before the client asks again. So
// the address is valid for ever until the client says otherwise, with its next renewal; where a
// lease ends, the client takes the address away itself. This holds after an undo too.
#include "plan/dhcp.hpp"

#include "plan/builder.hpp"
#include "plan/retarget.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <algorithm>

namespace tapctl {
namespace {

std::vector<DhcpClient> clients_on(const Snapshot& current, const IfName& link) {
  std::vector<DhcpClient> clients = current.clients;
  std::erase_if(clients, [&](const DhcpClient& client) { return client.link != link; });
  return clients;
}

std::string described(const DhcpClient& client) {
  return std::string(dhcp_program_name(client.program)) +
         (client.pid == 0 ? "" : " (process " + std::to_string(client.pid) + ")");
}

bool names_any(const DhcpClient& client, const std::vector<IfName>& links) {
  return std::ranges::any_of(links, [&](const IfName& link) {
    return std::ranges::find(client.argv, link.str()) != client.argv.end();
  });
}

void require_understood(const DhcpClient& client, const BridgeRequest& request) {
  if (const auto reason = why_it_stays(client))
    throw Error(described(client) + ": " + *reason + ", so it cannot be taken to " +
                request.bridge.quoted())
        .with_hint("leave --dhcp out, or start the client with known options and full paths");
}

/// One process of dhclient or dhcpcd for several links. dhcpcd would serve the bridge by itself.
void require_single(const Snapshot& current, const BridgeRequest& request) {
  for (const DhcpClient& client : current.clients) {
    const bool is_of_all = client.program == DhcpProgram::dhcpcd || client.argv.size() == 1;
    if (!client.link.empty() || (!is_of_all && !names_any(client, request.ports)))
      continue;
    require_understood(client, request);
    throw Error(described(client) + ": serves several links and cannot be taken to " +
                request.bridge.quoted())
        .with_hint(
            "start one for each link, such as: " + std::string(dhcp_program_name(client.program)) +
            " " + printable(request.ports.front().str()));
  }
}

/// NetworkManager and systemd-networkd are clients of their own.
void require_unmanaged(const Snapshot& current, const IfName& link) {
  const auto manager = current.dhcp_managers.find(link);
  if (manager != current.dhcp_managers.end())
    throw Error("link " + link.quoted() + ": is configured by " + manager->second +
                ", which --dhcp cannot take along")
        .with_hint("leave --dhcp out; tapctl doctor says how to keep " + manager->second +
                   " off the link");
}

/// The port whose client goes along.
IfName served_port(const Snapshot& current, const BridgeRequest& request, const Link* uplink) {
  if (uplink != nullptr)
    return uplink->name;
  std::vector<IfName> served;
  for (const IfName& port : request.ports) {
    if (!clients_on(current, port).empty())
      served.push_back(port);
  }
  if (served.size() > 1)
    throw usage_error("ports " + served[0].quoted() + " and " + served[1].quoted() +
                          ": a DHCP client serves each of them",
                      "--uplink NAME says which one is the uplink");
  if (served.size() == 1)
    return served.front();
  // Nothing serves any of them: the lease of the bridge will be for the card among them.
  std::vector<IfName> cards;
  for (const IfName& port : request.ports) {
    const Link* link = current.find(port);
    if (link != nullptr && !link->tun)
      cards.push_back(port);
  }
  return cards.size() == 1 ? cards.front() : IfName();
}

DhcpProgram program_for(const Snapshot& current, const std::optional<DhcpProgram>& asked) {
  if (asked) {
    if (!current.client_programs.contains(*asked))
      throw Error(std::string("DHCP client ") + dhcp_program_name(*asked) + ": is not installed");
    return *asked;
  }
  for (const DhcpProgram program : dhcp_programs) {
    if (current.client_programs.contains(program))
      return program;
  }
  throw Error("--dhcp: no DHCP client is installed")
      .with_hint("dhclient, dhcpcd and udhcpc are known");
}

/// Refuses what another client than the one asked for serves.
void require_same(const std::vector<DhcpClient>& clients, const BridgeRequest& request) {
  if (!request.dhcp->program)
    return;
  for (const DhcpClient& client : clients) {
    if (client.program != *request.dhcp->program)
      throw Error("--dhcp=" + std::string(dhcp_program_name(*request.dhcp->program)) + ": " +
                  client.link.quoted() + " is served by " + described(client))
          .with_hint("--dhcp alone keeps the client that is there");
  }
}

std::vector<Address> ipv4_addresses_of(const Snapshot& current, const IfName& link) {
  std::vector<Address> addresses = current.addresses_of(link);
  std::erase_if(addresses,
                [](const Address& address) { return address.local.family != Family::ipv4; });
  return addresses;
}

std::vector<Prefix> static_ipv4_on(const Snapshot& current, const std::vector<IfName>& links) {
  std::vector<Prefix> prefixes;
  for (const IfName& link : links) {
    for (const Address& address : ipv4_addresses_of(current, link)) {
      if (!address.valid_lft)
        prefixes.push_back(address.prefix());
    }
  }
  return prefixes;
}

/// The IPv4 addresses of `link` that are neither the bridge's own nor were there before its client.
std::vector<Address> obtained_on(const Snapshot& current, const IfName& link,
                                 const BridgeMemory& memory) {
  std::vector<Address> addresses = ipv4_addresses_of(current, link);
  std::erase_if(addresses, [&](const Address& address) {
    const bool is_static =
        memory.static_ipv4 &&
        std::ranges::find(*memory.static_ipv4, address.prefix()) != memory.static_ipv4->end();
    return is_static || memory.own.contains(identity_of(address, link));
  });
  return addresses;
}

/// The address of a lease where that is plain: one with an end is, and so is the only one.
std::optional<IpAddress> leased_address(const std::vector<Address>& obtained) {
  const auto found = std::ranges::find_if(
      obtained, [](const Address& address) { return address.valid_lft.has_value(); });
  if (found != obtained.end())
    return found->local;
  return obtained.size() == 1 ? std::optional(obtained.front().local) : std::nullopt;
}

/// What keeps the lease: udhcpc asks for the address, and dhcpcd, whose routes have a metric by the
/// number of the link, finds them as they would be.
DhcpClient with_lease_of(DhcpClient client, const Snapshot& current, const IfName& link,
                         const BridgeMemory& memory) {
  if (client.program == DhcpProgram::udhcpc) {
    if (const auto address = leased_address(obtained_on(current, link, memory)))
      set_option(client, "-r", address->str());
  }
  if (client.program == DhcpProgram::dhcpcd) {
    for (const Route& route : current.routes) {
      if (route.protocol == route_protocol::dhcp && route.uses(link) && route.metric) {
        client.argv.insert(client.argv.begin() + 1, {"--metric", std::to_string(*route.metric)});
        break;
      }
    }
  }
  return client;
}

const DhcpClient* find_like(const std::vector<DhcpClient>& clients, const DhcpClient& wanted) {
  const auto found = std::ranges::find_if(
      clients, [&](const DhcpClient& client) { return same_kind(client, wanted); });
  return found == clients.end() ? nullptr : &*found;
}

/// The addresses of `link` that would end with the old lease, without that end.
std::vector<Op> lasting(const Snapshot& current, const IfName& link, const IfName& to) {
  std::vector<Op> ops;
  for (const Address& address : current.addresses_of(link)) {
    if (address.local.family != Family::ipv4 || !address.valid_lft)
      continue;
    Address copy = retarget(address, link, to);
    copy.valid_lft.reset();
    copy.preferred_lft.reset();
    ops.emplace_back(UpdateAddress{copy});
  }
  return ops;
}

}  // namespace

ClientMoves plan_clients(const Snapshot& current, const BridgeRequest& request, const Link* uplink,
                         const BridgeMemory& memory) {
  if (!request.dhcp)
    return {};
  if (request.no_move)
    throw usage_error("--dhcp and --no-move: the client goes where the addresses go");
  require_single(current, request);
  ClientMoves result{.from = served_port(current, request, uplink), .to = request.bridge};
  const std::vector<DhcpClient> here = clients_on(current, request.bridge);
  const std::vector<DhcpClient> there =
      result.from.empty() ? std::vector<DhcpClient>{} : clients_on(current, result.from);
  require_same(here, request);
  require_same(there, request);
  if (there.empty())
    require_unmanaged(current, result.from);
  BridgeMemory known = memory;
  if (here.empty() && there.empty() && memory.clients.empty())
    known.static_ipv4 = result.static_ipv4 = static_ipv4_on(current, {result.from, result.to});
  const auto start = [&](const DhcpClient& like) {
    return with_lease_of(moved(like, request.bridge), current,
                         current.addresses_of(result.from).empty() ? request.bridge : result.from,
                         known);
  };
  for (const DhcpClient& old : there) {
    require_understood(old, request);
    ClientMove& move = result.moves.emplace_back(ClientMove{.old = old});
    if (find_like(here, old) == nullptr)
      move.anew = start(old);
  }
  if (!here.empty() || !there.empty())
    return result;
  for (const DhcpClient& ended : memory.clients)
    result.moves.push_back({.anew = start(ended)});
  if (result.moves.empty()) {
    const DhcpProgram program = program_for(current, request.dhcp->program);
    result.moves.push_back(
        {.anew = start(new_dhcp_client(program, current.client_programs.at(program),
                                       result.from.empty() ? request.bridge : result.from))});
  }
  return result;
}

ClientMoves plan_clients_back(const Snapshot& current, const IfName& bridge, const Link* uplink,
                              const BridgeMemory& memory) {
  ClientMoves result{.from = bridge, .to = uplink == nullptr ? IfName() : uplink->name};
  const std::vector<DhcpClient> here = clients_on(current, bridge);
  const std::vector<DhcpClient> there = clients_on(current, result.to);
  const bool is_needed = !memory.static_ipv4 || !obtained_on(current, bridge, memory).empty();
  const bool is_wanted = uplink != nullptr && !current.is_host_going_down && is_needed;
  for (const DhcpClient& known : memory.clients) {
    ClientMove move;
    if (const DhcpClient* client = find_like(here, known))
      move.old = *client;
    if (is_wanted && find_like(there, known) == nullptr)
      move.anew = with_lease_of(moved(known, uplink->name), current, bridge, memory);
    if (move.old || move.anew)
      result.moves.push_back(move);
  }
  return result;
}

void end_clients(Plan& plan, const Snapshot& current, const ClientMoves& clients) {
  for (const ClientMove& move : clients.moves) {
    if (!move.old)
      continue;
    std::vector<Op> undo = {
        StartClient{.client = moved(*move.old, clients.from), .successor_of = move.anew}};
    if (move.old->program == DhcpProgram::dhclient)
      append(undo, lasting(current, clients.from, clients.from));
    add_step(plan, EndClient{*move.old}, std::move(undo));
    plan.changes.push_back(
        {clients.from.str(), "dhcp client", dhcp_program_name(move.old->program), ""});
  }
}

void start_clients(Plan& plan, const Snapshot& current, const ClientMoves& clients) {
  if (clients.static_ipv4 && !clients.static_ipv4->empty())
    plan.hints.push_back("link " + clients.to.quoted() + " has static IPv4 addresses, such as " +
                         clients.static_ipv4->front().str() +
                         ", and its DHCP client may add another one");
  for (const ClientMove& move : clients.moves) {
    if (!move.anew)
      continue;
    add_step(plan, StartClient{.client = *move.anew, .successor_of = move.old},
             {EndClient{*move.anew}});
    plan.changes.push_back(
        {clients.to.str(), "dhcp client", "", dhcp_program_name(move.anew->program)});
    const bool had_lease = !clients.static_ipv4;
    if (move.anew->program != DhcpProgram::dhclient || !had_lease)
      continue;
    const IfName& link = clients.with_addresses ? clients.from : clients.to;
    for (const Op& op : lasting(current, link, clients.to))
      add_step(plan, op, {});
  }
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// `tapctl bridge`: creates the bridge, enslaves the ports, moves the uplink's configuration.
//
// In this order: what else would change the uplink ends (router advertisements, its DHCP client);
// the bridge, down, with MAC, MTU and sysctls; what unbridge will need; the ports that carry
// nothing; the switch of the uplink in one batch; the DHCP client of the bridge; addresses of the
// bridge's own. Only the switch touches the host's connections.
#include "model/link_sysctl.hpp"
#include "plan/bridge_link.hpp"
#include "plan/bridge_ports.hpp"
#include "plan/builder.hpp"
#include "plan/connected_route.hpp"
#include "plan/device_checks.hpp"
#include "plan/dhcp.hpp"
#include "plan/link_loss.hpp"
#include "plan/retarget.hpp"
#include "plan/uplink.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <algorithm>

namespace tapctl {
namespace {

/// Taking the uplink from a bridge that carries its addresses would cut the host off.
void require_not_uplink(const Snapshot& current, const Link& port, const BridgeRequest& request) {
  const IfName& master = port.master();
  if (master.empty() || master == request.bridge || !has_own_addresses(current, master))
    return;
  const auto memory = current.memory.find(master);
  const bool is_uplink = memory != current.memory.end() && memory->second.uplink == port.name;
  const Link* bridge = current.find(master);
  if (is_uplink || (bridge != nullptr && bridge->settings.mac == port.settings.mac))
    throw Error("link " + port.name.quoted() + ": is the uplink of " + master.quoted() +
                ", which carries its addresses")
        .with_hint("give them back first: tapctl unbridge " + printable(master.str()));
}

void require_ports(const Snapshot& current, const BridgeRequest& request) {
  size_t joining = 0;
  for (size_t i = 0; i < request.ports.size(); ++i) {
    const IfName& name = request.ports[i];
    if (name == request.bridge)
      throw usage_error("bridge " + name.quoted() + ": cannot be a port of itself");
    if (std::find(request.ports.begin(), request.ports.begin() + static_cast<ptrdiff_t>(i), name) !=
        request.ports.begin() + static_cast<ptrdiff_t>(i))
      throw usage_error("port " + name.quoted() + ": is named twice");
    const Link* port = current.find(name);
    if (port == nullptr)
      throw missing_link(current, "port", name);
    require_bridgeable(current, *port, request.bridge, request.move_from);
    require_not_uplink(current, *port, request);
    joining += port->master() == request.bridge ? 0 : 1;
  }
  if (request.uplink && std::ranges::find(request.ports, *request.uplink) == request.ports.end())
    throw usage_error("uplink " + request.uplink->quoted() + ": is not among the ports");
  require_room(current, request.bridge, joining);
}

/// Plans one `bridge` request.
class BridgePlanner {
 public:
  BridgePlanner(const Snapshot& current, const BridgeRequest& request)
      : current_(current), request_(request), bridge_(current.find(request.bridge)) {
    if (bridge_ != nullptr && !bridge_->bridge)
      throw Error("link " + request.bridge.quoted() + ": exists and is not a bridge")
          .with_hint("choose another name for the bridge");
    require_ports(current, request);
    uplink_ = find_uplink(current, request);
    if (moves(request, uplink_, current))
      moving_ = uplink_;
    link_ = BridgeLink(current, request, uplink_, moving_);
    memory_ = memory_of(current, request.bridge);
    require_one_uplink();
    clients_ = plan_clients(current, request, uplink_, memory_);
    clients_.with_addresses = moving_ != nullptr;
    for (const IpAddress& gateway : request.gateways)
      require_gateway(gateway);
  }

  Plan build() {
    plan_.names = {request_.bridge.str()};
    if (request_.move_from && current_.find(*request_.move_from) == nullptr)
      plan_.hints.push_back("bridge " + request_.move_from->quoted() +
                            ", to take ports from, does not exist");
    if (moving_ != nullptr)
      start_move();
    note_mac();
    if (moving_ != nullptr)
      stop_advertisements();
    end_clients(plan_, current_, clients_);
    if (moving_ != nullptr && !plan_.empty())
      plan_.steps.back().settles = moving_->name;
    bridge_itself();
    const size_t memory_step = plan_.steps.size();
    for (const IfName& name : request_.ports) {
      if (moving_ == nullptr || name != moving_->name)
        plain_port(*current_.find(name));
    }
    if (moving_ != nullptr)
      switch_uplink();
    else
      set_up_bridge();
    start_clients(plan_, current_, clients_);
    remember_clients();
    own_addresses();
    netfilter();
    // It belongs to the bridge, so it comes right after it; what is in it is known last.
    keep_memory(plan_, memory_step, current_, request_.bridge, memory_);
    return std::move(plan_);
  }

 private:
  void start_move() {
    move_ = plan_move(current_, moving_->name, request_.bridge);
    plan_.moved = {{.from = moving_->name, .to = request_.bridge}};
  }

  void require_one_uplink() const {
    if (moving_ == nullptr || memory_.uplink.empty() || memory_.uplink == moving_->name)
      return;
    const Link* other = current_.find(memory_.uplink);
    if (other != nullptr && other->master() == request_.bridge)
      throw Error("bridge " + request_.bridge.quoted() + ": carries the addresses of " +
                  memory_.uplink.quoted() + " already, and cannot take those of " +
                  moving_->name.quoted())
          .with_hint("--no-move leaves them where they are");
  }

  void require_gateway(const IpAddress& gateway) const {
    const std::string subject = "gateway " + gateway.str();
    // Two default routes with one key would be a guess which of them is meant.
    const auto is_default = [&](const Route& route) {
      return route.destination.length == 0 && route.table == route_table::main &&
             route.family == gateway.family && route.uses(moving_->name);
    };
    if (moving_ != nullptr && std::ranges::any_of(current_.routes, is_default))
      throw Error(subject + ": " + moving_->name.quoted() +
                  " has a default route already, which moves along")
          .with_hint("leave --gateway out");
    const auto reaches = [&](const IfName& link) {
      return is_on_link(gateway, link, current_.routes, current_.addresses);
    };
    const auto holds = [&](const Prefix& prefix) { return prefix.contains(gateway); };
    if (!reaches(request_.bridge) && (moving_ == nullptr || !reaches(moving_->name)) &&
        std::ranges::none_of(request_.addresses, holds))
      throw usage_error(subject + ": is in no network of " + request_.bridge.quoted(),
                        "--address ADDRESS/LENGTH gives the bridge one");
  }

  void note_mac() {
    if (moving_ != nullptr && link_.mac() != moving_->settings.mac)
      plan_.hints.emplace_back(
          "the MAC of the host changes, and its neighbours may take a while to "
          "notice");
  }

  void bridge_itself() {
    link_.append_to(plan_);
    if (moving_ == nullptr)
      return;
    if (memory_.uplink != moving_->name)
      move_sysctls();
    // The link-local address comes from the uplink: the kernel must not make one, with DAD, first.
    if (moving_->settings.addr_gen_mode && bridge_ == nullptr)
      add_step(plan_, SetLink{request_.bridge, {.addr_gen_mode = addr_gen_mode::none}}, {});
    prepare_move(plan_, move_);
  }

  /// Once only: what an uplink has later is a port's, such as accept_ra=0.
  void move_sysctls() {
    for (const auto& [path, value] : moved_sysctls(current_, moving_->name, request_.bridge)) {
      if (bridge_ != nullptr)
        set_sysctl(plan_, current_, path, value);
      else  // deleted with the bridge
        add_step(plan_, SetSysctl{path, value}, {});
    }
  }

  void remember_port(const Link& port) {
    if (port.master() == request_.bridge)
      return;
    const BridgeMemory elsewhere = memory_of(current_, port.master());
    if (const auto known = elsewhere.ports.find(port.name); known != elsewhere.ports.end()) {
      memory_.ports.insert_or_assign(port.name, known->second);
      return;
    }
    LinkMemory before{.addr_gen_mode = port.settings.addr_gen_mode, .up = port.settings.up};
    if (port.tun) {
      before.mac = port.settings.mac;
      before.mtu = port.settings.mtu;
    }
    for (const Address& address : current_.addresses_of(port.name)) {
      if (address.local.is_link_local())
        before.link_local.push_back({.prefix = address.prefix(),
                                     .flags = address.flags & address_flag::settable,
                                     .protocol = address.protocol});
    }
    memory_.ports.insert_or_assign(port.name, before);
  }

  /// What a bridge had before an uplink came is its own. Not where the uplink is a port already:
  /// then somebody began the move by hand, and what is on the bridge is the uplink's.
  void remember_bridge() {
    if (bridge_ == nullptr || !memory_.uplink.empty() || moving_->master() == request_.bridge)
      return;
    memory_.bridge =
        LinkMemory{.mac = bridge_->settings.mac, .addr_gen_mode = bridge_->settings.addr_gen_mode};
    memory_.own = identities_on(current_, request_.bridge);
    for (const std::string& twin : identities_on(current_, moving_->name))
      memory_.own.erase(twin);
    for (const auto& [path, value] : moved_sysctls(current_, moving_->name, request_.bridge)) {
      if (const auto before = current_.sysctls.find(path); before != current_.sysctls.end())
        memory_.sysctls.insert(*before);
    }
  }

  /// A port that keeps its addresses, if it has any. A tap gets what keeps it from changing the
  /// bridge before it is enslaved: a high MAC, and the bridge's MTU.
  void plain_port(const Link& port) {
    const bool joins = port.master() != request_.bridge;
    LinkSettings before;
    if (joins) {
      remember_port(port);
      before.addr_gen_mode = addr_gen_mode::none;
      if (port.tun) {
        before.mtu = link_.mtu();
        before.mac = mac_as_port(port);
      } else if (port.settings.mtu < link_.mtu()) {
        plan_.hints.push_back("port " + port.name.quoted() + " has a lower MTU (" +
                              std::to_string(*port.settings.mtu) + ") than the bridge (" +
                              std::to_string(link_.mtu()) + "): it drops what is larger");
      }
      if (has_own_addresses(current_, port.name))
        plan_.hints.push_back("the addresses of " + port.name.quoted() +
                              " stay on it and stop working there: a port's traffic goes to the "
                              "bridge");
    }
    set_link_keeping(plan_, current_, port, before);
    if (joins && !ends_ipv6(port.settings, before))  // else they are gone already
      drop_link_local(port);
    set_link(plan_, port, {.master = request_.bridge, .up = true});
  }

  void drop_link_local(const Link& port) {
    for (const Address& address : current_.addresses_of(port.name)) {
      if (address.local.is_link_local())
        add_step(plan_, DeleteAddress{address}, {AddAddress{address, Dad::skip}});
    }
  }

  void switch_uplink() {
    remember_bridge();
    remember_port(*moving_);
    memory_.uplink = moving_->name;
    std::optional<LinkSettings> before;
    if (bridge_ != nullptr)
      before = bridge_->settings;
    plan_.steps.push_back(switch_to_bridge(current_, *moving_, request_.bridge, before, move_));
    if (moving_->master() != request_.bridge)
      plan_.changes.push_back({moving_->name.str(), "master", "", request_.bridge.str()});
    note_move(plan_, move_, moving_->name, request_.bridge);
  }

  /// Before everything else: one that came once the plan is made would leave address and route
  /// behind.
  void stop_advertisements() {
    const std::string path = accept_ra_path(moving_->name);
    if (const auto old = current_.sysctls.find(path);
        old != current_.sysctls.end() && old->second != "0") {
      memory_.sysctls.emplace(path, old->second);
      set_sysctl(plan_, current_, path, "0");
      plan_.changes.push_back({moving_->name.str(), "accept_ra", old->second, "0"});
    }
  }

  /// Those of the uplink; where none ran, the like of what was started.
  void remember_clients() {
    if (clients_.moves.empty() || !memory_.clients.empty())
      return;
    for (const ClientMove& move : clients_.moves)
      memory_.clients.push_back(move.old ? *move.old : of_uplink(*move.anew));
    memory_.static_ipv4 = clients_.static_ipv4;
    for (DhcpClient& client : memory_.clients)
      client.pid = 0;
    if (memory_.uplink.empty())
      memory_.uplink = clients_.from;
  }

  [[nodiscard]] DhcpClient of_uplink(const DhcpClient& client) const {
    return clients_.from.empty() ? client : moved(client, clients_.from);
  }

  void set_up_bridge() {
    if (bridge_ == nullptr)
      add_step(plan_, SetLink{request_.bridge, {.up = true}}, {});
    else
      set_link(plan_, *bridge_, {.up = true});
  }

  void own_addresses() {
    for (const Prefix& prefix : request_.addresses) {
      if (will_have(prefix))
        continue;
      const Address address = plain_address(request_.bridge, prefix);
      add_step(plan_, AddAddress{address, Dad::perform}, {DeleteAddress{address}});
      plan_.changes.push_back(
          {request_.bridge.str(), family_attribute(prefix.address.family), "", prefix.str()});
      memory_.own.insert(identity_of(address, request_.bridge));
    }
    for (const IpAddress& gateway : request_.gateways)
      own_gateway(gateway);
  }

  /// On the bridge already, or moved to it.
  [[nodiscard]] bool will_have(const Prefix& prefix) const {
    return std::ranges::any_of(current_.addresses, [&](const Address& address) {
      const bool is_here =
          address.link == request_.bridge || (moving_ != nullptr && address.link == moving_->name);
      return is_here && address.prefix() == prefix;
    });
  }

  void own_gateway(const IpAddress& gateway) {
    Route route;
    route.family = gateway.family;
    route.destination.address.family = gateway.family;
    route.protocol = route_protocol::statically;
    if (gateway.family == Family::ipv6)
      route.metric = 1024;  // what the kernel takes where none is said (IP6_RT_PRIO_USER)
    route.nexthops.push_back({.link = request_.bridge, .gateway = gateway});
    const auto is_there = [&](const Route& other) {
      return other.table == route.table && other.destination == route.destination &&
             other.nexthops == route.nexthops;
    };
    if (std::ranges::any_of(current_.routes, is_there))
      return;
    add_step(plan_, AddRoute{route, RouteAdd::append}, {DeleteRoute{route}});
    plan_.changes.push_back({request_.bridge.str(), "default via", "", gateway.str()});
    memory_.own.insert(identity_of(route, request_.bridge));
  }

  void netfilter() {
    const size_t steps = plan_.steps.size();
    if (request_.nf != NfWish::keep) {
      append_nf(plan_, current_, request_.bridge, request_.nf == NfWish::on, NfCalls{});
      if (plan_.steps.size() != steps)
        remember_nf(memory_, current_, request_.bridge);
      return;
    }
    const bool filtered = std::ranges::any_of(current_.sysctls, [](const auto& entry) {
      return entry.first.starts_with("net/bridge/bridge-nf-call-") && entry.second != "0";
    });
    if (filtered && bridge_ == nullptr)
      plan_.hints.push_back("traffic across " + request_.bridge.quoted() +
                            " passes the host's firewall (br_netfilter is on): tapctl nf off " +
                            printable(request_.bridge.str()) + " turns that off for this bridge");
  }

  const Snapshot& current_;
  const BridgeRequest& request_;
  const Link* bridge_;
  const Link* uplink_ = nullptr;
  const Link* moving_ = nullptr;  ///< the uplink, when its configuration moves
  BridgeLink link_;
  Move move_;
  ClientMoves clients_;
  BridgeMemory memory_;
  Plan plan_;
};

}  // namespace

Plan plan_bridge(const Snapshot& current, const BridgeRequest& request) {
  return BridgePlanner(current, request).build();
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// `tapctl bridge`: creates the bridge, enslaves the ports, moves the uplink's configuration.
//
// In this order: the bridge, down, with MAC, MTU and sysctls; what unbridge will need; the ports
// that carry nothing; the switch of the uplink in one batch; what the uplink must no longer do as a
// port; addresses of the bridge's own. Only the switch touches the host's connections.
#include "plan/bridge_ports.hpp"
#include "plan/builder.hpp"
#include "plan/device_checks.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <algorithm>
#include <cerrno>

namespace tapctl {
namespace {

constexpr uint32_t standard_mtu = 1500;

std::string accept_ra_path(const IfName& link) {
  return "net/ipv6/conf/" + link.str() + "/accept_ra";
}

/// The one port whose configuration moves, or null. Throws where two could be meant.
const Link* find_uplink(const Snapshot& current, const BridgeRequest& request) {
  if (request.uplink)
    return current.find(*request.uplink);
  const Link* found = nullptr;
  for (const IfName& name : request.ports) {
    if (!has_own_addresses(current, name))
      continue;
    if (found != nullptr && !request.no_move)
      throw usage_error("ports " + found->name.quoted() + " and " + name.quoted() +
                            ": both have addresses, and only one can be the uplink",
                        "name it: --uplink " + found->name.str());
    found = current.find(name);
  }
  return found;
}

bool moves(const BridgeRequest& request, const Link* uplink, const Snapshot& current) {
  return uplink != nullptr && !request.no_move && has_own_addresses(current, uplink->name);
}

/// A tap's own MAC is seen on this host alone; a high one never becomes the bridge's.
Mac mac_as_port(const Link& port) {
  Mac mac = port.settings.mac.value_or(Mac{});
  if (port.tun)
    mac.bytes[0] = high_mac;
  return mac;
}

/// Taking the uplink from a bridge that carries its addresses would cut the host off.
void require_not_uplink(const Snapshot& current, const Link& port, const BridgeRequest& request) {
  const IfName& master = port.master();
  if (master.empty() || master == request.bridge || !has_own_addresses(current, master))
    return;
  const auto memory = current.memory.find(master);
  const bool is_uplink = memory != current.memory.end() && memory->second.uplink == port.name;
  const Link* bridge = current.find(master);
  if (is_uplink || (bridge != nullptr && bridge->settings.mac == port.settings.mac))
    throw Error::from_errno("link " + port.name.quoted() + ": is the uplink of " + master.quoted() +
                                ", which carries its addresses",
                            EBUSY)
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
      throw Error::from_errno("link " + request.bridge.quoted() + ": exists and is not a bridge",
                              EEXIST)
          .with_hint("choose another name for the bridge");
    require_ports(current, request);
    uplink_ = find_uplink(current, request);
    if (moves(request, uplink_, current))
      moving_ = uplink_;
    memory_ = memory_of(current, request.bridge);
    require_one_uplink();
    require_free_gateway();
  }

  Plan build() {
    plan_.names = {request_.bridge.str()};
    if (moving_ != nullptr)
      move_ = plan_move(current_, moving_->name, request_.bridge);
    note_goal();
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
    own_addresses();
    netfilter();
    // It belongs to the bridge, so it comes right after it; what is in it is known last.
    keep_memory(plan_, memory_step, current_, request_.bridge, memory_);
    return std::move(plan_);
  }

 private:
  void require_one_uplink() const {
    if (moving_ == nullptr || memory_.uplink.empty() || memory_.uplink == moving_->name)
      return;
    const Link* other = current_.find(memory_.uplink);
    if (other != nullptr && other->master() == request_.bridge)
      throw Error::from_errno("bridge " + request_.bridge.quoted() + ": carries the addresses of " +
                                  memory_.uplink.quoted() + " already, and cannot take those of " +
                                  moving_->name.quoted(),
                              EBUSY)
          .with_hint("--no-move leaves them where they are");
  }

  /// Two default routes with one key would be a guess which of them is meant.
  void require_free_gateway() const {
    if (moving_ == nullptr)
      return;
    for (const IpAddress& gateway : request_.gateways) {
      for (const Route& route : current_.routes) {
        const bool is_default = route.destination.length == 0 && route.table == route_table::main &&
                                route.family == gateway.family && route.uses(moving_->name);
        if (is_default)
          throw Error::from_errno("gateway " + gateway.str() + ": " + moving_->name.quoted() +
                                      " has a default route already, which moves along",
                                  EEXIST)
              .with_hint("leave --gateway out");
      }
    }
  }

  /// MAC and MTU that the bridge is to have; absent: leave them.
  void note_goal() {
    goal_.mac = request_.mac;
    goal_.mtu = request_.mtu;
    const Link* model = uplink_ != nullptr ? uplink_ : first_without_tun();
    if (bridge_ == nullptr) {
      if (!goal_.mac)
        goal_.mac = model != nullptr ? model->settings.mac : request_.random_mac;
      if (!goal_.mtu)
        goal_.mtu = model != nullptr ? model->settings.mtu : standard_mtu;
    } else if (!goal_.mac) {
      const bool gives_mac = moving_ != nullptr || current_.ports_of(request_.bridge).empty();
      if (model != nullptr && gives_mac)
        goal_.mac = model->settings.mac;
    }
    if (moving_ != nullptr && goal_.mac != moving_->settings.mac)
      plan_.hints.emplace_back(
          "the MAC of the host changes, and its neighbours may take a while to "
          "notice");
  }

  [[nodiscard]] const Link* first_without_tun() const {
    for (const IfName& name : request_.ports) {
      const Link* port = current_.find(name);
      if (!port->tun)
        return port;
    }
    return nullptr;
  }

  void bridge_itself() {
    if (bridge_ == nullptr) {
      Bridge settings = request_.settings;
      settings.stp = settings.stp.value_or(false);
      add_step(plan_, CreateBridge{request_.bridge, goal_, settings},
               {DeleteLinks{{request_.bridge}}});
      plan_.changes.push_back({request_.bridge.str(), "created", "",
                               "bridge, MAC " + goal_.mac->str() + ", MTU " +
                                   std::to_string(*goal_.mtu) + ", STP " +
                                   (*settings.stp ? "on" : "off")});
    } else {
      if (!goal_.mac)
        pin_mac(plan_, current_, *bridge_, joining_macs());
      set_link(plan_, *bridge_, goal_);
      set_bridge(plan_, *bridge_, request_.settings);
    }
    if (moving_ == nullptr)
      return;
    for (const auto& [path, value] : moved_sysctls(current_, moving_->name, request_.bridge)) {
      if (bridge_ != nullptr)
        set_sysctl(plan_, current_, path, value);
      else  // deleted with the bridge
        add_step(plan_, SetSysctl{path, value}, {});
    }
    // The link-local address comes from the uplink: the kernel must not make one, with DAD, first.
    if (moving_->settings.addr_gen_mode && bridge_ == nullptr)
      add_step(plan_, SetLink{request_.bridge, {.addr_gen_mode = addr_gen_mode::none}}, {});
    prepare_move(plan_, move_);
  }

  [[nodiscard]] std::vector<Mac> joining_macs() const {
    std::vector<Mac> macs;
    for (const IfName& name : request_.ports) {
      const Link& port = *current_.find(name);
      if (port.master() != request_.bridge && port.settings.mac)
        macs.push_back(mac_as_port(port));
    }
    return macs;
  }

  [[nodiscard]] uint32_t bridge_mtu() const {
    return goal_.mtu ? *goal_.mtu : bridge_->settings.mtu.value_or(standard_mtu);
  }

  void remember_mode(const Link& port) {
    if (port.settings.addr_gen_mode && port.master() != request_.bridge)
      memory_.addr_gen_modes.insert_or_assign(port.name, *port.settings.addr_gen_mode);
  }

  /// A port that keeps its addresses, if it has any. A tap gets what keeps it from changing the
  /// bridge before it is enslaved: a high MAC, and the bridge's MTU.
  void plain_port(const Link& port) {
    const bool joins = port.master() != request_.bridge;
    LinkSettings before;
    if (joins) {
      remember_mode(port);
      before.addr_gen_mode = addr_gen_mode::none;
      if (port.tun) {
        before.mtu = bridge_mtu();
        before.mac = mac_as_port(port);
      } else if (port.settings.mtu < bridge_mtu()) {
        plan_.hints.push_back("port " + port.name.quoted() + " has a lower MTU (" +
                              std::to_string(*port.settings.mtu) + ") than the bridge (" +
                              std::to_string(bridge_mtu()) + "): it drops what is larger");
      }
      if (has_own_addresses(current_, port.name))
        plan_.hints.push_back("the addresses of " + port.name.quoted() +
                              " stay on it and stop working there: a port's traffic goes to the "
                              "bridge");
    }
    set_link(plan_, port, before);
    if (joins)
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
    remember_mode(*moving_);
    memory_.uplink = moving_->name;
    std::optional<LinkSettings> before;
    if (bridge_ != nullptr)
      before = bridge_->settings;
    plan_.steps.push_back(switch_to_bridge(current_, *moving_, request_.bridge, before, move_));
    if (moving_->master() != request_.bridge)
      plan_.changes.push_back({moving_->name.str(), "master", "", request_.bridge.str()});
    note_move(plan_, move_, moving_->name, request_.bridge);
    const std::string path = accept_ra_path(moving_->name);
    if (const auto old = current_.sysctls.find(path);
        old != current_.sysctls.end() && old->second != "0") {
      memory_.sysctls.emplace(path, old->second);
      set_sysctl(plan_, current_, path, "0");
      plan_.changes.push_back({moving_->name.str(), "accept_ra", old->second, "0"});
    }
  }

  void set_up_bridge() {
    if (bridge_ == nullptr)
      add_step(plan_, SetLink{request_.bridge, {.up = true}}, {});
    else
      set_link(plan_, *bridge_, {.up = true});
  }

  void own_addresses() {
    const std::vector<Address> present = current_.addresses_of(request_.bridge);
    for (const Prefix& prefix : request_.addresses) {
      if (std::ranges::any_of(present, [&](const Address& a) { return a.prefix() == prefix; }))
        continue;
      const Address address = plain_address(request_.bridge, prefix);
      add_step(plan_, AddAddress{address, Dad::perform}, {DeleteAddress{address}});
      plan_.changes.push_back({request_.bridge.str(), "address", "", prefix.str()});
      memory_.added_addresses.push_back(prefix);
    }
    for (const IpAddress& gateway : request_.gateways)
      own_gateway(gateway);
  }

  void own_gateway(const IpAddress& gateway) {
    Route route;
    route.family = gateway.family;
    route.destination.address.family = gateway.family;
    route.protocol = route_protocol::statically;
    route.nexthops.push_back({.link = request_.bridge, .gateway = gateway});
    const auto is_there = [&](const Route& other) {
      return other.table == route.table && other.destination == route.destination &&
             other.nexthops == route.nexthops;
    };
    if (std::ranges::any_of(current_.routes, is_there))
      return;
    add_step(plan_, AddRoute{route, RouteAdd::append}, {DeleteRoute{route}});
    plan_.changes.push_back({request_.bridge.str(), "default via", "", gateway.str()});
    memory_.added_gateways.push_back(gateway);
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
                            request_.bridge.str() + " turns that off for this bridge");
  }

  const Snapshot& current_;
  const BridgeRequest& request_;
  const Link* bridge_;
  const Link* uplink_ = nullptr;
  const Link* moving_ = nullptr;  ///< the uplink, when its configuration moves
  Move move_;
  LinkSettings goal_;
  BridgeMemory memory_;
  Plan plan_;
};

}  // namespace

Plan plan_bridge(const Snapshot& current, const BridgeRequest& request) {
  return BridgePlanner(current, request).build();
}

Scope bridge_scope(const BridgeRequest& request) {
  Scope scope;
  scope.links = request.ports;
  scope.links.push_back(request.bridge);
  scope.ports_of = {request.bridge};
  if (request.move_from)
    scope.links.push_back(*request.move_from);
  scope.addresses_of = scope.links;
  scope.bridging = true;
  scope.bridge_nf = true;
  scope.all_bridges = request.nf != NfWish::keep;
  return scope;
}

std::optional<Scope> wider_bridge_scope(const BridgeRequest& request, const Snapshot& first) {
  for (const IfName& name : request.ports) {
    if (first.find(name) == nullptr) {
      Scope scope = bridge_scope(request);
      scope.all_links = true;  // for a hint
      return scope;
    }
  }
  const Link* uplink = find_uplink(first, request);
  if (!moves(request, uplink, first) && request.gateways.empty())
    return std::nullopt;
  Scope scope = bridge_scope(request);
  scope.configuration_of = {request.bridge};
  if (moves(request, uplink, first))
    scope.configuration_of.push_back(uplink->name);
  return scope;
}

}  // namespace tapctl

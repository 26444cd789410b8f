// SPDX-License-Identifier: MIT
// `tapctl unbridge`: gives the uplink everything back, releases ports, deletes the empty bridge.
//
// What was on the uplink is on the bridge now, so that is where it is taken from: this also works
// for a bridge that something else built. Only what the bridge cannot tell (which port it was, what
// it and the other ports were like, what is the bridge's own) comes from the memory that `bridge`
// left in /run/tapctl.
#include "model/link_sysctl.hpp"
#include "plan/bridge_ports.hpp"
#include "plan/builder.hpp"
#include "plan/device_checks.hpp"
#include "plan/dhcp.hpp"
#include "plan/retarget.hpp"
#include "plan/uplink.hpp"
#include "util/error.hpp"

#include <algorithm>
#include <iterator>

namespace tapctl {
namespace {

/// Plans one `unbridge` request.
class UnbridgePlanner {
 public:
  UnbridgePlanner(const Snapshot& current, const UnbridgeRequest& request)
      : current_(current),
        request_(request),
        bridge_(require_bridge(current, request.bridge)),
        memory_(memory_of(current, request.bridge)),
        released_(released_ports(current, request)),
        is_whole_(takes_apart(current, request)) {
    for (const IfName& name : request.ports)
      require_port(name);
    const Link* uplink = find_uplink(current, request);
    const bool is_port = uplink != nullptr && uplink->master() == request.bridge;
    if (!is_port || std::ranges::find(released_, uplink) != released_.end())
      uplink_ = uplink;
    if (uplink_ != nullptr || deletes_bridge())
      clients_ = plan_clients_back(current, request.bridge, uplink_, memory_);
    clients_.with_addresses = true;
  }

  Plan build() {
    plan_.names = {request_.bridge.str()};
    if (uplink_ != nullptr)
      give_back();
    else
      end_clients(plan_, current_, clients_);
    for (const Link* port : released_) {
      if (port != uplink_ &&
          std::ranges::find(request_.doomed, port->name) == request_.doomed.end())
        release(*port);
    }
    if (uplink_ != nullptr && !deletes_bridge())
      restore_bridge();
    if (is_whole_)
      restore_nf(plan_, current_, request_.bridge, memory_);
    keep_rest_of_memory();
    if (deletes_bridge())
      delete_bridge();
    return std::move(plan_);
  }

 private:
  [[nodiscard]] bool deletes_bridge() const { return is_whole_ && !request_.keep_bridge; }

  void require_port(const IfName& name) const {
    const Link* port = current_.find(name);
    if (port == nullptr)
      throw missing_link(current_, "port", name);
    if (port->master() != request_.bridge)
      throw Error("link " + name.quoted() + ": is not a port of " + request_.bridge.quoted())
          .with_hint(port->master().empty() ? "it is a port of no bridge"
                                            : "it is a port of " + port->master().quoted());
  }

  /// What `bridge` found on a link before it became a port; null when that is not known.
  [[nodiscard]] const LinkMemory* known(const IfName& port) const {
    const auto found = memory_.ports.find(port);
    return found == memory_.ports.end() ? nullptr : &found->second;
  }

  void give_back() {
    const std::set<std::string> stay = own_of_bridge();
    const LinkMemory* before = known(uplink_->name);
    std::optional<uint8_t> mode = uplink_->settings.addr_gen_mode;
    if (before != nullptr && before->addr_gen_mode)
      mode = before->addr_gen_mode;

    const Move move = plan_move(current_, request_.bridge, uplink_->name, stay);
    plan_.moved = {{.from = request_.bridge, .to = uplink_->name}};
    prepare_move(plan_, move);
    if (!memory_.bridge)
      move_sysctls();
    end_clients(plan_, current_, clients_);
    plan_.steps.push_back(switch_to_uplink(current_, bridge_, *uplink_, mode, move, stay));
    start_clients(plan_, current_, clients_);
    note_move(plan_, move, request_.bridge, uplink_->name);
    if (uplink_->master() == request_.bridge)
      plan_.changes.push_back({uplink_->name.str(), "master", request_.bridge.str(), ""});
    if (before != nullptr && before->up == false)
      plan_.hints.push_back("link " + uplink_->name.quoted() + " was down before " +
                            request_.bridge.quoted() + " was built, and stays up now");
    restore_accept_ra();
  }

  void move_sysctls() {
    for (const auto& [path, value] : moved_sysctls(current_, request_.bridge, uplink_->name)) {
      if (path != accept_ra_path(uplink_->name))
        set_sysctl(plan_, current_, path, value);
    }
  }

  void restore_accept_ra() {
    const std::string path = accept_ra_path(uplink_->name);
    const auto before = memory_.sysctls.find(path);
    const auto now = current_.sysctls.find(path);
    if (before == memory_.sysctls.end() || now == current_.sysctls.end())
      return;
    set_sysctl(plan_, current_, path, before->second);
    plan_.changes.push_back({uplink_->name.str(), "accept_ra", now->second, before->second});
  }

  /// What does not go to the uplink. Of the link-local addresses those go back that it had; where
  /// that is not known, the one that goes with its MAC.
  [[nodiscard]] std::set<std::string> own_of_bridge() const {
    std::set<std::string> own = memory_.own;
    for (const Address& address : current_.addresses_of(request_.bridge)) {
      if (address.local.is_link_local() && !came_from_uplink(address))
        own.insert(identity_of(address, request_.bridge));
    }
    return own;
  }

  [[nodiscard]] bool came_from_uplink(const Address& link_local) const {
    if (const LinkMemory* before = known(uplink_->name))
      return std::ranges::find(before->link_local, link_local.prefix(), &LinkLocalMemory::prefix) !=
             before->link_local.end();
    const std::vector<Address> mine = current_.addresses_of(uplink_->name);
    const bool has_one =
        std::ranges::any_of(mine, [](const Address& a) { return a.local.is_link_local(); });
    return !has_one &&
           (memory_.uplink == uplink_->name || bridge_.settings.mac == uplink_->settings.mac);
  }

  /// A bridge that was there before the uplink came gets back what it had.
  void restore_bridge() {
    if (!memory_.bridge)
      return;
    std::vector<Neighbour> own_neighbours;
    std::ranges::copy_if(current_.neighbours, std::back_inserter(own_neighbours),
                         [&](const Neighbour& entry) {
                           return memory_.own.contains(identity_of(entry, request_.bridge));
                         });
    set_mac(plan_, bridge_, memory_.bridge->mac, own_neighbours);
    set_link(plan_, bridge_, {.addr_gen_mode = memory_.bridge->addr_gen_mode});
    for (const auto& [path, value] : memory_.sysctls) {
      const auto sysctl = LinkSysctl::parse(path);
      if (sysctl && sysctl->link == request_.bridge.str())
        set_sysctl(plan_, current_, path, value);
    }
  }

  void release(const Link& port) {
    set_link(plan_, port, {.master = IfName()});
    if (const LinkMemory* before = known(port.name)) {
      LinkSettings old{.mac = before->mac, .mtu = before->mtu};
      old.addr_gen_mode = before->addr_gen_mode;
      if (before->up == false)
        old.up = false;
      set_link(plan_, port, old);
      restore_link_local(port, *before);
    } else if (port.tun && port.settings.addr_gen_mode == addr_gen_mode::none) {
      set_link(plan_, port, {.addr_gen_mode = addr_gen_mode::eui64});
      link_local(port);
    }
  }

  void restore_link_local(const Link& port, const LinkMemory& before) {
    const std::vector<Address> present = current_.addresses_of(port.name);
    std::vector<LinkLocalMemory> oldest_first = before.link_local;
    std::ranges::reverse(oldest_first);
    for (const LinkLocalMemory& known : oldest_first) {
      if (std::ranges::find(present, known.prefix, &Address::prefix) != present.end())
        continue;
      Address address = plain_address(port.name, known.prefix);
      address.flags = known.flags;
      address.protocol = known.protocol;
      add_step(plan_, AddAddress{address, Dad::perform}, {DeleteAddress{address}});
    }
  }

  /// The kernel makes this address when a link comes up or finds its carrier; a port that is up
  /// already gets it here.
  void link_local(const Link& port) {
    if (!port.carrier || port.settings.up != true || !port.settings.mac)
      return;
    const Address address = eui64_address(port.name, *port.settings.mac);
    add_step(plan_, AddAddress{address, Dad::perform}, {DeleteAddress{address}});
  }

  void keep_rest_of_memory() {
    if (!current_.memory.contains(request_.bridge))
      return;
    if (is_whole_) {
      add_step(plan_, Forget{request_.bridge}, {Remember{request_.bridge, memory_}});
      return;
    }
    BridgeMemory left = memory_;
    for (const Link* port : released_)
      left.ports.erase(port->name);
    if (uplink_ != nullptr) {
      left.ports.erase(uplink_->name);
      left.uplink = IfName();
      left.clients.clear();
      left.static_ipv4.reset();
      left.bridge.reset();
      left.own.clear();
    }
    std::erase_if(left.sysctls, [&](const auto& entry) {
      const auto sysctl = LinkSysctl::parse(entry.first);
      return sysctl && !left.ports.contains(IfName::from_kernel(sysctl->link));
    });
    keep_memory(plan_, plan_.steps.size(), current_, request_.bridge, left);
  }

  void delete_bridge() {
    const std::set<std::string> own =
        uplink_ == nullptr ? identities_on(current_, request_.bridge) : own_of_bridge();
    for (const Address& address : current_.addresses_of(request_.bridge)) {
      if (!address.local.is_link_local() && own.contains(identity_of(address, request_.bridge)))
        plan_.changes.push_back({request_.bridge.str(), family_attribute(address.local.family),
                                 address.prefix().str(), ""});
    }
    // No undo: a deletion is the last step, and does nothing when it fails.
    add_step(plan_, DeleteLinks{{request_.bridge}}, {});
    plan_.changes.push_back({request_.bridge.str(), "deleted", "bridge", ""});
  }

  const Snapshot& current_;
  const UnbridgeRequest& request_;
  const Link& bridge_;
  BridgeMemory memory_;
  std::vector<const Link*> released_;
  bool is_whole_;  ///< no port remains
  const Link* uplink_ = nullptr;
  ClientMoves clients_;
  Plan plan_;
};

}  // namespace

Plan plan_unbridge(const Snapshot& current, const UnbridgeRequest& request) {
  return UnbridgePlanner(current, request).build();
}

}  // namespace tapctl

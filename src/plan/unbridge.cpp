// SPDX-License-Identifier: MIT
// `tapctl unbridge`: gives the uplink everything back, releases ports, deletes the empty bridge.
//
// What was on the uplink is on the bridge now, so that is where it is taken from: this also works
// for a bridge that something else built. Only what the bridge cannot tell (which port it was, what
// accept_ra and bridge-nf were) comes from the memory that `bridge` left in /run/tapctl.
#include "plan/bridge_ports.hpp"
#include "plan/builder.hpp"
#include "plan/device_checks.hpp"
#include "util/error.hpp"

#include <algorithm>
#include <cerrno>

namespace tapctl {
namespace {

/// The port that gets the configuration back, or null when there is none. Throws where several
/// could be meant.
const Link* find_uplink(const Snapshot& current, const UnbridgeRequest& request) {
  const BridgeMemory memory = memory_of(current, request.bridge);
  std::vector<const Link*> candidates;
  for (const Link* port : current.ports_of(request.bridge)) {
    if (port->name == memory.uplink)
      return port;
    if (!port->tun)
      candidates.push_back(port);
  }
  if (!has_own_addresses(current, request.bridge) || candidates.empty())
    return nullptr;
  const auto named = [&](const Link* port) {
    return std::ranges::find(request.ports, port->name) != request.ports.end();
  };
  if (!request.ports.empty()) {
    std::erase_if(candidates, [&](const Link* port) { return !named(port); });
    if (candidates.empty())
      return nullptr;
  }
  if (candidates.size() > 1)
    throw usage_error("ports " + candidates[0]->name.quoted() + " and " +
                          candidates[1]->name.quoted() + ": both could be the uplink of " +
                          request.bridge.quoted(),
                      "name the one that gets the addresses: tapctl unbridge " +
                          request.bridge.str() + " " + candidates[0]->name.str());
  return candidates.front();
}

/// Plans one `unbridge` request.
class UnbridgePlanner {
 public:
  UnbridgePlanner(const Snapshot& current, const UnbridgeRequest& request)
      : current_(current),
        request_(request),
        bridge_(require_bridge(current, request.bridge)),
        memory_(memory_of(current, request.bridge)) {
    for (const Link* port : current.ports_of(request.bridge)) {
      if (request.ports.empty() ||
          std::ranges::find(request.ports, port->name) != request.ports.end())
        released_.push_back(port);
      else
        stays_ = true;
    }
    for (const IfName& name : request.ports)
      require_port(name);
    const Link* uplink = find_uplink(current, request);
    if (std::ranges::find(released_, uplink) != released_.end())
      uplink_ = uplink;
  }

  Plan build() {
    plan_.names = {request_.bridge.str()};
    const bool whole = !stays_;
    if (uplink_ != nullptr)
      give_back();
    for (const Link* port : released_) {
      if (port != uplink_)
        release(*port);
    }
    if (whole)
      restore_nf(plan_, current_, request_.bridge, memory_);
    memory(whole);
    if (whole && !request_.keep_bridge)
      delete_bridge();
    return std::move(plan_);
  }

 private:
  void require_port(const IfName& name) const {
    const Link* port = current_.find(name);
    if (port == nullptr)
      throw missing_link(current_, "port", name);
    if (port->master() != request_.bridge)
      throw Error::from_errno(
          "link " + name.quoted() + ": is not a port of " + request_.bridge.quoted(), EINVAL);
  }

  void give_back() {
    MoveExceptions stay{.addresses = memory_.added_addresses, .gateways = memory_.added_gateways};
    stay.link_local = !link_local_came_from_uplink();
    const auto known_mode = memory_.addr_gen_modes.find(uplink_->name);
    std::optional<uint8_t> mode = uplink_->settings.addr_gen_mode;
    if (known_mode != memory_.addr_gen_modes.end())
      mode = known_mode->second;

    const Move move = plan_move(current_, request_.bridge, uplink_->name, stay);
    prepare_move(plan_, move);
    for (const auto& [path, value] : moved_sysctls(current_, request_.bridge, uplink_->name)) {
      if (!path.ends_with("/accept_ra"))
        set_sysctl(plan_, current_, path, value);
    }
    plan_.steps.push_back(switch_to_uplink(current_, bridge_, *uplink_, mode, move, stay));
    note_move(plan_, move, request_.bridge, uplink_->name);
    plan_.changes.push_back({uplink_->name.str(), "master", request_.bridge.str(), ""});
    for (const auto& [path, value] : memory_.sysctls) {
      const auto now = current_.sysctls.find(path);
      if (now == current_.sysctls.end() ||
          !path.ends_with("/" + uplink_->name.str() + "/accept_ra"))
        continue;
      set_sysctl(plan_, current_, path, value);
      plan_.changes.push_back({uplink_->name.str(), "accept_ra", now->second, value});
    }
  }

  /// A bridge with a MAC of its own has a link-local address of its own too.
  [[nodiscard]] bool link_local_came_from_uplink() const {
    const std::vector<Address> mine = current_.addresses_of(uplink_->name);
    const bool has_one =
        std::ranges::any_of(mine, [](const Address& a) { return a.local.is_link_local(); });
    return !has_one &&
           (memory_.uplink == uplink_->name || bridge_.settings.mac == uplink_->settings.mac);
  }

  void release(const Link& port) {
    LinkSettings wish{.master = IfName()};
    const auto known_mode = memory_.addr_gen_modes.find(port.name);
    if (known_mode != memory_.addr_gen_modes.end())
      wish.addr_gen_mode = known_mode->second;
    else if (port.tun && port.settings.addr_gen_mode == addr_gen_mode::none)
      wish.addr_gen_mode = addr_gen_mode::eui64;
    set_link(plan_, port, wish);
    if (wish.addr_gen_mode == addr_gen_mode::eui64 &&
        port.settings.addr_gen_mode == addr_gen_mode::none)
      link_local(port);
  }

  /// The kernel makes this address when a link comes up or finds its carrier; a port that is up
  /// already gets it here.
  void link_local(const Link& port) {
    if (!port.carrier || port.settings.up != true || !port.settings.mac)
      return;
    const Address address = eui64_address(port.name, *port.settings.mac);
    add_step(plan_, AddAddress{address, Dad::perform}, {DeleteAddress{address}});
  }

  void memory(bool whole) {
    if (!current_.memory.contains(request_.bridge))
      return;
    if (whole) {
      add_step(plan_, Forget{request_.bridge}, {Remember{request_.bridge, memory_}});
      return;
    }
    BridgeMemory left = memory_;
    for (const Link* port : released_) {
      left.addr_gen_modes.erase(port->name);
      std::erase_if(left.sysctls, [&](const auto& entry) {
        return entry.first.find("/" + port->name.str() + "/") != std::string::npos;
      });
    }
    if (uplink_ != nullptr)
      left.uplink = IfName();
    keep_memory(plan_, plan_.steps.size(), current_, request_.bridge, left);
  }

  void delete_bridge() {
    for (const Address& address : current_.addresses_of(request_.bridge)) {
      const bool moved =
          uplink_ != nullptr && std::ranges::find(memory_.added_addresses, address.prefix()) ==
                                    memory_.added_addresses.end();
      if (!moved && !address.local.is_link_local())
        plan_.changes.push_back({request_.bridge.str(), "address", address.prefix().str(), ""});
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
  bool stays_ = false;  ///< some port remains
  const Link* uplink_ = nullptr;
  Plan plan_;
};

}  // namespace

Plan plan_unbridge(const Snapshot& current, const UnbridgeRequest& request) {
  return UnbridgePlanner(current, request).build();
}

Scope unbridge_scope(const UnbridgeRequest& request) {
  Scope scope;
  scope.links = request.ports;
  scope.links.push_back(request.bridge);
  scope.ports_of = {request.bridge};
  scope.addresses_of = {request.bridge};
  scope.bridge_nf = true;
  scope.all_bridges = true;
  return scope;
}

std::optional<Scope> wider_unbridge_scope(const UnbridgeRequest& request, const Snapshot& first) {
  const Link* bridge = first.find(request.bridge);
  if (bridge == nullptr || !bridge->bridge)
    return std::nullopt;
  const Link* uplink = find_uplink(first, request);
  if (uplink == nullptr)
    return std::nullopt;
  Scope scope = unbridge_scope(request);
  scope.addresses_of.clear();
  scope.configuration_of = {request.bridge, uplink->name};
  return scope;
}

}  // namespace tapctl

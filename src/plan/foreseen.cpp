// SPDX-License-Identifier: MIT
// Carries out operations on a snapshot.
#include "plan/foreseen.hpp"

#include "model/settings.hpp"

#include <algorithm>
#include <limits>

namespace tapctl {
namespace {

/// What the kernel gives a new device (drivers/net/tun.c).
constexpr uint32_t device_mtu = 1500;
constexpr uint32_t tun_txqueuelen = 500;
constexpr uint32_t tap_txqueuelen = 1000;

class Foreseer {
 public:
  explicit Foreseer(Snapshot& state)
      : state_(state), has_ipv6_(std::ranges::any_of(state.links, [](const Link& link) {
          return bool(link.settings.addr_gen_mode);
        })) {}

  void operator()(const CreateTun& op) {
    Link& link = add(op.name, "tun");
    link.type = op.tun.mode == TunMode::tap ? LinkType::ethernet : LinkType::other;
    link.tun = op.tun;
    link.settings.mtu = device_mtu;
    link.settings.txqueuelen = op.tun.mode == TunMode::tap ? tap_txqueuelen : tun_txqueuelen;
  }
  void operator()(const SetTun& op) {
    if (Link* link = find(op.name)) {
      const uint32_t queues = link->tun ? link->tun->queues : 0;
      link->tun = op.tun;
      link->tun->queues = queues;
    }
  }
  void operator()(const CreateBridge& op) {
    Link& link = add(op.name, "bridge");
    overlay(link.settings, op.link);
    link.bridge = op.bridge;
  }
  void operator()(const SetLink& op) {
    Link* link = find(op.link);
    if (link == nullptr)
      return;
    overlay(link->settings, op.set);
    if (op.set.master)
      link->port = op.set.master->empty() ? std::nullopt : std::optional(Port{});
    if (op.set.name) {
      link->name = *op.set.name;
      link->settings.name.reset();
    }
  }
  void operator()(const SetBridge& op) {
    if (Link* link = find(op.bridge); link != nullptr && link->bridge)
      overlay(*link->bridge, op.set);
  }
  void operator()(const SetPort& op) {
    if (Link* link = find(op.port); link != nullptr && link->port)
      overlay(*link->port, op.set);
  }
  void operator()(const DeleteLinks& op) {
    const auto is_gone = [&](const IfName& name) {
      return std::ranges::find(op.names, name) != op.names.end();
    };
    std::erase_if(state_.links, [&](const Link& link) { return is_gone(link.name); });
    std::erase_if(state_.addresses, [&](const Address& address) { return is_gone(address.link); });
  }
  void operator()(const AddAddress& op) { state_.addresses.push_back(op.address); }
  void operator()(const DeleteAddress& op) {
    std::erase_if(state_.addresses,
                  [&](const Address& address) { return same_place(address, op.address); });
  }
  void operator()(const SetSysctl& op) { state_.sysctls[op.path] = op.value; }
  void operator()(const Remember& op) { state_.memory[op.bridge] = op.memory; }
  void operator()(const Forget& op) { state_.memory.erase(op.bridge); }
  void operator()(const EndClient& op) {
    std::erase_if(state_.clients,
                  [&](const DhcpClient& client) { return same_client(client, op.client); });
  }
  void operator()(const StartClient& op) { state_.clients.push_back(op.client); }
  template <class Other>
  void operator()(const Other&) {}

 private:
  Link* find(const IfName& name) {
    const auto found = std::ranges::find(state_.links, name, &Link::name);
    return found == state_.links.end() ? nullptr : &*found;
  }

  Link& add(const IfName& name, const char* kind) {
    Link& link = state_.links.emplace_back();
    link.name = name;
    link.ifindex = --last_ifindex_;
    link.kind = kind;
    link.operstate = "down";
    link.settings.alias = "";
    link.settings.master = IfName();
    link.settings.up = false;
    if (has_ipv6_)
      link.settings.addr_gen_mode = addr_gen_mode::eui64;
    return link;
  }

  Snapshot& state_;
  bool has_ipv6_;
  int last_ifindex_ = 0;  ///< no link has a negative one
};

}  // namespace

void foresee(Snapshot& state, std::span<const Step> steps) {
  Foreseer foreseer(state);
  for (const Step& step : steps) {
    for (const Op& op : step.ops)
      std::visit(foreseer, op);
  }
}

}  // namespace tapctl

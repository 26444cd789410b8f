// SPDX-License-Identifier: MIT
// The steps that create a tun or tap device, and those that bring one in line with a wish.
//
// A tap that goes into a bridge must not change the bridge: a bridge without a MAC of its own takes
// the lowest of its ports, and one without an MTU of its own the smallest. So the tap gets a high
// MAC (FE:...) and the bridge's MTU before it is enslaved. It keeps no IPv6 link-local address,
// since it is a port and not a host: the address generation mode has to be "none" before the link
// goes up. The kernel carries out one message as MAC, MTU, master, up, address generation mode
// (do_setlink, 6.6), which is why there are two.
#include "plan/device_steps.hpp"

#include "model/setting_text.hpp"
#include "plan/builder.hpp"
#include "plan/device_checks.hpp"
#include "plan/link_loss.hpp"

#include <algorithm>

namespace tapctl {
namespace {

constexpr uint32_t max_tap_mtu = 65521;

/// The next MAC: the low three bytes count, the rest stays.
Mac counted_up(Mac mac) {
  for (const size_t i : {5U, 4U, 3U}) {
    if (++mac.bytes.at(i) != 0)
      break;
  }
  return mac;
}

Mac take(Mac& next_mac) {
  const Mac mac = next_mac;
  next_mac = counted_up(mac);
  return mac;
}

/// The part that comes before enslaving, and the part that enslaves and brings up.
LinkSettings first_part(LinkSettings goal) {
  goal.master.reset();
  goal.up.reset();
  return goal;
}

LinkSettings second_part(const LinkSettings& goal) {
  LinkSettings part;
  part.master = goal.master;
  part.up = goal.up;
  return part;
}

void note(Plan& plan, const IfName& name, const char* attribute, std::string before,
          std::string after) {
  if (before != after)
    plan.changes.push_back({name.str(), attribute, std::move(before), std::move(after)});
}

void note_tun(Plan& plan, const IfName& name, const TunDevice& before, const TunDevice& after) {
  note(plan, name, "owner", setting_text("owner", before.owner),
       setting_text("owner", after.owner));
  note(plan, name, "group", setting_text("group", before.group),
       setting_text("group", after.group));
  note(plan, name, "pi", setting_text("pi", before.pi), setting_text("pi", after.pi));
  note(plan, name, "vnet_hdr", setting_text("vnet_hdr", before.vnet_hdr),
       setting_text("vnet_hdr", after.vnet_hdr));
  note(plan, name, "multi_queue", setting_text("multi_queue", before.multi_queue),
       setting_text("multi_queue", after.multi_queue));
}

Address new_address(const IfName& name, const Prefix& prefix, const DeviceWish& wish) {
  Address address = plain_address(name, prefix);
  address.peer = wish.peer;
  return address;
}

bool is_present(const std::vector<Address>& addresses, const Address& wanted) {
  return std::ranges::any_of(addresses, [&](const Address& address) {
    return address.prefix() == wanted.prefix() && (!wanted.peer || address.peer == wanted.peer);
  });
}

/// `undo` gives what takes an address away again.
template <class Undo>
void add_addresses(Plan& plan, const IfName& name, const std::vector<Address>& present,
                   const DeviceWish& wish, Undo undo) {
  for (const Prefix& prefix : wish.addresses) {
    const Address address = new_address(name, prefix, wish);
    if (is_present(present, address))
      continue;
    add_step(plan, AddAddress{.address = address, .dad = Dad::perform}, undo(address));
    note(plan, name, family_attribute(address.local.family), "", prefix.str());
  }
}

/// The mode keeps the kernel from making link-local addresses; those made already have to go.
void drop_link_local(Plan& plan, const Snapshot& current, const Link& link) {
  for (const Address& address : current.addresses_of(link.name)) {
    if (!address.local.is_link_local())
      continue;
    add_step(plan, DeleteAddress{address}, {AddAddress{.address = address, .dad = Dad::skip}});
    note(plan, link.name, family_attribute(address.local.family), address.prefix().str(), "");
  }
}

}  // namespace

LinkSettings link_goal(const Snapshot& current, const IfName& name, const Link* link,
                       const DeviceWish& wish, Mac& next_mac, Plan& plan) {
  LinkSettings goal = wish.link;
  goal.name.reset();
  if (!goal.master || goal.master->empty())
    return goal;
  goal.up = goal.up.value_or(true);
  if (link != nullptr && link->master() == *goal.master)
    return goal;
  const Link& bridge = require_bridge(current, *goal.master);
  const uint32_t bridge_mtu = std::min(bridge.settings.mtu.value_or(max_tap_mtu), max_tap_mtu);
  const uint32_t mtu = goal.mtu.value_or(bridge_mtu);
  if (mtu < bridge_mtu)
    plan.hints.push_back("device " + name.quoted() + " has a lower MTU than bridge " +
                         bridge.name.quoted() +
                         ", which takes it over unless it has an MTU of its own");
  goal.mtu = mtu;
  const bool has_high_mac =
      link != nullptr && link->settings.mac && link->settings.mac->bytes[0] == high_mac;
  if (!goal.mac && !has_high_mac)
    goal.mac = take(next_mac);
  if (bridge.settings.addr_gen_mode && mtu >= min_ipv6_mtu)
    goal.addr_gen_mode = addr_gen_mode::none;
  return goal;
}

void create_device(Plan& plan, const IfName& name, const TunDevice& tun, const LinkSettings& goal,
                   const DeviceWish& wish) {
  add_step(plan, CreateTun{.name = name, .tun = tun, .one_queue = wish.one_queue},
           {DeleteLinks{{name}}});
  note(plan, name, "created", "", mode_name(tun.mode));
  note_tun(plan, name, TunDevice{}, tun);
  // No undo from here on: deleting the device takes everything with it.
  LinkSettings second = second_part(goal);
  if (second.up == false)
    second.up.reset();
  if (second.master && second.master->empty())
    second.master.reset();
  for (const LinkSettings& part : {first_part(goal), second}) {
    if (is_empty(part))
      continue;
    add_step(plan, SetLink{.link = name, .set = part}, {});
    note_changes(plan, name.str(), LinkSettings{}, part);
  }
  add_addresses(plan, name, {}, wish, [](const Address&) { return std::vector<Op>{}; });
}

void set_device(Plan& plan, const Snapshot& current, const Link& link, const LinkSettings& goal,
                const DeviceWish& wish) {
  set_link_keeping(plan, current, link, first_part(goal));
  if (goal.addr_gen_mode == addr_gen_mode::none)
    drop_link_local(plan, current, link);
  set_link_keeping(plan, current, link, second_part(goal));
  add_addresses(plan, link.name, current.addresses_of(link.name), wish,
                [](const Address& address) { return std::vector<Op>{DeleteAddress{address}}; });
}

void set_tun(Plan& plan, const Snapshot& current, const Link& link, const IfName& name,
             const DeviceWish& wish) {
  TunDevice goal = *link.tun;
  goal.owner = wish.owner ? wish.owner : goal.owner;
  goal.group = wish.group ? wish.group : goal.group;
  goal.pi = wish.pi.value_or(goal.pi);
  goal.vnet_hdr = wish.vnet_hdr.value_or(goal.vnet_hdr);
  if (goal == *link.tun)
    return;
  if (link.tun->queues > 0)
    throw held_device(current, link, "stop that process first");
  add_step(plan, SetTun{.name = name, .tun = goal}, {SetTun{.name = name, .tun = *link.tun}});
  note_tun(plan, name, *link.tun, goal);
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Planner of `apply`: a configuration file as one transaction.
//
// New devices first, with all that they are, but in no bridge; then the bridges with their other
// ports; then every device anew, which brings the old ones in line and puts all into their bridges.
// So what can fail comes before the uplink moves, and each device is treated as `add --bridge`
// treats one.
#include "plan/apply.hpp"

#include "plan/builder.hpp"
#include "plan/composer.hpp"
#include "plan/device_checks.hpp"
#include "plan/scopes.hpp"
#include "plan/uplink.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace tapctl {
namespace {

/// Links of these kinds, and those on top of one, can have the MAC of another.
constexpr std::array<std::string_view, 5> borrowing_kinds{"bond", "bridge", "team", "tun", "vlan"};

bool fits(const Link& link, const LinkMatch& match) {
  const bool borrows =
      link.is_upper() || std::ranges::find(borrowing_kinds, link.kind) != borrowing_kinds.end();
  return !borrows && (!match.mac || link.settings.mac == match.mac) &&
         (!match.permanent_mac || link.permanent_mac == match.permanent_mac);
}

bool by_name_only(const LinkMatch& match) {
  return !match.mac && !match.permanent_mac;
}

bool needs_all_links(const ApplyRequest& request) {
  return std::ranges::any_of(request.bridges, [](const BridgeWish& wish) {
    return std::ranges::any_of(wish.ports,
                               [](const PortWish& port) { return !by_name_only(port.link); });
  });
}

/// The bridge with the ports that are there, under the names that they have.
BridgeRequest found_ports(const Snapshot& current, const BridgeWish& wish) {
  BridgeRequest request = wish.bridge;
  for (const PortWish& port : wish.ports) {
    const Link* link = find_match(current, port.link);
    if (link == nullptr)
      continue;
    request.ports.push_back(link->name);
    if (request.uplink && request.uplink == port.link.name)
      request.uplink = link->name;
  }
  return request;
}

void require_all_ports(const Snapshot& current, const BridgeWish& wish) {
  for (const PortWish& port : wish.ports) {
    if (find_match(current, port.link) != nullptr)
      continue;
    if (by_name_only(port.link))
      throw missing_link(current, "port", *port.link.name);
    throw Error(match_text(port.link) + ": there is none")
        .with_hint("tapctl status shows the links and their MACs");
  }
}

/// The part of `device` that is not there yet, in no bridge.
std::optional<AddRequest> new_part(const Snapshot& current, const AddRequest& device) {
  AddRequest request = device;
  std::erase_if(request.names,
                [&](const NameTemplate& name) { return current.find(name.expand(0)) != nullptr; });
  if (request.names.empty())
    return std::nullopt;
  if (request.wish.link.master) {
    request.wish.link.master.reset();
    request.wish.link.up.reset();
  }
  return request;
}

/// Adds what `steps` make to what was made before.
class Record {
 public:
  explicit Record(Applied before) : applied_(std::move(before)) {}

  void operator()(const CreateTun& op) { applied_.devices.insert_or_assign(op.name, 0); }
  void operator()(const CreateBridge& op) { applied_.bridges.insert_or_assign(op.name, 0); }
  void operator()(const SetLink& op) {
    const bool is_ours = applied_.devices.contains(op.link);
    if (op.set.master && !is_ours && !applied_.bridges.contains(*op.set.master))
      applied_.ports.insert_or_assign(op.link, AppliedPort{.bridge = *op.set.master});
  }
  template <class Other>
  void operator()(const Other&) {}

  [[nodiscard]] const Applied& applied() const { return applied_; }

 private:
  Applied applied_;
};

bool describes(const ApplyRequest& request, const IfName& name) {
  const auto has = [&](const AddRequest& device) {
    return std::ranges::find(device.names, name.str(), &NameTemplate::str) != device.names.end();
  };
  const auto is = [&](const BridgeWish& wish) { return wish.bridge.bridge == name; };
  return std::ranges::any_of(request.devices, has) || std::ranges::any_of(request.bridges, is);
}

/// What an earlier `apply` made stays when the file does not name it any more.
void hint_at_leftovers(Plan& plan, const Snapshot& current, const ApplyRequest& request) {
  for (const auto* made : {&current.applied.devices, &current.applied.bridges}) {
    for (const auto& [name, ifindex] : *made) {
      if (!describes(request, name))
        plan.hints.push_back(
            "link " + name.quoted() +
            " was made by an earlier apply and is in the file no more: tapctl down "
            "before the next apply takes it away");
    }
  }
}

}  // namespace

const Link* find_match(const Snapshot& current, const LinkMatch& match) {
  if (by_name_only(match))
    return current.find(*match.name);
  const Link* found = nullptr;
  for (const Link& link : current.links) {
    if (!fits(link, match))
      continue;
    if (match.name == link.name)
      return &link;
    if (found != nullptr)
      throw Error("links " + found->name.quoted() + " and " + link.name.quoted() + ": both are a " +
                  match_text(match));
    found = &link;
  }
  return found;
}

std::string match_text(const LinkMatch& match) {
  if (by_name_only(match))
    return "link " + match.name->quoted();
  std::string text = "link";
  if (match.mac)
    text += " with MAC " + match.mac->str();
  if (match.permanent_mac)
    text +=
        std::string(match.mac ? " and" : " with") + " permanent MAC " + match.permanent_mac->str();
  return text;
}

std::vector<std::string> absent_ports(const Snapshot& current, const ApplyRequest& request) {
  std::vector<std::string> absent;
  for (const BridgeWish& wish : request.bridges) {
    for (const PortWish& port : wish.ports) {
      if (find_match(current, port.link) == nullptr)
        absent.push_back(match_text(port.link));
    }
  }
  return absent;
}

Scope ports_scope(const ApplyRequest& request) {
  Scope scope;
  for (const BridgeWish& wish : request.bridges) {
    for (const PortWish& port : wish.ports) {
      if (port.link.name)
        scope.links.push_back(*port.link.name);
    }
  }
  scope.all_links = needs_all_links(request);
  return scope;
}

Scope apply_scope(const ApplyRequest& request) {
  Scope scope = ports_scope(request);
  scope.links.push_back(IfName::from_kernel("lo"));  // tells whether there is IPv6
  scope.applied = request.file;
  scope.addresses_of = scope.links;
  scope.all_addresses = scope.all_links;
  for (const AddRequest& device : request.devices)
    widen(scope, device_scope(device));
  for (const BridgeWish& wish : request.bridges) {
    BridgeRequest bridge = wish.bridge;
    for (const PortWish& port : wish.ports) {
      if (port.link.name)
        bridge.ports.push_back(*port.link.name);
    }
    widen(scope, bridge_scope(bridge));
  }
  return scope;
}

std::optional<Scope> wider_apply_scope(const ApplyRequest& request, const Snapshot& first) {
  std::optional<Scope> wider;
  if (!absent_ports(first, request).empty()) {
    wider = apply_scope(request);
    wider->all_links = true;  // for a hint
  }
  for (const BridgeWish& wish : request.bridges) {
    const auto more = wider_bridge_scope(found_ports(first, wish), first);
    if (more && !wider)
      wider = apply_scope(request);
    if (more)
      widen(*wider, *more);
  }
  return wider;
}

Plan plan_apply(const Snapshot& current, const ApplyRequest& request) {
  Composer composer(current);
  for (const BridgeWish& wish : request.bridges)
    require_all_ports(current, wish);
  for (const AddRequest& device : request.devices) {
    if (const auto part = new_part(current, device))
      composer.add(plan_add(composer.state(), *part));
  }
  for (const BridgeWish& wish : request.bridges)
    composer.add(plan_bridge(composer.state(), found_ports(current, wish)));
  for (const AddRequest& device : request.devices)
    composer.add(plan_add(composer.state(), device));
  for (const BridgeWish& wish : request.bridges) {
    for (const PortWish& port : wish.ports) {
      if (!is_empty(port.settings))
        composer.add(plan_port(composer.state(), {.port = find_match(current, port.link)->name,
                                                  .bridge = wish.bridge.bridge,
                                                  .settings = port.settings}));
    }
  }
  for (const PortRequest& port : request.device_ports)
    composer.add(plan_port(composer.state(), port));

  Plan plan = composer.take({});
  Record record(current.applied);
  for (const Step& step : plan.steps) {
    for (const Op& op : step.ops)
      std::visit(record, op);
  }
  if (!plan.empty() && record.applied() != current.applied)
    add_step(plan, KeepApplied{.file = request.file, .applied = record.applied()},
             {KeepApplied{.file = request.file, .applied = current.applied}});
  hint_at_leftovers(plan, current, request);
  return plan;
}

}  // namespace tapctl

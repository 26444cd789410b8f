// SPDX-License-Identifier: MIT
// Planners of `add` and `set`.
#include "plan/builder.hpp"
#include "plan/device_checks.hpp"
#include "plan/device_steps.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

namespace tapctl {
namespace {

constexpr uint32_t max_count = 65536;

/// A device asked for: there already, or to be created.
struct Target {
  IfName name;
  const Link* link = nullptr;  ///< null: to be created
};

/// Hands out the names for templates: the lowest free numbers.
class Namer {
 public:
  explicit Namer(const Snapshot& current) {
    for (const Link& link : current.links)
      taken_.insert(link.name);
  }

  void take(const IfName& name) { taken_.insert(name); }

  IfName next(const NameTemplate& pattern) {
    unsigned& number = next_[pattern.str()];
    IfName name = pattern.expand(number++);
    while (!taken_.insert(name).second)
      name = pattern.expand(number++);
    return name;
  }

 private:
  std::set<IfName> taken_;
  std::map<std::string, unsigned> next_;
};

void require_names(const AddRequest& request) {
  if (request.names.empty())
    throw usage_error("no device name given");
  if (request.count && (*request.count == 0 || *request.count > max_count))
    throw usage_error("count " + std::to_string(*request.count) + ": is out of range",
                      "1 to " + std::to_string(max_count));
  std::set<std::string> seen;
  for (const NameTemplate& name : request.names) {
    if (name.has_number())
      continue;
    if (request.count)
      throw usage_error("device " + quote(name.str()) + ": --count needs a name with a number",
                        "such as tap%d");
    if (!seen.insert(name.str()).second)
      throw usage_error("device " + quote(name.str()) + ": is named twice");
  }
}

/// In the order of the request. A plain name is never handed out for a template.
std::vector<Target> targets_of(const Snapshot& current, const AddRequest& request) {
  Namer namer(current);
  for (const NameTemplate& name : request.names) {
    if (!name.has_number())
      namer.take(name.expand(0));
  }
  std::vector<Target> targets;
  for (const NameTemplate& name : request.names) {
    if (!name.has_number()) {
      const IfName plain = name.expand(0);
      targets.push_back({.name = plain, .link = current.find(plain)});
      continue;
    }
    for (uint32_t i = 0; i < request.count.value_or(1); ++i)
      targets.push_back({.name = namer.next(name), .link = nullptr});
  }
  return targets;
}

TunMode default_mode(const IfName& name) {
  return name.str().starts_with("tun") ? TunMode::tun : TunMode::tap;
}

bool is_taken_over(const TunDevice& tun, const AddRequest& request) {
  const auto differs = [](const auto& wanted, const auto& found) {
    return wanted && wanted != found;
  };
  return tun.owner && tun.owner != request.default_owner &&
         (differs(request.wish.owner, tun.owner) || differs(request.wish.group, tun.group));
}

void require_attachable(const Snapshot& current, const Link& link, const AddRequest& request) {
  if (link.tun->queues > 0)
    throw held_device(current, link, "");
  if (is_taken_over(*link.tun, request))
    throw Error("device " + link.name.quoted() + ": belongs to user " +
                std::to_string(*link.tun->owner))
        .with_hint("tapctl set " + printable(link.name.str()) + " --user USER gives it to another");
}

/// Throws unless the existing device is of the kind that is asked for.
void require_agreeing(const Snapshot& current, const Link& link, TunMode mode,
                      const AddRequest& request) {
  const std::string device = "device " + link.name.quoted();
  if (request.exclusive)
    throw Error::from_errno(device, EEXIST);
  require_tun_kind(link);
  if (link.tun->mode != mode)
    throw Error(device + ": exists as a " + mode_name(link.tun->mode) + ", asked for a " +
                mode_name(mode))
        .with_hint("tapctl del " + printable(link.name.str()) + ", then add it again");
  const DeviceWish& wish = request.wish;
  if (link.tun->multi_queue && !wish.multi_queue.value_or(false))
    throw Error(device + ": exists with several queues, asked for one")
        .with_hint("tapctl add " + printable(link.name.str()) + " --multi-queue, or tapctl del " +
                   printable(link.name.str()) + " first");
  if (!link.tun->multi_queue && wish.multi_queue.value_or(false))
    throw Error(device + ": exists with one queue, asked for several")
        .with_hint("tapctl del " + printable(link.name.str()) + ", then add it again");
  if (request.any_user && (link.tun->owner || link.tun->group))
    throw Error(device + ": has an owner or a group, which the kernel cannot clear")
        .with_hint("tapctl del " + printable(link.name.str()) + ", then add it again");
  if (request.attaches)
    require_attachable(current, link, request);
}

TunDevice new_device(TunMode mode, const AddRequest& request) {
  const DeviceWish& wish = request.wish;
  TunDevice tun{.mode = mode, .owner = wish.owner, .group = wish.group};
  if (!wish.owner && !wish.group && !request.any_user)
    tun.owner = request.default_owner;
  tun.pi = wish.pi.value_or(false);
  tun.vnet_hdr = wish.vnet_hdr.value_or(false);
  tun.multi_queue = wish.multi_queue.value_or(false);
  return tun;
}

/// Checks the bridge that the devices go into, and keeps it from changing with them.
void prepare_bridge(Plan& plan, const Snapshot& current, const std::vector<Target>& targets,
                    const DeviceWish& wish) {
  if (!wish.link.master || wish.link.master->empty())
    return;
  const IfName& name = *wish.link.master;
  const Link& bridge = require_bridge(
      current, name, "tapctl bridge " + printable(name.str()) + " PORT... creates it");
  const auto joining = std::ranges::count_if(targets, [&](const Target& target) {
    return target.link == nullptr || target.link->master() != name;
  });
  if (joining == 0)
    return;
  require_room(current, bridge.name, static_cast<size_t>(joining));
  constexpr Mac high{{0xfe}};
  pin_mac(plan, current, bridge, {wish.link.mac.value_or(high)});
}

void require_settable(const Link& link, const DeviceWish& wish) {
  const std::string device = "device " + link.name.quoted();
  if (wish.mode && *wish.mode != link.tun->mode)
    throw Error(device + ": is a " + mode_name(link.tun->mode) + ", and the mode cannot be changed")
        .with_hint("tapctl del it, then add it again");
  if (wish.multi_queue && *wish.multi_queue != link.tun->multi_queue)
    throw Error(device + ": multi-queue cannot be changed")
        .with_hint("tapctl del it, then add it again");
}

std::vector<Target> targets_of(const Snapshot& current, const SetRequest& request) {
  if (request.names.empty())
    throw usage_error("no device name given");
  if (request.wish == DeviceWish{})
    throw usage_error("nothing to set");
  if (request.wish.link.name && request.names.size() > 1)
    throw usage_error("--name: only one device can get the name " +
                      request.wish.link.name->quoted());
  std::vector<Target> targets;
  for (const IfName& name : request.names) {
    if (std::ranges::find(targets, name, &Target::name) != targets.end())
      throw usage_error("device " + name.quoted() + ": is named twice");
    targets.push_back({.name = name, .link = &require_device(current, name)});
  }
  return targets;
}

/// Returns the name that the device has afterwards.
IfName rename_device(Plan& plan, const Snapshot& current, const Link& link,
                     const DeviceWish& wish) {
  if (!wish.link.name || *wish.link.name == link.name)
    return link.name;
  if (current.find(*wish.link.name) != nullptr)
    throw Error::from_errno(
        "device " + link.name.quoted() + ": rename to " + wish.link.name->quoted(), EEXIST)
        .with_hint("there is a link " + wish.link.name->quoted() + " already");
  LinkSettings rename;
  rename.name = wish.link.name;
  set_link(plan, link, rename);
  return *wish.link.name;
}

}  // namespace

Plan plan_add(const Snapshot& current, const AddRequest& request) {
  const DeviceWish& wish = request.wish;
  require_names(request);
  require_consistent(wish);
  if (request.any_user && (wish.owner || wish.group))
    throw usage_error("--any-user: excludes --user and --group");
  const std::vector<Target> targets = targets_of(current, request);
  Plan plan;
  prepare_bridge(plan, current, targets, wish);
  Mac next_mac = request.random_mac;
  for (const Target& target : targets) {
    const TunMode mode = wish.mode.value_or(default_mode(target.name));
    if (target.link != nullptr)
      require_agreeing(current, *target.link, mode, request);
    require_possible(current, target.name, mode, target.link, wish);
    const LinkSettings goal = link_goal(current, target.name, target.link, wish, next_mac, plan);
    if (target.link != nullptr)
      set_device(plan, current, *target.link, goal, wish);
    else
      create_device(plan, target.name, new_device(mode, request), goal, wish);
    plan.names.push_back(target.name.str());
  }
  for (const Target& target : targets) {
    if (target.link != nullptr)
      set_tun(plan, current, *target.link, target.name, wish);
  }
  return plan;
}

Plan plan_set(const Snapshot& current, const SetRequest& request) {
  const DeviceWish& wish = request.wish;
  require_consistent(wish);
  const std::vector<Target> targets = targets_of(current, request);
  Plan plan;
  prepare_bridge(plan, current, targets, wish);
  Mac next_mac = request.random_mac;
  for (const Target& target : targets) {
    require_settable(*target.link, wish);
    require_possible(current, target.name, target.link->tun->mode, target.link, wish);
    set_device(plan, current, *target.link,
               link_goal(current, target.name, target.link, wish, next_mac, plan), wish);
  }
  for (const Target& target : targets) {
    const IfName name = rename_device(plan, current, *target.link, wish);
    set_tun(plan, current, *target.link, name, wish);
    plan.names.push_back(name.str());
  }
  return plan;
}

}  // namespace tapctl

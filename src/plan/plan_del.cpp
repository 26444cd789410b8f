// SPDX-License-Identifier: MIT
// Planner of `del`.
//
// Every device is attached to before the first is deleted, so that between the check and the
// deletion nobody can attach unnoticed: a device that somebody holds by then fails its HoldTun, and
// everything is as before.
#include "plan/builder.hpp"
#include "plan/device_checks.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <algorithm>

namespace tapctl {
namespace {

using Devices = std::vector<const Link*>;

constexpr const char* selection_hint = "names and --match GLOB, or --all";

void add_once(Devices& devices, const Link& link) {
  if (std::ranges::find(devices, &link) == devices.end())
    devices.push_back(&link);
}

void add_matching(Devices& devices, const Snapshot& current, const std::string& pattern,
                  bool if_exists) {
  bool found = false;
  for (const Link& link : current.links) {
    if (!link.tun || !glob_match(pattern, link.name.str()))
      continue;
    add_once(devices, link);
    found = true;
  }
  if (!found && !if_exists)
    throw Error("no tun or tap device matches " + quote(pattern));
}

/// Whoever names devices beside --all means those alone.
void require_no_choice_beside_all(const DelRequest& request) {
  if (!request.all || (request.names.empty() && request.match.empty()))
    return;
  throw usage_error(
      "--all: excludes " + (request.names.empty() ? "--match " + quote(request.match.front())
                                                  : "the name " + request.names.front().quoted()),
      selection_hint);
}

const Link& require_kind(const Link& link, const DelRequest& request) {
  const std::string device = "device " + link.name.quoted();
  if (request.mode && link.tun->mode != *request.mode)
    throw Error(device + ": is a " + mode_name(link.tun->mode) + ", not a " +
                mode_name(*request.mode));
  if (request.multi_queue && link.tun->multi_queue != *request.multi_queue)
    throw Error(device + (link.tun->multi_queue ? ": has several queues" : ": has one queue"));
  return link;
}

Devices devices_of(const Snapshot& current, const DelRequest& request) {
  Devices devices;
  for (const IfName& name : request.names) {
    if (current.find(name) == nullptr) {
      if (request.if_exists && !current.other_names.contains(name))
        continue;
      throw missing_device(current, name,
                           "tapctl list shows the devices; with --if-exists this is no error");
    }
    add_once(devices, require_kind(require_device(current, name), request));
  }
  for (const std::string& pattern : request.match)
    add_matching(devices, current, pattern, request.if_exists);
  if (request.all)
    add_matching(devices, current, "*", true);
  return devices;
}

}  // namespace

Plan plan_del(const Snapshot& current, const DelRequest& request) {
  if (request.names.empty() && request.match.empty() && !request.all)
    throw usage_error("no device name given", selection_hint);
  require_no_choice_beside_all(request);
  const Devices devices = devices_of(current, request);
  Plan plan;
  if (devices.empty())
    return plan;

  DeleteLinks deletion;
  for (const Link* link : devices) {
    if (link->tun->queues > 0 && !request.force)
      throw held_device(
          current, *link,
          "tapctl del " + printable(link->name.str()) + " --force deletes it all the same");
    if (!request.force)
      add_step(plan, HoldTun{.name = link->name, .tun = *link->tun}, {ReleaseTun{link->name}});
    deletion.names.push_back(link->name);
    plan.names.push_back(link->name.str());
    plan.changes.push_back({.subject = link->name.str(),
                            .attribute = "deleted",
                            .before = mode_name(link->tun->mode),
                            .after = {}});
  }
  // No undo: it is the last step, and it deletes all of them or none.
  add_step(plan, std::move(deletion), {});
  return plan;
}

}  // namespace tapctl

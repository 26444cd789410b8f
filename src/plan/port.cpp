// SPDX-License-Identifier: MIT
// Planner of `port`.
#include "plan/builder.hpp"
#include "plan/device_checks.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

namespace tapctl {

Plan plan_port(const Snapshot& current, const PortRequest& request) {
  if (is_empty(request.settings))
    throw usage_error("port " + request.port.quoted() + ": nothing to set");
  const Link* link = current.find(request.port);
  if (link == nullptr)
    throw missing_link(current, "port", request.port);
  if (!link->port)
    throw Error("link " + request.port.quoted() + ": is not a port of a bridge")
        .with_hint("tapctl bridge BR " + printable(request.port.str()) + " makes it one");
  if (request.bridge && link->master() != *request.bridge)
    throw Error("port " + request.port.quoted() + ": is not a port of " + request.bridge->quoted());
  Plan plan;
  set_port(plan, *link, request.settings);
  plan.names.push_back(request.port.str());
  return plan;
}

}  // namespace tapctl

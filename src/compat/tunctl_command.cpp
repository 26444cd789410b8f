// SPDX-License-Identifier: MIT
// tapctl tunctl, and tapctl as tunctl
#include "cli/run.hpp"
#include "compat/drop_in.hpp"
#include "compat/tunctl.hpp"
#include "input/values.hpp"

#include <unistd.h>

namespace tapctl {
namespace {

DelRequest deletion(const TunctlLine& line) {
  DelRequest request;
  request.names = {IfName::parse(line.name)};
  request.mode = line.mode;
  request.multi_queue = false;
  request.if_exists = true;  // tunctl makes it and deletes it again
  return request;
}

/// The last of `texts`, all of which have to be good.
std::optional<uint32_t> last_id(const char* what, const std::vector<std::string>& texts,
                                uint32_t (*parse)(const std::string&)) {
  std::optional<uint32_t> id;
  for (const std::string& text : texts) {
    require_decimal(what, text);
    id = parse(text);
  }
  return id;
}

AddRequest creation(const TunctlLine& line, std::optional<uint32_t> owner,
                    std::optional<uint32_t> group) {
  AddRequest request;
  request.attaches = true;
  request.default_owner = geteuid();
  request.names = {NameTemplate::parse(line.name.empty() ? "tap%d" : line.name)};
  request.wish.mode = line.mode;
  request.wish.pi = false;  // attaching without them turns them off
  request.wish.vnet_hdr = false;
  request.wish.owner = owner;
  request.wish.group = group;
  if (!owner && !group)
    request.wish.owner = request.default_owner;
  return request;
}

}  // namespace

int tunctl_command(Invocation& invocation) {
  if (prints_help(invocation, tunctl_help))
    return 0;
  const TunctlLine line = parse_tunctl(invocation.arguments);
  const auto owner = last_id("user", line.users, parse_user);
  const auto group = last_id("group", line.groups, parse_group);
  invocation.clone_device = line.clone_device;
  if (line.deletes) {
    Report report = mutate(invocation, deletion(line));
    return print_said(std::move(report), tunctl_text(line, line.name, {}, {}), invocation);
  }
  const AddRequest request = creation(line, owner, group);
  Report report = mutate(invocation, request);
  const std::string name = report.plan.names.front();
  return print_said(std::move(report),
                    tunctl_text(line, name, request.wish.owner, request.wish.group), invocation);
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// tapctl mktun and tapctl rmtun
#include "cli/run.hpp"
#include "compat/drop_in.hpp"
#include "compat/mktun.hpp"
#include "input/values.hpp"

#include <array>
#include <ctime>

namespace tapctl {
namespace {

/// "tun" and "tap" have no number yet.
std::string name_pattern(const MktunLine& line) {
  const bool is_open = line.name == "tun" || line.name == "tap";
  return is_open ? line.name + "%d" : line.name;
}

AddRequest creation(const MktunLine& line) {
  AddRequest request;
  request.names = {NameTemplate::parse(name_pattern(line))};
  request.attaches = true;
  request.default_owner.reset();
  request.wish.mode = line.mode;
  request.wish.pi = false;  // attaching without them turns them off
  request.wish.vnet_hdr = false;
  request.wish.one_queue = true;
  request.wish.owner = when_given(line.user, parse_user);
  request.wish.group = when_given(line.group, parse_group);
  request.wish.link.mac = line.mac;
  request.wish.link.txqueuelen = line.txqueuelen;
  return request;
}

DelRequest deletion(const MktunLine& line) {
  // They change nothing here, but have to be good, as with openvpn.
  when_given(line.user, parse_user);
  when_given(line.group, parse_group);
  DelRequest request;
  request.names = {IfName::parse(line.name)};
  request.mode = line.mode;
  request.multi_queue = false;
  request.if_exists = true;  // openvpn makes it and deletes it again
  return request;
}

/// As openvpn writes its log: each line with the local time.
std::string log_text(const std::vector<std::string>& lines) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  std::array<char, 32> stamp{};
  localtime_r(&now, &parts);
  const size_t size = std::strftime(stamp.data(), stamp.size(), "%F %T ", &parts);
  std::string text;
  for (const std::string& line : lines)
    text += std::string(stamp.data(), size) + line + "\n";
  return text;
}

int run_mktun(MktunAction action, Invocation& invocation) {
  if (prints_help(invocation, mktun_help))
    return 0;
  const MktunLine line = parse_mktun(action, invocation.arguments);
  invocation.clone_device = line.clone_device;
  const bool is_made = line.action == MktunAction::make;
  Report report = is_made ? mutate(invocation, creation(line)) : mutate(invocation, deletion(line));
  const std::string name = is_made ? report.plan.names.front() : line.name;
  return print_said(std::move(report), log_text(mktun_lines(line, name)), invocation);
}

}  // namespace

int mktun_command(Invocation& invocation) {
  return run_mktun(MktunAction::make, invocation);
}

int rmtun_command(Invocation& invocation) {
  return run_mktun(MktunAction::remove, invocation);
}

}  // namespace tapctl

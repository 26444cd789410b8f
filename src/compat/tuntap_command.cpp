// SPDX-License-Identifier: MIT
// tapctl tuntap
#include "cli/run.hpp"
#include "compat/drop_in.hpp"
#include "compat/tuntap.hpp"
#include "input/values.hpp"
#include "report/output.hpp"
#include "util/error.hpp"

#include <string_view>

namespace tapctl {
namespace {

/// The options of ip(8) that stand before its command, and mean something here.
struct IpOptions {
  TuntapFormat format;
  bool json = false;
};

/// Takes them from the front of `words`; they may be cut, and have one dash or two.
IpOptions take_options(std::vector<std::string>& words) {
  IpOptions options;
  while (!words.empty() && words.front().size() > 1 && words.front()[0] == '-') {
    std::string_view name = words.front();
    name.remove_prefix(name.starts_with("--") ? 2 : 1);
    const auto is = [&](std::string_view full) { return !name.empty() && full.starts_with(name); };
    if (is("details"))
      options.format.details = true;
    else if (is("json"))
      options.json = true;
    else if (is("pretty"))
      options.format.pretty = true;
    else if (is("oneline"))
      options.format.oneline = true;
    else
      throw usage_error("unknown option '" + words.front() + "'",
                        "-details, -json, -pretty, -oneline; tapctl tuntap help says more");
    words.erase(words.begin());
  }
  return options;
}

int show(const Invocation& invocation, const IpOptions& options) {
  const Snapshot state = read_state(
      invocation, {.all_links = true, .tun_flags = true, .holders = options.format.details});
  const std::vector<TuntapRow> rows = tuntap_rows(state);
  const bool json = options.json || invocation.global.report.json;
  write_stdout(json ? tuntap_json(rows, options.format) : tuntap_text(rows, options.format));
  say_what_was_not_seen(state, invocation.global.report);
  return 0;
}

AddRequest creation(const TuntapLine& line) {
  AddRequest request;
  const std::string pattern = mode_name(*line.mode) + std::string("%d");
  request.names = {NameTemplate::parse(line.name.empty() ? pattern : line.name)};
  request.exclusive = true;
  request.default_owner.reset();
  DeviceWish& wish = request.wish;
  wish.mode = line.mode;
  for (const std::string& user : line.users)
    wish.owner = parse_user(user);
  for (const std::string& group : line.groups)
    wish.group = parse_group(group);
  wish.one_queue = line.one_queue;
  wish.pi = line.pi;
  wish.vnet_hdr = line.vnet_hdr;
  wish.multi_queue = line.multi_queue;
  return request;
}

DelRequest deletion(const TuntapLine& line) {
  if (line.name.empty())
    throw usage_error("no device name given");
  DelRequest request;
  request.names = {IfName::parse(line.name)};
  request.mode = line.mode;
  request.multi_queue = line.multi_queue;
  request.if_exists = true;  // ip makes it and deletes it again
  return request;
}

}  // namespace

int tuntap_command(Invocation& invocation) {
  if (prints_help(invocation, tuntap_help))
    return 0;
  std::vector<std::string> words = invocation.arguments;
  const IpOptions options = take_options(words);
  const TuntapLine line = parse_tuntap(words);
  switch (line.action) {
    case TuntapLine::Action::show:
      return show(invocation, options);
    case TuntapLine::Action::help:
      write_stderr(tuntap_help);
      return invocation.usage_status;
    case TuntapLine::Action::add:
      return print_said(mutate(invocation, creation(line)), "", invocation);
    case TuntapLine::Action::del:
      break;
  }
  return print_said(mutate(invocation, deletion(line)), "", invocation);
}

}  // namespace tapctl

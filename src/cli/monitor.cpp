// SPDX-License-Identifier: MIT
// tapctl monitor
#include "report/monitor.hpp"

#include "cli/parser.hpp"
#include "cli/wait.hpp"
#include "input/values.hpp"
#include "kernel/netns.hpp"
#include "kernel/watch.hpp"
#include "report/output.hpp"
#include "util/text.hpp"

#include <algorithm>

namespace tapctl {
namespace {

using namespace std::chrono_literals;

constexpr auto soon = 50ms;

struct MonitorOptions {
  std::vector<IfName> names;
  std::vector<std::string> patterns;
  bool timestamps = false;
  bool json = false;
};

bool is_wanted(const StateChange& change, const MonitorOptions& options) {
  if (options.names.empty() && options.patterns.empty())
    return true;
  return std::ranges::any_of(links_of(change), [&](const IfName& link) {
    const auto matches = [&](const std::string& p) { return glob_match(p, link.str()); };
    return std::ranges::find(options.names, link) != options.names.end() ||
           std::ranges::any_of(options.patterns, matches);
  });
}

/// False when it is to end.
bool print_news(Waiter& waiter, const News& news, const MonitorOptions& options) {
  const Noticed time =
      options.timestamps ? Noticed(std::chrono::system_clock::now()) : std::nullopt;
  if (news.lost && !options.json)
    write_stderr(text_lost());
  if (news.lost && options.json && !waiter.write(json_lost(time)))
    return false;
  for (const StateChange& change : news.changes) {
    if (!is_wanted(change, options))
      continue;
    for (const std::string& line :
         options.json ? json_change(change, time) : text_change(change, time)) {
      if (!waiter.write(line))
        return false;
    }
  }
  return true;
}

int monitor(const MonitorOptions& options) {
  Waiter waiter;
  Watch watch;
  for (;;) {
    const News news = watch.take();
    if (!print_news(waiter, news, options))
      return 0;
    const auto limit = news.more ? std::optional(soon) : std::nullopt;
    if (waiter.wait(watch.descriptor(), limit) == Woke::ended)
      return 0;
  }
}

}  // namespace

int monitor_command(Invocation& invocation) {
  std::vector<std::string> words;
  MonitorOptions options;
  Parser parser(invocation, "Prints a line for each change of links, addresses and default routes.",
                "[NAME...] [OPTIONS]");
  parser.positionals("NAME", words, "link, which need not exist (default: all)");
  parser.option("--match", options.patterns, "GLOB", "links whose name matches, such as 'vm*'");
  parser.flag("--timestamps", options.timestamps, "with the time of each change");
  if (!parser.parse())
    return 0;
  options.names = parse_names(words);
  options.json = invocation.global.report.json;
  if (invocation.global.netns)
    enter_netns(*invocation.global.netns);
  return monitor(options);
}

}  // namespace tapctl

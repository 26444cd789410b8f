// SPDX-License-Identifier: MIT
// What `tapctl monitor` prints as text.
#include "model/setting_text.hpp"
#include "report/accounts.hpp"
#include "report/link_changes.hpp"
#include "report/link_text.hpp"
#include "report/monitor.hpp"
#include "report/selection.hpp"
#include "util/text.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace tapctl {
namespace {

using Lines = std::vector<std::string>;

/// Local time: "2026-11-24 13:05:00.123  ".
std::string time_prefix(const Noticed& noticed) {
  if (!noticed)
    return {};
  const std::time_t time = std::chrono::system_clock::to_time_t(*noticed);
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::milliseconds>(noticed->time_since_epoch());
  std::tm parts{};
  std::array<char, 32> date{};
  std::array<char, 8> fraction{};
  localtime_r(&time, &parts);
  const size_t size = std::strftime(date.data(), date.size(), "%F %T", &parts);
  (void)std::snprintf(fraction.data(), fraction.size(), ".%03d  ",
                      static_cast<int>(since_epoch.count() % 1000));
  return std::string(date.data(), size) + fraction.data();
}

std::string account_text(std::string_view key, const std::optional<uint32_t>& id) {
  if (!id)
    return "none";
  return key == "owner" ? user_text(*id) : group_text(*id);
}

template <class T>
std::string value_text(std::string_view key, const T& value) {
  const std::string text = setting_text(key, value);
  if (text.empty())
    return "none";
  return key == "ifalias" ? quote(text) : printable(text);
}

template <>
std::string value_text(std::string_view key, const std::optional<uint32_t>& value) {
  return account_text(key, value);
}

/// What is called otherwise in text.
std::string attribute_text(std::string_view key) {
  if (key == "address")
    return "MAC";
  if (key == "ifalias")
    return "alias";
  return key == "queues" ? "attached queues" : std::string(key);
}

template <class T>
std::string attribute_change(std::string_view key, const T& before, const T& after) {
  const std::string now = value_text(key, after);
  if (key == "ifname")
    return "renamed to " + now;
  if (key == "up")
    return now == "on" ? "up" : "down";
  if (key == "carrier")
    return "carrier " + now;
  return attribute_text(key) + " " + value_text(key, before) + " -> " + now;
}

std::string kind_text(const Link& link) {
  if (link.tun)
    return mode_name(link.tun->mode);
  return link.kind.empty() ? "link" : printable(link.kind);
}

std::string new_link_text(const Link& link) {
  Lines facts{kind_text(link), state_text(link)};
  if (link.tun && link.tun->owner)
    facts.push_back("owner " + user_text(*link.tun->owner));
  if (link.tun && link.tun->group)
    facts.push_back("group " + group_text(*link.tun->group));
  if (link.settings.mtu)
    facts.push_back("mtu " + std::to_string(*link.settings.mtu));
  if (link.settings.mac)
    facts.push_back("MAC " + link.settings.mac->str());
  if (!link.master().empty())
    facts.push_back("master " + printable(link.master().str()));
  return "added (" + join(facts, ", ") + ")";
}

Lines lines_of(const Changed<Link>& change) {
  const std::optional<Link>& before = change.before;
  const std::optional<Link>& after = change.after;
  const std::string subject = printable((before ? before : after)->name.str()) + ": ";
  if (!before)
    return {subject + new_link_text(*after)};
  if (!after)
    return {subject + "removed"};
  Lines lines;
  for_each_change(*before, *after, [&](const char* key, const auto& was, const auto& is) {
    const bool is_rename = std::string_view(key) == "ifname";
    lines.push_back((is_rename ? subject : printable(after->name.str()) + ": ") +
                    attribute_change(key, was, is));
  });
  return lines;
}

Lines lines_of(const Changed<Address>& change) {
  const auto& [before, after] = change;
  if (before && after && !is_visibly_changed(*before, *after))
    return {};
  const Address& address = after ? *after : *before;
  const char* verb = before ? after ? " changed" : " removed" : " added";
  std::string flags;
  if (after && (after->flags & address_flag::dadfailed) != 0)
    flags += " (duplicate)";
  if (after && (after->flags & address_flag::deprecated) != 0)
    flags += " (deprecated)";
  return {printable(address.link.str()) + ": address " + address_text(address) + verb + flags};
}

Lines lines_of(const Changed<Route>& change) {
  const auto& [before, after] = change;
  if (!before)
    return {default_route_text(*after) + ": added"};
  if (!after)
    return {default_route_text(*before) + ": removed"};
  return {default_route_text(*before) + ": replaced by " + default_route_text(*after)};
}

}  // namespace

bool is_visibly_changed(const Address& before, const Address& after) {
  constexpr uint32_t usable = address_flag::dadfailed | address_flag::deprecated;
  return !same_address(before, after) || (before.flags & usable) != (after.flags & usable);
}

std::vector<std::string> text_change(const StateChange& change, const Noticed& time) {
  Lines lines = std::visit([](const auto& changed) { return lines_of(changed); }, change);
  for (std::string& line : lines)
    line.insert(0, time_prefix(time)).append("\n");
  return lines;
}

std::string text_lost() {
  return "tapctl: some changes came faster than they were read: all was read again, and what "
         "differs is printed\n";
}

}  // namespace tapctl

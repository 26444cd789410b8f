// SPDX-License-Identifier: MIT
// What `tapctl monitor --json` prints: one object a line.
#include "report/json_values.hpp"
#include "report/link_changes.hpp"
#include "report/monitor.hpp"

#include <utility>

namespace tapctl {
namespace {

Json event(const char* name) {
  return {{"schema", 1}, {"command", "monitor"}, {"event", name}};
}

template <class T>
void put_value(Json& object, const char* key, const T& value) {
  if constexpr (std::is_same_v<T, IfName>)
    put_name(object, key, value);
  else if constexpr (std::is_same_v<T, Mac>)
    object[key] = value.str();
  else if constexpr (std::is_same_v<T, std::string>)
    put_text(object, key, value);
  else if constexpr (std::is_same_v<T, std::optional<uint32_t>>)
    object[key] = value ? Json(*value) : Json(nullptr);
  else
    object[key] = value;
}

void put_link(Json& object, const Link& link) {
  put_name(object, "ifname", link.name);
  object["ifindex"] = link.ifindex;
}

std::vector<Json> events_of(const Changed<Link>& change) {
  const std::optional<Link>& before = change.before;
  const std::optional<Link>& after = change.after;
  if (!before || !after) {
    const Link& link = before ? *before : *after;
    Json out = event(before ? "link_removed" : "link_added");
    put_link(out, link);
    out["link"] = to_json(link);
    put_port(out["link"], link);
    if (link.bridge)
      put_settings(out["link"], *link.bridge);
    return {out};
  }
  std::vector<Json> events;
  for_each_change(*before, *after, [&](const char* key, const auto& was, const auto& is) {
    Json out = event("link_changed");
    put_link(out, *after);
    out["attribute"] = key;
    put_value(out, "before", was);
    put_value(out, "after", is);
    events.push_back(out);
  });
  return events;
}

std::vector<Json> events_of(const Changed<Address>& change) {
  const auto& [before, after] = change;
  const bool both = before && after;
  if (both && !is_visibly_changed(*before, *after))
    return {};
  Json out = event(both ? "address_changed" : before ? "address_removed" : "address_added");
  put_name(out, "ifname", (after ? after : before)->link);
  if (both)
    out["before"] = to_json(*before);
  out["address"] = to_json(after ? *after : *before);
  return {out};
}

std::vector<Json> events_of(const Changed<Route>& change) {
  const auto& [before, after] = change;
  const bool both = before && after;
  Json out = event(both     ? "default_route_replaced"
                   : before ? "default_route_removed"
                            : "default_route_added");
  if (both)
    out["before"] = to_json(*before);
  out["route"] = to_json(after ? *after : *before);
  return {out};
}

/// Seconds since 1970, to the millisecond.
std::string print_event(Json object, const Noticed& noticed) {
  if (noticed) {
    const auto time =
        std::chrono::duration_cast<std::chrono::milliseconds>(noticed->time_since_epoch());
    object["time"] = static_cast<double>(time.count()) / 1000;
  }
  return print_json_line(object);
}

}  // namespace

std::vector<std::string> json_change(const StateChange& change, const Noticed& time) {
  std::vector<std::string> lines;
  for (Json& object : std::visit([](const auto& changed) { return events_of(changed); }, change))
    lines.push_back(print_event(std::move(object), time));
  return lines;
}

std::string json_lost(const Noticed& time) {
  return print_event(event("events_lost"), time);
}

}  // namespace tapctl

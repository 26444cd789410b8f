// SPDX-License-Identifier: MIT
// Which attributes of a link differ: the same for text and JSON.
#pragma once

#include "model/link.hpp"
#include "model/settings.hpp"

#include <optional>
#include <string_view>

namespace tapctl {

/// Calls `visit(key, before, after)` for each setting that both have and that differs.
template <Settings T, class Visitor>
void for_each_changed_setting(const T& before, const T& after, Visitor&& visit) {
  for_each_field<T>([&](const char* key, auto member) {
    if (before.*member && after.*member && before.*member != after.*member)
      visit(key, *(before.*member), *(after.*member));
  });
}

/// Owner and group are optional numbers; absent is none.
template <class Visitor>
void for_each_changed_attribute(const TunDevice& before, const TunDevice& after, Visitor&& visit) {
  const auto compare = [&](const char* key, auto member) {
    if (before.*member != after.*member)
      visit(key, before.*member, after.*member);
  };
  compare("queues", &TunDevice::queues);
  compare("owner", &TunDevice::owner);
  compare("group", &TunDevice::group);
  compare("pi", &TunDevice::pi);
  compare("vnet_hdr", &TunDevice::vnet_hdr);
  compare("multi_queue", &TunDevice::multi_queue);
  compare("persist", &TunDevice::persist);
}

/// Calls `visit(key, before, after)` for each attribute that `status` shows and that differs, by
/// the keys of its JSON document; the name comes first. Not for operstate and addr_gen_mode, which
/// follow others.
template <class Visitor>
void for_each_change(const Link& before, const Link& after, Visitor&& visit) {
  if (before.name != after.name)
    visit("ifname", before.name, after.name);
  for_each_changed_setting(before.settings, after.settings,
                           [&](std::string_view key, const auto& was, const auto& is) {
                             if (key != "addr_gen_mode")
                               visit(key.data(), was, is);
                           });
  if (before.carrier != after.carrier)
    visit("carrier", before.carrier, after.carrier);
  if (before.tun && after.tun)
    for_each_changed_attribute(*before.tun, *after.tun, visit);
  if (before.bridge && after.bridge)
    for_each_changed_setting(*before.bridge, *after.bridge, visit);
  if (before.port && after.port && before.master() == after.master())
    for_each_changed_setting(*before.port, *after.port, visit);
}

}  // namespace tapctl

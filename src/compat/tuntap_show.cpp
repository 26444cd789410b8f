// SPDX-License-Identifier: MIT
// The output of `ip tuntap show`.
#include "compat/tuntap.hpp"
#include "util/text.hpp"

#include <nlohmann/json.hpp>

#include <linux/if_tun.h>

#include <array>
#include <cstdio>
#include <utility>

namespace tapctl {
namespace {

using Json = nlohmann::ordered_json;

/// The flags of a device; where sysfs did not tell, those that rtnetlink has.
uint32_t flags_of(const Snapshot& snapshot, const Link& link) {
  const auto found = snapshot.tun_flags.find(link.name);
  if (found != snapshot.tun_flags.end())
    return found->second;
  const TunDevice& tun = *link.tun;
  uint32_t flags = tun.mode == TunMode::tap ? IFF_TAP : IFF_TUN;
  flags |= tun.pi ? 0U : IFF_NO_PI;
  flags |= tun.vnet_hdr ? IFF_VNET_HDR : 0U;
  flags |= tun.multi_queue ? IFF_MULTI_QUEUE : 0U;
  return flags | (tun.persist ? IFF_PERSIST : 0U);
}

/// In ip's words and order: those that have no name are one number at the end.
std::vector<std::string> flag_words(uint32_t flags) {
  static constexpr std::array<std::pair<uint32_t, const char*>, 6> named{
      {{IFF_TUN, "tun"},
       {IFF_TAP, "tap"},
       {IFF_ONE_QUEUE, "one_queue"},
       {IFF_MULTI_QUEUE, "multi_queue"},
       {IFF_VNET_HDR, "vnet_hdr"},
       {IFF_PERSIST, "persist"}}};
  std::vector<std::string> words;
  const bool has_pi = (flags & IFF_NO_PI) == 0;
  for (const auto& [flag, word] : named) {
    if ((flags & flag) == 0)
      continue;
    words.emplace_back(word);
    if (has_pi && words.size() == 1)
      words.emplace_back("pi");
    flags &= ~flag;
  }
  if (has_pi)
    words.emplace_back("filter");  // the bit of IFF_NO_PI was once IFF_NOFILTER
  flags &= ~uint32_t{IFF_NO_PI};
  if (flags != 0) {
    std::array<char, 16> number{};
    std::snprintf(number.data(), number.size(), "%#x", flags);
    words.emplace_back(number.data());
  }
  return words;
}

std::vector<const Link*> devices_of(const Snapshot& snapshot) {
  std::vector<const Link*> devices;
  for (const Link& link : snapshot.links) {
    if (link.tun)
      devices.push_back(&link);
  }
  return devices;
}

std::vector<Holder> holders_of(const Snapshot& snapshot, const Link& link) {
  const auto found = snapshot.holders.find(link.name);
  return found == snapshot.holders.end() ? std::vector<Holder>() : found->second;
}

std::string line_of(const Snapshot& snapshot, const Link& link, const TuntapFormat& format) {
  std::string text =
      printable(link.name.str()) + ": " + join(flag_words(flags_of(snapshot, link)), " ");
  if (link.tun->owner)
    text += " user " + std::to_string(*link.tun->owner);
  if (link.tun->group)
    text += " group " + std::to_string(*link.tun->group);
  if (format.details) {
    text += format.oneline ? "\\\t" : "\n\t";
    text += "Attached to processes:";
    for (const Holder& holder : holders_of(snapshot, link))
      text += printable(holder.command) + "(" + std::to_string(holder.pid) + ")";
  }
  return text + "\n";
}

Json json_of(const Snapshot& snapshot, const Link& link, const TuntapFormat& format) {
  Json out = {{"ifname", printable(link.name.str())},
              {"flags", flag_words(flags_of(snapshot, link))}};
  if (link.tun->owner)
    out["user"] = *link.tun->owner;
  if (link.tun->group)
    out["group"] = *link.tun->group;
  if (format.details) {
    out["processes"] = Json::array();
    for (const Holder& holder : holders_of(snapshot, link))
      out["processes"].push_back({{"name", printable(holder.command)}, {"pid", holder.pid}});
  }
  return out;
}

}  // namespace

std::string tuntap_text(const Snapshot& snapshot, const TuntapFormat& format) {
  std::string text;
  for (const Link* link : devices_of(snapshot))
    text += line_of(snapshot, *link, format);
  return text;
}

std::string tuntap_json(const Snapshot& snapshot, const TuntapFormat& format, bool is_pretty) {
  Json out = Json::array();
  for (const Link* link : devices_of(snapshot))
    out.push_back(json_of(snapshot, *link, format));
  constexpr int indent = 4;
  return out.dump(is_pretty ? indent : -1) + "\n";
}

}  // namespace tapctl

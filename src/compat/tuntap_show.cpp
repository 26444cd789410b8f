// SPDX-License-Identifier: MIT
// The output of `ip tuntap show`.
#include "compat/tuntap.hpp"
#include "util/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace tapctl {
namespace {

/// The flags of a device; where sysfs did not tell, those that rtnetlink has.
uint32_t flags_of(const Snapshot& snapshot, const Link& link) {
  const auto found = snapshot.tun_flags.find(link.name);
  if (found != snapshot.tun_flags.end())
    return found->second;
  const TunDevice& tun = *link.tun;
  uint32_t flags = tun.mode == TunMode::tap ? tun_flag::tap : tun_flag::tun;
  flags |= tun.pi ? 0U : tun_flag::no_pi;
  flags |= tun.vnet_hdr ? tun_flag::vnet_hdr : 0U;
  flags |= tun.multi_queue ? tun_flag::multi_queue : 0U;
  return flags | (tun.persist ? tun_flag::persist : 0U);
}

/// In ip's words and order: those that have no name are one number at the end.
std::vector<std::string> flag_words(uint32_t flags) {
  static constexpr std::array<std::pair<uint32_t, const char*>, 6> named{
      {{tun_flag::tun, "tun"},
       {tun_flag::tap, "tap"},
       {tun_flag::one_queue, "one_queue"},
       {tun_flag::multi_queue, "multi_queue"},
       {tun_flag::vnet_hdr, "vnet_hdr"},
       {tun_flag::persist, "persist"}}};
  std::vector<std::string> words;
  const bool has_pi = (flags & tun_flag::no_pi) == 0;
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
  flags &= ~tun_flag::no_pi;
  if (flags != 0) {
    std::array<char, 16> number{};
    const int size = std::snprintf(number.data(), number.size(), "%#x", flags);
    words.emplace_back(number.data(), static_cast<size_t>(std::max(size, 0)));
  }
  return words;
}

std::string line_of(const TuntapRow& row, const TuntapFormat& format) {
  std::string text = printable(row.name.str()) + ": " + join(row.flags, " ");
  if (row.owner)
    text += " user " + std::to_string(*row.owner);
  if (row.group)
    text += " group " + std::to_string(*row.group);
  if (format.details) {
    text += format.oneline ? "\\\t" : "\n\t";
    text += "Attached to processes:";
    for (const Holder& holder : row.holders)
      text += printable(holder.command) + "(" + std::to_string(holder.pid) + ")";
  }
  return text + "\n";
}

}  // namespace

std::vector<TuntapRow> tuntap_rows(const Snapshot& snapshot) {
  std::vector<TuntapRow> rows;
  for (const Link& link : snapshot.links) {
    if (!link.tun)
      continue;
    TuntapRow row{.name = link.name,
                  .flags = flag_words(flags_of(snapshot, link)),
                  .owner = link.tun->owner,
                  .group = link.tun->group,
                  .holders = {}};
    if (const auto found = snapshot.holders.find(link.name); found != snapshot.holders.end())
      row.holders = found->second;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string tuntap_text(const std::vector<TuntapRow>& rows, const TuntapFormat& format) {
  std::string text;
  for (const TuntapRow& row : rows)
    text += line_of(row, format);
  return text;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// What `list` and `status` both say about a link.
#include "report/link_text.hpp"

#include "report/accounts.hpp"
#include "util/text.hpp"

namespace tapctl {

std::string state_text(const Link& link) {
  if (!link.settings.up.value_or(false))
    return "down";
  return link.carrier ? "up" : "no-carrier";
}

std::vector<std::string> flag_words(const TunDevice& tun) {
  std::vector<std::string> words;
  if (tun.multi_queue)
    words.emplace_back("multi-queue");
  if (tun.vnet_hdr)
    words.emplace_back("vnet-hdr");
  if (tun.pi)
    words.emplace_back("pi");
  if (!tun.persist)
    words.emplace_back("transient");
  return words;
}

std::string address_text(const Address& address) {
  const std::string length = "/" + std::to_string(address.prefixlen);
  return address.peer ? address.local.str() + " peer " + address.peer->str() + length
                      : address.local.str() + length;
}

std::vector<std::string> address_texts(const Snapshot& snapshot, const IfName& link) {
  std::vector<std::string> texts;
  for (const Address& address : snapshot.addresses) {
    if (address.link != link || address.local.is_link_local())
      continue;
    texts.push_back(address_text(address));
  }
  return texts;
}

std::vector<std::string> holder_texts(const Snapshot& snapshot, const Link& device) {
  std::vector<std::string> texts;
  if (const auto found = snapshot.holders.find(device.name); found != snapshot.holders.end()) {
    for (const Holder& holder : found->second)
      texts.push_back(std::to_string(holder.pid) + " (" + printable(holder.command) + ", user " +
                      user_text(holder.uid) + ")");
  }
  if (texts.empty() && device.tun && device.tun->queues > 0)
    texts.emplace_back("a process");
  return texts;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The attributes that `add` and `set` share.
#include "cli/device_options.hpp"

#include "input/values.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

namespace tapctl {
namespace {

std::optional<bool> if_set(bool flag) {
  return flag ? std::optional(true) : std::nullopt;
}

}  // namespace

void DeviceOptions::add_to(Parser& parser, Devices devices) {
  const bool added = devices == Devices::added;
  const std::string fixed = added ? "" : ": cannot be changed";
  parser.option("-m,--mode", mode_, "tap|tun",
                "layer 2 or 3" + (added ? " (default: tun for tun*, else tap)" : fixed));
  parser.option("-u,--user", user_, "USER|UID",
                added ? "who may attach (default: you)" : "who may attach");
  parser.option("-g,--group", group_, "GROUP|GID",
                "which group may attach; with --user both count");
  parser.option("--mac", mac_, "MAC", "MAC address");
  parser.option("--mtu", mtu_, "BYTES", "largest packet");
  parser.option("--txqueuelen", txqueuelen_, "PACKETS", "length of the transmit queue");
  parser.option("--alias", alias_, "TEXT", "a description");
  parser.flag("--up", up_, "bring it up");
  parser.flag("--down", down_, added ? "leave it down, or take it down" : "take it down");
  parser.option("-a,--address", addresses_, "CIDR", "IP address with prefix length; repeatable");
  parser.option("--peer", peer_, "IP", "far end of a point-to-point address");
  parser.option("--bridge", bridge_, "BR", "make it a port of that bridge");
  parser.flag("--multi-queue", multi_queue_, "several queues" + fixed);
  parser.flag("--vnet-hdr", vnet_hdr_, "packets carry a virtio-net header");
  parser.flag("--pi", pi_, "packets carry a protocol header");
}

std::optional<bool> DeviceOptions::up() const {
  if (up_ && down_)
    throw usage_error("--up and --down: exclude each other");
  if (!up_ && !down_)
    return std::nullopt;
  return up_;
}

DeviceWish DeviceOptions::wish() const {
  DeviceWish wish;
  wish.mode = when_given(mode_, [](const std::string& text) { return parse_mode("--mode", text); });
  wish.owner = when_given(user_, parse_user);
  wish.group = when_given(group_, parse_group);
  wish.link.mac = when_given(mac_, for_option("--mac", Mac::parse));
  wish.link.mtu = when_given(
      mtu_, [](const std::string& text) { return parse_number("--mtu", text, range::mtu); });
  wish.link.txqueuelen = when_given(txqueuelen_, [](const std::string& text) {
    return parse_number("--txqueuelen", text, range::txqueuelen);
  });
  wish.link.alias =
      when_given(alias_, [](const std::string& text) { return parse_alias("--alias", text); });
  wish.link.master = when_given(bridge_, for_option("--bridge", IfName::parse));
  wish.link.up = up();
  const auto to_address = for_option(
      "--address", [&](const std::string& text) { return parse_address(text, peer_.has_value()); });
  for (const std::string& text : addresses_)
    wish.addresses.push_back(to_address(text));
  wish.peer = when_given(peer_, for_option("--peer", IpAddress::parse));
  wish.multi_queue = if_set(multi_queue_);
  wish.vnet_hdr = if_set(vnet_hdr_);
  wish.pi = if_set(pi_);
  return wish;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Checks of the host as such: the clone device, privilege, a root file system over the network.
#include "doctor/checks.hpp"
#include "plan/command_line.hpp"
#include "util/text.hpp"

#include <array>
#include <cerrno>
#include <cstring>

namespace tapctl {
namespace {

constexpr uint32_t open_to_all = 0666;

/// "0600 root" has no meaning across user namespaces, so ids stay numbers.
std::string mode_text(const CloneDevice& device) {
  std::string digits = "0000";
  for (size_t i = 0; i < digits.size(); ++i)
    digits[digits.size() - 1 - i] = static_cast<char>('0' + ((device.mode >> (3 * i)) & 7U));
  return "mode " + digits + ", uid " + std::to_string(device.uid) + ", gid " +
         std::to_string(device.gid);
}

Finding clone_finding(std::string evidence, std::vector<std::string> remedy) {
  return {.id = "clone-device",
          .severity = Severity::problem,
          .subject = {},
          .evidence = "/dev/net/tun " + std::move(evidence),
          .remedy = std::move(remedy)};
}

std::vector<std::string> make_node() {
  return {"mkdir -p /dev/net", "mknod -m 0666 /dev/net/tun c 10 200"};
}

}  // namespace

Findings check_open_change(const Examined& host) {
  const auto& change = host.facts.open_change;
  if (!change)
    return {};
  Finding finding{.id = "change-not-over",
                  .severity = Severity::problem,
                  .subject = {},
                  .evidence = "transaction " + change->id + " was interrupted: " + change->command,
                  .remedy = {"tapctl recover"}};
  if (change->left_seconds) {
    finding.severity = Severity::warning;
    finding.evidence = "transaction " + change->id + " waits to be confirmed for " +
                       std::to_string(*change->left_seconds) +
                       " s more, and no other change can be made: " + change->command;
    finding.remedy = {"# to keep it; tapctl rollback " + change->id + " takes it back:",
                      "tapctl confirm " + change->id};
  }
  return {finding};
}

Findings check_clone_device(const Examined& host) {
  const CloneDevice& device = host.facts.clone;
  if (!device.exists && !device.has_driver)
    return {clone_finding("is not there, and the tun driver is not loaded", {"modprobe tun"})};
  if (!device.exists)
    return {clone_finding("is not there, though the kernel has the tun driver", make_node())};
  if (!device.is_clone) {
    std::vector<std::string> remedy = {"rm /dev/net/tun", make_node().back()};
    return {clone_finding("is not character device 10:200", remedy)};
  }
  // A mode that keeps an ordinary user out is the next check's.
  if (device.errnum == 0 || device.errnum == EACCES)
    return {};
  return {clone_finding(
      "cannot be opened: " + std::string(strerrordesc_np(device.errnum)),
      {"# the container's device rules have to allow it, such as:",
       "# docker run --device /dev/net/tun; systemd-nspawn --bind=/dev/net/tun; in LXC:",
       "# lxc.cgroup2.devices.allow = c 10:200 rwm"})};
}

Findings check_clone_device_mode(const Examined& host) {
  const CloneDevice& device = host.facts.clone;
  if (!device.is_clone || (device.mode & open_to_all) == open_to_all)
    return {};
  return {{.id = "clone-device-mode",
           .severity = Severity::warning,
           .subject = {},
           .evidence = "/dev/net/tun has " + mode_text(device) +
                       ": a guest of another user cannot attach, even as the owner of its tap",
           .remedy = {"chmod 0666 /dev/net/tun",
                      "# who may attach is then up to owner and group of each device"}}};
}

Findings check_capability(const Examined& host) {
  if (host.facts.has_capability)
    return {};
  Finding finding{.id = "no-capability",
                  .severity = Severity::info,
                  .subject = {},
                  .evidence = "CAP_NET_ADMIN is missing: nothing can be changed",
                  .remedy = {"sudo tapctl doctor"}};
  if (host.facts.is_root) {
    finding.severity = Severity::problem;
    finding.evidence += ", though this is uid 0";
    finding.remedy = {
        "# give it to the container or unit, such as:",
        "# docker run --cap-add NET_ADMIN; systemd: AmbientCapabilities=CAP_NET_ADMIN"};
  }
  return {finding};
}

Findings check_nfs_root(const Examined& host) {
  const auto& root = host.facts.nfs_root;
  const Link* link = root ? host.snapshot.find(root->link) : nullptr;
  if (link == nullptr || link->bridge)
    return {};
  return {{.id = "nfs-root",
           .severity = Severity::problem,
           .subject = link->name,
           .evidence = "the root file system is " + quote(root->source) + " over " +
                       link->name.quoted() +
                       " (/proc/self/mounts): a move that stalls leaves no program to mend it with",
           .remedy = {"# take another link as the uplink, or have the initramfs build the bridge:",
                      "# kernel command line: bridge=virbr0:" + printable(link->name.str()) +
                          " ip=virbr0:dhcp (dracut)"}}};
}

}  // namespace tapctl

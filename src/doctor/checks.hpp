// SPDX-License-Identifier: MIT
// The checks of `doctor`: pure functions from what was read to what is wrong, one a trouble.
#pragma once

#include "model/finding.hpp"
#include "model/host_facts.hpp"
#include "model/snapshot.hpp"

#include <string>
#include <vector>

namespace tapctl {

/// What the checks look at, with the questions that several of them have.
struct Examined {
  const Snapshot& snapshot;
  const HostFacts& facts;

  [[nodiscard]] bool has_default_route(const IfName& link) const;
  /// Carries the host's own traffic into a bridge, or would: the port that an uplink was moved
  /// from, a port that is no tap and no veth, or the link of a default route that could be a port.
  [[nodiscard]] bool is_uplink(const Link& link) const;
  /// The bridge of a port, or null.
  [[nodiscard]] const Link* bridge_of(const Link& link) const;
  [[nodiscard]] std::vector<const Link*> bridges() const;
};

using Findings = std::vector<Finding>;

// Each returns no finding, or those of one kind; man/tapctl.8 has the meaning of each id.
Findings check_clone_device(const Examined& host);       ///< clone-device
Findings check_clone_device_mode(const Examined& host);  ///< clone-device-mode
Findings check_capability(const Examined& host);         ///< no-capability
Findings check_nfs_root(const Examined& host);           ///< nfs-root
Findings check_forward_drop(const Examined& host);       ///< forward-drop
Findings check_ip_forward(const Examined& host);         ///< ip-forward-off
Findings check_wireless(const Examined& host);           ///< wifi-uplink
Findings check_macvlan(const Examined& host);            ///< macvlan-uplink
Findings check_addresses(const Examined& host);          ///< address-on-port
Findings check_open_change(const Examined& host);        ///< change-not-over
Findings check_dhcp_client(const Examined& host);        ///< dhcp-client-on-port
Findings check_owner(const Examined& host);              ///< tap-without-owner
Findings check_stp(const Examined& host);                ///< stp-delay
Findings check_bridge_mac(const Examined& host);         ///< bridge-mac-not-fixed
Findings check_mtu(const Examined& host);                ///< mtu-mismatch
Findings check_querier(const Examined& host);            ///< no-multicast-querier
Findings check_port_limit(const Examined& host);         ///< port-limit
Findings check_managers(const Examined& host);           ///< networkmanager, networkd, ...

/// True when a name can stand in a configuration file as it is: letters, digits, '.', '_', '-'.
bool is_plain(const IfName& name);

/// The lines that make `kind` leave a link and its bridge alone until the next boot, as tapctl's
/// own work lasts; they go with the boot too, so that nobody is left without a network then.
std::vector<std::string> unmanage_lines(const Examined& host, ManagerKind kind, const Link& link);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The clone device /dev/net/tun: creating, changing and holding tun/tap devices.
#pragma once

#include "plan/op.hpp"
#include "util/fd.hpp"

#include <map>
#include <vector>

namespace tapctl {

/// Throws an Error with a hint when /dev/net/tun cannot be opened (ENOENT: modprobe tun; EACCES,
/// EPERM: who may).
void require_clone_device();

/// See the operations in plan/op.hpp. They throw Error; EBUSY names who holds the device.
/// Has this process open another node than /dev/net/tun. Throws Error where it is no clone device.
void use_clone_device(const std::string& path);

void create_tun(const CreateTun& op);
void set_tun(const SetTun& op);

/// The devices that this process keeps attached, until release() or destruction.
class TunHolds {
 public:
  void hold(const HoldTun& op);
  void release(const ReleaseTun& op);
  /// Takes the persistence of a device that is held, and lets it go, which ends it: the only way
  /// for an owner without CAP_NET_ADMIN. Throws Error; EPERM where it is not held.
  void remove(const IfName& device);

 private:
  std::map<IfName, std::vector<Fd>> held_;
};

}  // namespace tapctl

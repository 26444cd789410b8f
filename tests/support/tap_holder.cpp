// SPDX-License-Identifier: MIT
// See tap_holder.hpp.
#include "support/tap_holder.hpp"

#include "util/fd.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>

namespace tapctl::test {

namespace {

bool become(User user) {
  return user.uid == 0 ||
         (::setgroups(0, nullptr) == 0 && ::setresgid(user.gid, user.gid, user.gid) == 0 &&
          ::setresuid(user.uid, user.uid, user.uid) == 0);
}

int hold(const std::string& name, User user, const std::function<void()>& ready) {
  ::prctl(PR_SET_NAME, "qemu-guest");
  const Fd tap(::open("/dev/net/tun", O_RDWR | O_CLOEXEC));
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  if (!tap || !become(user) || ::ioctl(tap.get(), TUNSETIFF, &request) != 0)
    return 1;
  // The uid changed, which made it undumpable: then only root in the first user namespace could
  // see what it has open.
  ::prctl(PR_SET_DUMPABLE, 1);
  ready();
  for (;;)
    ::pause();
}

}  // namespace

TapHolder::TapHolder(const std::string& name, User user)
    : child_([&](const std::function<void()>& ready) { return hold(name, user, ready); }) {}

}  // namespace tapctl::test

// SPDX-License-Identifier: MIT
// The ioctls of /dev/net/tun.
//
// A device that is not persistent lives as long as its last open file. Creation relies on that:
// TUNSETPERSIST comes last, so that closing the file after any failure leaves nothing behind.
#include "kernel/tun.hpp"

#include "kernel/clone_device.hpp"
#include "kernel/holders.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

namespace tapctl {
namespace {

/// What every attach of this process opens.
std::string clone_device = "/dev/net/tun";

/// MAX_TAP_QUEUES of drivers/net/tun.c: the next attach is E2BIG.
constexpr size_t most_queues = 256;

Error device_error(const IfName& name, std::string_view step, int errnum) {
  return Error::from_errno("device " + name.quoted() + ": " + std::string(step), errnum);
}

const char* open_hint(int errnum) {
  switch (errnum) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return "load the driver: modprobe tun; in a container, the node has to be created as well: "
             "mknod /dev/net/tun c 10 200";
    case EACCES:
      return "run it as root, such as with sudo; who else may open it, the mode and owner of "
             "/dev/net/tun say";
    case EPERM:
      return "the container's device rules have to allow character device 10:200";
    default:
      return "";
  }
}

/// Raises the soft limit of open files to the hard one. True when that gives room.
bool raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max)
    return false;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

/// Throws Error with a hint.
Fd open_clone_device() {
  Fd file(open(clone_device.c_str(), O_RDWR | O_CLOEXEC));
  int errnum = errno;
  if (!file && errnum == EMFILE && raise_file_limit()) {
    file = Fd(open(clone_device.c_str(), O_RDWR | O_CLOEXEC));
    errnum = errno;
  }
  if (!file)
    throw Error::from_errno("clone device " + quote(clone_device) + ": open", errnum)
        .with_hint(open_hint(errnum));
  return file;
}

unsigned tun_flags(const TunDevice& tun) {
  unsigned flags = tun.mode == TunMode::tap ? IFF_TAP : IFF_TUN;
  if (!tun.pi)
    flags |= IFF_NO_PI;
  if (tun.vnet_hdr)
    flags |= IFF_VNET_HDR;
  if (tun.multi_queue)
    flags |= IFF_MULTI_QUEUE;
  return flags;
}

/// The name goes in whole or not at all: the kernel would cut it.
ifreq make_request(const IfName& name, std::string_view step) {
  ifreq request{};
  if (name.empty() || name.str().size() >= sizeof request.ifr_name)
    throw device_error(name, step, name.empty() ? EINVAL : ENAMETOOLONG);
  std::memcpy(request.ifr_name, name.str().data(), name.str().size());
  return request;
}

/// TUNSETIFF. Returns 0 or errno; throws when the kernel took another name.
int attach(const Fd& file, const IfName& name, unsigned flags, std::string_view step) {
  ifreq request = make_request(name, step);
  request.ifr_flags = static_cast<short>(flags);
  if (ioctl(file.get(), TUNSETIFF, &request) != 0)
    return errno;
  const std::string_view got(request.ifr_name, strnlen(request.ifr_name, sizeof request.ifr_name));
  if (got != name.str())
    throw Error("device " + name.quoted() + ": " + std::string(step) + ": the kernel named it " +
                IfName::from_kernel(got).quoted());
  return 0;
}

Error set_error(const IfName& name, std::string_view what, uint32_t id, int errnum) {
  const std::string step = "set " + std::string(what) + " " + std::to_string(id);
  Error error = device_error(name, step, errnum);
  if (errnum == EINVAL)
    error.with_hint("this user namespace does not know that id");
  return error;
}

void set_owner(const Fd& file, const IfName& name, const TunDevice& tun) {
  const auto set = [&](unsigned long command, const char* what, uint32_t id) {
    if (ioctl(file.get(), command, static_cast<unsigned long>(id)) == 0)
      return;
    throw set_error(name, what, id, errno);
  };
  if (tun.owner)
    set(TUNSETOWNER, "owner", *tun.owner);
  if (tun.group)
    set(TUNSETGROUP, "group", *tun.group);
}

void set_persistent(const Fd& file, const IfName& name) {
  if (ioctl(file.get(), TUNSETPERSIST, 1UL) != 0)
    throw device_error(name, "make persistent", errno);
}

[[noreturn]] void throw_busy(const IfName& name) {
  throw device_error(name, describe(find_holders({name}).of[name]), EBUSY);
}

Error attach_error(const IfName& name, const TunDevice& tun, int errnum) {
  Error error = device_error(name, "attach", errnum);
  if (errnum == EINVAL)
    error.with_hint(std::string("it is not a ") + (tun.multi_queue ? "multi" : "single") +
                    "-queue " + (tun.mode == TunMode::tap ? "tap" : "tun") + " device");
  if (errnum == EPERM)
    error.with_hint("needs CAP_NET_ADMIN, or to be its owner and in its group");
  return error;
}

/// Attaching to a name that does not exist creates it. Once every queue is ours, a device that is
/// not persistent can only be one that came into being just now.
void require_existed(const Fd& file, const IfName& name) {
  ifreq request{};
  if (ioctl(file.get(), TUNGETIFF, &request) != 0)
    throw device_error(name, "attach", errno);
  if ((static_cast<unsigned>(request.ifr_flags) & IFF_PERSIST) == 0)
    throw device_error(name, "attach", ENODEV);
}

/// Attaches to all queues of an existing device. Throws Error; EBUSY when somebody has one.
std::vector<Fd> attach_all(const IfName& name, const TunDevice& tun) {
  if (if_nametoindex(name.str().c_str()) == 0)
    throw device_error(name, "attach", ENODEV);
  const size_t wanted = tun.multi_queue ? most_queues : 1;
  std::vector<Fd> queues;
  while (queues.size() < wanted) {
    Fd file = open_clone_device();
    const int errnum = attach(file, name, tun_flags(tun), "attach");
    if (errnum == EBUSY || errnum == E2BIG) {
      queues.clear();  // this process shall not be named among the holders
      throw_busy(name);
    }
    if (errnum != 0)
      throw attach_error(name, tun, errnum);
    queues.push_back(std::move(file));
  }
  require_existed(queues.front(), name);
  return queues;
}

}  // namespace

void use_clone_device(const std::string& path) {
  struct stat status {};
  const std::string subject = "clone device " + quote(path);
  if (stat(path.c_str(), &status) != 0)
    throw Error::from_errno(subject, errno);
  if (!is_clone_device(status))
    throw Error(subject + ": is not character device 10:200");
  clone_device = path;
}

void require_clone_device() {
  static_cast<void>(open_clone_device());
}

void create_tun(const CreateTun& op) {
  const Fd file = open_clone_device();
  const unsigned flags = tun_flags(op.tun) | (op.one_queue ? IFF_ONE_QUEUE : 0U);
  const int errnum = attach(file, op.name, flags | IFF_TUN_EXCL, "create");
  if (errnum == EBUSY)
    throw device_error(op.name, "create: exists already", errnum);
  if (errnum == EPERM)
    throw device_error(op.name, "create", errnum)
        .with_hint("needs CAP_NET_ADMIN in this network namespace");
  if (errnum != 0)
    throw device_error(op.name, "create", errnum);
  set_owner(file, op.name, op.tun);
  set_persistent(file, op.name);
}

void set_tun(const SetTun& op) {
  const std::vector<Fd> queues = attach_all(op.name, op.tun);
  set_owner(queues.front(), op.name, op.tun);
  if (op.tun.persist)
    set_persistent(queues.front(), op.name);
}

void TunHolds::hold(const HoldTun& op) {
  if (!held_.contains(op.name))
    held_.emplace(op.name, attach_all(op.name, op.tun));
}

void TunHolds::release(const ReleaseTun& op) {
  held_.erase(op.name);
}

void TunHolds::remove(const IfName& device) {
  const auto held = held_.find(device);
  if (held == held_.end())
    throw device_error(device, "delete", EPERM);
  if (ioctl(held->second.front().get(), TUNSETPERSIST, 0) != 0)
    throw device_error(device, "delete", errno);
  held_.erase(held);
}

}  // namespace tapctl

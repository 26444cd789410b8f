// SPDX-License-Identifier: MIT
// Opens what is below /run/tapctl without trusting what is already there: a link, a file of
// somebody else, or one that others may write is refused, never followed.
#include "kernel/run_dir.hpp"

#include "kernel/netns.hpp"
#include "kernel/sysctl.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <string>
#include <thread>

namespace tapctl {
namespace {

constexpr std::chrono::milliseconds poll_interval{20};
/// Each look stays in the queue of the one who listens, which nobody empties.
constexpr std::chrono::milliseconds look_interval{200};

bool is_private(const struct stat& status) {
  return status.st_uid == geteuid() && (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

struct stat status_of(const Fd& file, const std::string& subject) {
  struct stat status {};
  if (fstat(file.get(), &status) != 0)
    throw Error::from_errno(subject + ": stat", errno);
  return status;
}

Fd open_private_dir(int parent, const std::string& name, const std::string& path,
                    IfAbsent if_absent) {
  const std::string subject = "directory " + quote(path);
  const std::string wanted =
      "it has to be a directory of uid " + std::to_string(geteuid()) + " with mode 0700";
  if (if_absent == IfAbsent::create && mkdirat(parent, name.c_str(), 0700) != 0 && errno != EEXIST)
    throw Error::from_errno(subject + ": create", errno);
  Fd directory(openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  const int errnum = errno;
  if (!directory && errnum == ENOENT && if_absent == IfAbsent::leave)
    return directory;
  if (!directory)
    throw Error::from_errno(subject + ": open", errnum)
        .with_hint(errnum == EACCES                       ? "run it as root, such as with sudo"
                   : errnum == ENOTDIR || errnum == ELOOP ? wanted
                                                          : "");
  if (!is_private(status_of(directory, subject)))
    throw Error(subject + ": is not this user's alone").with_hint(wanted);
  return directory;
}

/// The lock file is never removed: a process that waits for it must not end up with the lock of a
/// file that nobody else can open any more.
Fd open_lock_file(const std::string& name, const std::string& subject) {
  const Fd directory = open_run_dir();
  Fd file(openat(directory.get(), name.c_str(),
                 O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  if (!file)
    throw Error::from_errno(subject + ": open", errno);
  const struct stat status = status_of(file, subject);
  if (!S_ISREG(status.st_mode) || status.st_nlink != 1 || !is_private(status))
    throw Error(subject + ": is not a plain file of this user's alone");
  return file;
}

/// " process 812 (tapctl)", from what the owner wrote into its lock; "" when it wrote nothing.
std::string describe_owner(const Fd& file) {
  std::array<char, 32> buffer{};
  const ssize_t size = pread(file.get(), buffer.data(), buffer.size(), 0);
  if (size <= 0)
    return {};
  const std::string_view text(buffer.data(), static_cast<size_t>(size));
  const auto pid = parse_decimal(text.substr(0, text.find('\n')));
  if (!pid)
    return {};
  std::string process = "process " + std::to_string(*pid);
  const Fd comm(open(("/proc/" + std::to_string(*pid) + "/comm").c_str(), O_RDONLY | O_CLOEXEC));
  const ssize_t length = comm ? read(comm.get(), buffer.data(), buffer.size()) : -1;
  if (length <= 1)
    return "the guardian of a change (tapctl status shows it)";  // whose maker has ended
  return process + " (" + printable({buffer.data(), static_cast<size_t>(length) - 1}) + ")";
}

Error lock_timeout(const Fd& file) {
  const std::string owner = describe_owner(file);
  return Error("another tapctl is at work in this network namespace" +
               (owner.empty() ? owner : ": " + owner))
      .with_hint("try again when it has finished");
}

struct AbstractName {
  sockaddr_un address{};
  socklen_t size = 0;
};

AbstractName abstract_name(const std::string& id) {
  AbstractName name;
  name.address.sun_family = AF_UNIX;
  const std::string text = "tapctl." + id;
  text.copy(name.address.sun_path + 1, sizeof name.address.sun_path - 1);
  name.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
  return name;
}

/// True when a process of this user listens there. Anybody can take the name: others do not count.
bool is_held_by_us(const AbstractName& name) {
  const Fd peer(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  ucred credentials{};
  socklen_t size = sizeof credentials;
  return peer &&
         connect(peer.get(), reinterpret_cast<const sockaddr*>(&name.address), name.size) == 0 &&
         getsockopt(peer.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 &&
         credentials.uid == geteuid();
}

Fd bind_name(const std::string& id, std::chrono::steady_clock::time_point deadline) {
  const AbstractName name = abstract_name(id);
  for (;;) {
    Fd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!listener)
      throw Error::from_errno("lock: socket", errno);
    if (bind(listener.get(), reinterpret_cast<const sockaddr*>(&name.address), name.size) == 0) {
      listen(listener.get(), SOMAXCONN);
      return listener;
    }
    if (errno != EADDRINUSE || !is_held_by_us(name))
      return {};
    if (std::chrono::steady_clock::now() >= deadline)
      throw Error("another tapctl is at work in this network namespace, in another mount namespace")
          .with_hint("try again when it has finished");
    std::this_thread::sleep_for(look_interval);
  }
}

/// For the message of whoever waits; nothing depends on it.
void write_owner(const Fd& file) {
  const std::string text = std::to_string(getpid()) + "\n";
  if (ftruncate(file.get(), 0) == 0)
    static_cast<void>(pwrite(file.get(), text.data(), text.size(), 0) == 0);
}

}  // namespace

Fd open_run_dir(IfAbsent if_absent) {
  const Fd parent(open("/run", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!parent)
    throw Error::from_errno("directory '/run': open", errno);
  return open_private_dir(parent.get(), "tapctl", "/run/tapctl", if_absent);
}

Fd open_namespace_dir(IfAbsent if_absent) {
  const Fd parent = open_run_dir(if_absent);
  if (!parent)
    return {};
  const std::string name = netns_id();
  return open_private_dir(parent.get(), name, "/run/tapctl/" + name, if_absent);
}

std::string boot_id() {
  const char* name = "kernel/random/boot_id";
  const auto id = read_sysctl(name);
  if (!id)
    throw Error::from_errno("sysctl " + quote(name), ENOENT);
  return *id;
}

NamespaceLock::NamespaceLock(std::chrono::milliseconds timeout) {
  const std::string id = netns_id();
  const std::string name = id + ".lock";
  const std::string subject = "lock file " + quote("/run/tapctl/" + name);
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  file_ = open_lock_file(name, subject);
  while (flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    const int errnum = errno;
    if (errnum != EWOULDBLOCK && errnum != EINTR)
      throw Error::from_errno(subject + ": lock", errnum);
    if (std::chrono::steady_clock::now() >= deadline)
      throw lock_timeout(file_);
    std::this_thread::sleep_for(poll_interval);
  }
  write_owner(file_);
  name_ = bind_name(id, deadline);
}

}  // namespace tapctl

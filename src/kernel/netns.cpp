// SPDX-License-Identifier: MIT
// Enters and identifies network namespaces.
#include "kernel/netns.hpp"

#include "util/error.hpp"
#include "util/fd.hpp"
#include "util/text.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace tapctl {
namespace {

/// Opening a FIFO must not block; the flag means nothing to a namespace.
Fd open_namespace(const std::string& path) {
  return Fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

/// What a missing one is called, and where to look for the right one.
std::string missing_hint(std::string_view asked) {
  if (asked.find('/') != std::string_view::npos)
    return {};
  if (parse_decimal(asked))
    return "there is no process and no named namespace of that number";
  return "`ip netns list` shows the names that exist";
}

/// As in ip(8), a number is a name first, then a process id.
Fd open_asked(std::string_view asked) {
  const std::string text(asked);
  if (text.find('/') != std::string::npos)
    return open_namespace(text);
  Fd file = open_namespace("/run/netns/" + text);
  if (!file && errno == ENOENT && parse_decimal(text))
    return open_namespace("/proc/" + text + "/ns/net");
  return file;
}

Error enter_error(const std::string& subject, int errnum) {
  Error error = Error::from_errno(subject + ": enter", errnum);
  if (errnum == EINVAL)
    error.with_hint("it is not a network namespace");
  if (errnum == EPERM)
    error.with_hint("needs CAP_SYS_ADMIN");
  return error;
}

}  // namespace

void enter_netns(std::string_view name_path_or_pid) {
  const std::string subject = "network namespace " + quote(name_path_or_pid);
  if (name_path_or_pid.empty())
    throw usage_error(subject + ": is empty");
  const Fd file = open_asked(name_path_or_pid);
  const int errnum = errno;
  if (!file)
    throw Error::from_errno(subject + ": open", errnum)
        .with_hint(errnum == ENOENT ? missing_hint(name_path_or_pid) : std::string());
  if (setns(file.get(), CLONE_NEWNET) == 0)
    return;
  throw enter_error(subject, errno);
}

std::string netns_id() {
  const Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  if (socket && getsockopt(socket.get(), SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) == 0)
    return std::to_string(cookie);
  struct stat status {};
  if (stat("/proc/thread-self/ns/net", &status) != 0)
    throw Error::from_errno("network namespace: identify", errno);
  return "i" + std::to_string(status.st_ino);
}

}  // namespace tapctl

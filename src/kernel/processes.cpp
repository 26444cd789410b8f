// SPDX-License-Identifier: MIT
// Scans /proc for programs by name and for open sockets.
#include "kernel/processes.hpp"

#include "kernel/text_file.hpp"
#include "util/directory.hpp"
#include "util/file.hpp"
#include "util/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <optional>
#include <string_view>

namespace tapctl {
namespace {

std::string command_of(const std::string& process) {
  std::string command = read_text(process + "/comm").value_or("");
  if (command.ends_with('\n'))
    command.pop_back();
  return command;
}

/// A socket's inode number, of what a descriptor in /proc/PID/fd is.
std::optional<uint64_t> socket_inode(const Directory& descriptors, const char* name) {
  struct stat status {};
  if (fstatat(dirfd(descriptors.get()), name, &status, 0) != 0 || !S_ISSOCK(status.st_mode))
    return std::nullopt;
  return status.st_ino;
}

}  // namespace

void for_each_process(const std::function<void(int pid, const std::string& directory)>& visit) {
  const Directory proc = open_directory(AT_FDCWD, "/proc");
  while (const dirent* entry = proc ? next_entry(proc) : nullptr) {
    if (const auto pid = parse_decimal(entry->d_name))
      visit(static_cast<int>(*pid), std::string("/proc/") + entry->d_name);
  }
}

bool is_elsewhere(const std::string& process) {
  const auto theirs = file_identity(process + "/ns/net");
  const auto ours = file_identity("/proc/thread-self/ns/net");
  return theirs && ours && theirs != ours;
}

std::set<std::string> running(const std::set<std::string>& commands) {
  std::set<std::string> found;
  for_each_process([&](int /*pid*/, const std::string& process) {
    const std::string command = command_of(process);
    if (commands.contains(command) && !is_elsewhere(process))
      found.insert(command);
  });
  return found;
}

std::map<uint64_t, Process> socket_owners(const std::set<uint64_t>& inodes) {
  std::map<uint64_t, Process> owners;
  if (inodes.empty())
    return owners;
  for_each_process([&](int pid, const std::string& process) {
    const Directory descriptors = open_directory(AT_FDCWD, (process + "/fd").c_str());
    while (const dirent* entry = descriptors ? next_entry(descriptors) : nullptr) {
      const auto inode = socket_inode(descriptors, entry->d_name);
      if (inode && inodes.contains(*inode))
        owners.try_emplace(*inode, Process{.pid = pid, .command = command_of(process)});
    }
  });
  return owners;
}

}  // namespace tapctl

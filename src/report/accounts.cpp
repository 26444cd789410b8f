// SPDX-License-Identifier: MIT
// Names of user and group ids.
#include "report/accounts.hpp"

#include "util/text.hpp"

#include <grp.h>
#include <pwd.h>

#include <cerrno>
#include <map>
#include <vector>

namespace tapctl {
namespace {

/// Runs one of the get..._r functions with a buffer that is large enough.
template <class Entry, class Lookup>
std::optional<std::string> name_of(char* Entry::*name, Lookup lookup) {
  constexpr size_t start = 1024;
  constexpr size_t limit = size_t{1} << 20U;
  for (size_t size = start; size <= limit; size *= 2) {
    std::vector<char> buffer(size);
    Entry entry{};
    Entry* found = nullptr;
    const int errnum = lookup(&entry, buffer, &found);
    if (errnum == ERANGE)
      continue;
    if (errnum != 0 || found == nullptr)
      return std::nullopt;
    return std::string(found->*name);
  }
  return std::nullopt;
}

/// Asked for once: thousands of devices have the same few owners, and a lookup may cross the
/// network.
std::optional<std::string> cached(std::map<uint32_t, std::optional<std::string>>& cache,
                                  uint32_t id, std::optional<std::string> (*look_up)(uint32_t)) {
  auto found = cache.find(id);
  if (found == cache.end())
    found = cache.emplace(id, look_up(id)).first;
  return found->second;
}

std::optional<std::string> look_up_user(uint32_t uid) {
  return name_of(&passwd::pw_name, [&](passwd* entry, std::vector<char>& buffer, passwd** found) {
    return ::getpwuid_r(uid, entry, buffer.data(), buffer.size(), found);
  });
}

std::optional<std::string> look_up_group(uint32_t gid) {
  return name_of(&group::gr_name, [&](group* entry, std::vector<char>& buffer, group** found) {
    return ::getgrgid_r(gid, entry, buffer.data(), buffer.size(), found);
  });
}

}  // namespace

std::optional<std::string> user_name(uint32_t uid) {
  static std::map<uint32_t, std::optional<std::string>> cache;
  return cached(cache, uid, look_up_user);
}

std::optional<std::string> group_name(uint32_t gid) {
  static std::map<uint32_t, std::optional<std::string>> cache;
  return cached(cache, gid, look_up_group);
}

std::string user_text(uint32_t uid) {
  return printable(user_name(uid).value_or(std::to_string(uid)));
}

std::string group_text(uint32_t gid) {
  return printable(group_name(gid).value_or(std::to_string(gid)));
}

}  // namespace tapctl

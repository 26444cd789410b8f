// SPDX-License-Identifier: MIT
// Reads the filter tables of the older iptables, which know no netlink: one getsockopt gives the
// table as the kernel keeps it (linux/netfilter_ipv4/ip_tables.h).
//
// Asking for a table that is not there makes it, so /proc/net/ip_tables_names is read first: that
// lists the tables of this network namespace.
#include "kernel/firewall.hpp"
#include "kernel/text_file.hpp"
#include "util/error.hpp"
#include "util/fd.hpp"

#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace tapctl {
namespace {

constexpr const char* table_name = "filter";

struct Ipv4 {
  using Info = ipt_getinfo;
  using Entries = ipt_get_entries;
  using Entry = ipt_entry;
  static constexpr FilterFamily family = FilterFamily::ipv4;
  static constexpr int domain = AF_INET;
  static constexpr int level = SOL_IP;
  static constexpr int get_info = IPT_SO_GET_INFO;
  static constexpr int get_entries = IPT_SO_GET_ENTRIES;
  static constexpr const char* names = "/proc/net/ip_tables_names";
  static auto& condition(const Entry& entry) { return entry.ip; }
};

struct Ipv6 {
  using Info = ip6t_getinfo;
  using Entries = ip6t_get_entries;
  using Entry = ip6t_entry;
  static constexpr FilterFamily family = FilterFamily::ipv6;
  static constexpr int domain = AF_INET6;
  static constexpr int level = SOL_IPV6;
  static constexpr int get_info = IP6T_SO_GET_INFO;
  static constexpr int get_entries = IP6T_SO_GET_ENTRIES;
  static constexpr const char* names = "/proc/net/ip6_tables_names";
  static auto& condition(const Entry& entry) { return entry.ipv6; }
};

/// A struct at `offset` of the table; all zeros where that is beyond its end.
template <class T>
T at(const std::vector<char>& table, size_t offset) {
  T value{};
  if (offset <= table.size() && table.size() - offset >= sizeof value)
    std::memcpy(&value, table.data() + offset, sizeof value);
  return value;
}

template <size_t Size>
std::string text_of(const char (&field)[Size]) {  // NOLINT: the kernel's array
  return std::string(field, strnlen(field, Size));
}

/// Throws Error.
template <class Ip>
std::vector<char> read_table(const Fd& socket, typename Ip::Info& info) {
  std::strncpy(info.name, table_name, sizeof info.name - 1);
  socklen_t size = sizeof info;
  if (getsockopt(socket.get(), Ip::level, Ip::get_info, &info, &size) != 0)
    throw Error::from_errno("table 'filter': read", errno);
  typename Ip::Entries request{};
  std::strncpy(request.name, table_name, sizeof request.name - 1);
  request.size = info.size;
  constexpr size_t start = offsetof(typename Ip::Entries, entrytable);
  std::vector<char> answer(start + info.size);
  std::memcpy(answer.data(), &request, start);
  size = static_cast<socklen_t>(answer.size());
  if (getsockopt(socket.get(), Ip::level, Ip::get_entries, answer.data(), &size) != 0)
    throw Error::from_errno("table 'filter': read", errno);
  answer.erase(answer.begin(), answer.begin() + static_cast<ptrdiff_t>(start));
  return answer;
}

/// The links that any rule names, and "physdev" where one has that match.
template <class Ip>
std::set<std::string> named_in(const std::vector<char>& table) {
  std::set<std::string> named;
  for (size_t offset = 0; offset + sizeof(typename Ip::Entry) <= table.size();) {
    const auto entry = at<typename Ip::Entry>(table, offset);
    for (const std::string& name :
         {text_of(Ip::condition(entry).iniface), text_of(Ip::condition(entry).outiface)}) {
      if (!name.empty())
        named.insert(name);
    }
    const auto match = at<xt_entry_match>(table, offset + sizeof entry);
    if (entry.target_offset > sizeof entry && text_of(match.u.user.name) == "physdev")
      named.insert("physdev");
    if (entry.next_offset < sizeof entry)
      break;
    offset += entry.next_offset;
  }
  return named;
}

/// A policy is the last entry of its chain: a standard target without condition, whose verdict is
/// -1 - NF_DROP.
template <class Ip>
bool drops(const std::vector<char>& table, size_t policy) {
  const auto entry = at<typename Ip::Entry>(table, policy);
  return at<xt_standard_target>(table, policy + entry.target_offset).verdict == -1 - NF_DROP;
}

template <class Ip>
void read_filter(HostFacts& facts) {
  const auto names = read_text(Ip::names);
  if (!names || ("\n" + *names).find("\nfilter\n") == std::string::npos)
    return;
  const Fd socket(::socket(Ip::domain, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  typename Ip::Info info{};
  const std::vector<char> table = read_table<Ip>(socket, info);
  if (drops<Ip>(table, info.underflow[NF_INET_FORWARD]))
    facts.dropping.push_back({.family = Ip::family,
                              .table = table_name,
                              .name = "FORWARD",
                              .how = "policy drop",
                              .is_legacy = true,
                              .named = named_in<Ip>(table)});
}

template <class Ip>
void try_filter(HostFacts& facts, const char* program) {
  try {
    read_filter<Ip>(facts);
  } catch (const Error& error) {
    facts.unseen.push_back({program, error.line()});
  }
}

}  // namespace

void read_legacy_tables(HostFacts& facts) {
  try_filter<Ipv4>(facts, "iptables-legacy");
  try_filter<Ipv6>(facts, "ip6tables-legacy");
}

}  // namespace tapctl

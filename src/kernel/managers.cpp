// SPDX-License-Identifier: MIT
// Which program configures a link.
//
// NetworkManager and systemd-networkd write down for each link, by its ifindex, whether they manage
// it. These files outlive the programs, so those have to run besides. ifupdown is no daemon: it
// acts at boot, on hotplug and when it is called, so what counts is its configuration.
#include "kernel/managers.hpp"

#include "kernel/host_files.hpp"
#include "kernel/processes.hpp"
#include "kernel/text_file.hpp"
#include "util/directory.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace tapctl {
namespace {

constexpr const char* network_manager = "NetworkManager";
/// The kernel cuts a comm after 15 bytes.
constexpr const char* networkd = "systemd-network";

/// The files of a folder whose names end in `suffix`, in order.
std::vector<std::string> files_in(const std::string& folder, std::string_view suffix) {
  std::vector<std::string> files;
  const Directory directory = open_directory(AT_FDCWD, folder.c_str());
  while (const dirent* entry = directory ? next_entry(directory) : nullptr) {
    if (entry->d_name[0] != '.' && std::string_view(entry->d_name).ends_with(suffix))
      files.push_back(folder + "/" + entry->d_name);
  }
  std::ranges::sort(files);
  return files;
}

class Finder {
 public:
  explicit Finder(std::vector<Unseen>& unseen) : unseen_(unseen) {
    const std::vector<std::string> folders = {"/etc/netplan", "/run/netplan", "/lib/netplan"};
    for (const std::string& folder : folders)
      load(netplan_, files_in(folder, ".yaml"));
    load(ifupdown_, {"/etc/network/interfaces"});
    load(ifupdown_, files_in("/etc/network/interfaces.d", ""));
  }

  /// At most one daemon, and ifupdown besides.
  std::vector<ManagedLink> managers_of(const Link& link) {
    std::vector<ManagedLink> found;
    if (auto daemon = networkd_of(link))
      found.push_back(with_netplan(*std::move(daemon)));
    else if (auto other = network_manager_of(link))
      found.push_back(with_netplan(*std::move(other)));
    for (const auto& [path, text] : ifupdown_) {
      const std::vector<std::string> names = parse_ifupdown(text);
      if (std::ranges::find(names, link.name.str()) == names.end())
        continue;
      found.push_back(made(ManagerKind::ifupdown, link, path));
      break;
    }
    return found;
  }

 private:
  using File = std::pair<std::string, std::string>;  ///< path and text

  static ManagedLink made(ManagerKind kind, const Link& link, std::string file) {
    return {.kind = kind, .link = link.name, .file = std::move(file), .renderer = kind};
  }

  void load(std::vector<File>& files, const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      if (auto text = read_text(path))
        files.emplace_back(path, *std::move(text));
      else if (errno == EACCES || errno == EPERM)
        unseen_.push_back({path, strerrordesc_np(errno)});
    }
  }

  bool runs(const char* command) {
    if (!running_)
      running_ = running({network_manager, networkd});
    return running_->contains(command);
  }

  std::optional<ManagedLink> networkd_of(const Link& link) {
    const std::string path = "/run/systemd/netif/links/" + std::to_string(link.ifindex);
    const auto text = read_text(path);
    const std::string state = text ? value_of(*text, "ADMIN_STATE") : "";
    static const std::set<std::string> idle = {"", "unmanaged", "linger", "unlinked"};
    if (idle.contains(state) || !runs(networkd))
      return std::nullopt;
    const std::string file = value_of(*text, "NETWORK_FILE");
    return made(ManagerKind::networkd, link, file.empty() ? path : file);
  }

  std::optional<ManagedLink> network_manager_of(const Link& link) {
    const std::string path = "/run/NetworkManager/devices/" + std::to_string(link.ifindex);
    const auto text = read_text(path);
    const std::string managed = text ? value_of(*text, "managed") : "";
    if ((managed != "true" && managed != "1") || !runs(network_manager))
      return std::nullopt;
    return made(ManagerKind::network_manager, link, path);
  }

  /// The same, by the name of netplan where the daemon has it from there.
  [[nodiscard]] ManagedLink with_netplan(ManagedLink managed) const {
    const auto file = std::ranges::find_if(netplan_, [&](const File& entry) {
      return netplan_names(entry.second, managed.link.str());
    });
    const bool is_rendered = managed.file.starts_with("/run/systemd/network/10-netplan-");
    if (file == netplan_.end() && !is_rendered)
      return managed;
    managed.kind = ManagerKind::netplan;
    if (file != netplan_.end())
      managed.file = file->first;
    return managed;
  }

  std::vector<Unseen>& unseen_;
  std::vector<File> netplan_;
  std::vector<File> ifupdown_;
  std::optional<std::set<std::string>> running_;
};

}  // namespace

std::vector<ManagedLink> find_managed_links(const std::vector<Link>& links,
                                            std::vector<Unseen>& unseen) {
  std::vector<ManagedLink> all;
  Finder finder(unseen);
  for (const Link& link : links) {
    if (link.type == LinkType::loopback)
      continue;
    const auto found = finder.managers_of(link);
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Paths of sysctls that belong to a link.
#include "model/link_sysctl.hpp"

namespace tapctl {

std::optional<LinkSysctl> LinkSysctl::parse(std::string_view path) {
  const size_t name = path.rfind('/');
  const size_t link = path.rfind('/', name - 1);
  if (name == std::string_view::npos || link == std::string_view::npos)
    return std::nullopt;
  LinkSysctl result{.front = std::string(path.substr(0, link)),
                    .link = std::string(path.substr(link + 1, name - link - 1)),
                    .name = std::string(path.substr(name + 1))};
  const bool is_one = result.front.ends_with("/conf") || result.front.ends_with("/neigh");
  return is_one ? std::optional(result) : std::nullopt;
}

std::string LinkSysctl::path() const {
  return front + "/" + link + "/" + name;
}

std::string LinkSysctl::path_of(const IfName& other) const {
  return LinkSysctl{.front = front, .link = other.str(), .name = name}.path();
}

std::string accept_ra_path(const IfName& link) {
  return "net/ipv6/conf/" + link.str() + "/accept_ra";
}

}  // namespace tapctl

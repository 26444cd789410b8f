// SPDX-License-Identifier: MIT
// The links, addresses and default routes of a namespace as they change, and what each change is.
#pragma once

#include "model/snapshot.hpp"

#include <map>
#include <optional>
#include <variant>
#include <vector>

namespace tapctl {

/// One thing before and after. Nothing before: it is new; nothing after: it is gone.
template <class T>
struct Changed {
  std::optional<T> before;
  std::optional<T> after;
  bool operator==(const Changed&) const = default;
};

using StateChange = std::variant<Changed<Link>, Changed<Address>, Changed<Route>>;
using StateChanges = std::vector<StateChange>;

/// The links that a change is about: by the names before and after, and of a route all it uses.
std::vector<IfName> links_of(const StateChange& change);

enum class RoutePlace { added, replaces };

/// Each function takes one piece of news and returns what it changes: nothing where it was known
/// already. A link that is renamed takes its addresses, routes and ports along.
class LiveState {
 public:
  LiveState() = default;
  /// Of a snapshot with all links, all addresses and the default routes.
  explicit LiveState(const Snapshot& snapshot);

  /// Empty for a link that is not known.
  [[nodiscard]] IfName name_of(int ifindex) const;
  [[nodiscard]] bool has_link(int ifindex) const { return links_.contains(ifindex); }
  /// True where a default route goes through this link.
  [[nodiscard]] bool routes_through(const IfName& link) const;

  StateChanges put(const Link& link);
  /// What is left of its addresses goes first. Default routes stay.
  StateChanges remove_link(int ifindex);
  StateChanges put(const Address& address);
  StateChanges remove(const Address& address);
  /// A default route was added, or took the place of the first one of its key. To a route of IPv6
  /// it may have added ways.
  StateChanges put(const Route& route, RoutePlace place);
  /// Also some of the ways of one.
  StateChanges remove(const Route& route);
  /// The default routes anew. One that takes the place of another one of its key is one change.
  StateChanges replace_routes(const std::vector<Route>& routes);

  /// All anew.
  StateChanges become(const LiveState& next);

 private:
  using Renames = std::map<IfName, IfName>;

  void rename(const Renames& renames);
  std::vector<Address>* addresses_on(const IfName& link);

  std::map<int, Link> links_;                      ///< by ifindex
  std::map<IfName, int> indexes_;                  ///< of links_
  std::map<int, std::vector<Address>> addresses_;  ///< by ifindex
  std::vector<Route> routes_;
};

}  // namespace tapctl

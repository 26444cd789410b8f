// SPDX-License-Identifier: MIT
// The same address, route, rule or neighbour on another link, and what identifies one on any link.
#include "plan/retarget.hpp"

#include "plan/ip_line.hpp"
#include "util/error.hpp"

namespace tapctl {
namespace {

IfName renamed(const IfName& name, const IfName& from, const IfName& to) {
  return name == from ? to : name;
}

/// `eth0:1` becomes `virbr0:1`.
std::string renamed_label(const std::string& label, const IfName& from, const IfName& to) {
  const std::string& old = from.str();
  if (label.compare(0, old.size(), old) != 0 ||
      (label.size() > old.size() && label[old.size()] != ':'))
    return label;
  std::string result = to.str() + label.substr(old.size());
  if (result.size() > IfName::max_length)
    throw Error("address label '" + label + "': would be '" + result + "' on " + to.quoted() +
                ", 15 bytes is the most")
        .with_hint("choose a shorter bridge name, or remove the label");
  return result;
}

}  // namespace

Address retarget(Address address, const IfName& from, const IfName& to) {
  if (address.link != from)
    return address;
  address.link = to;
  if (!address.label.empty())
    address.label = renamed_label(address.label, from, to);
  return address;
}

Route retarget(Route route, const IfName& from, const IfName& to) {
  for (NextHop& hop : route.nexthops)
    hop.link = renamed(hop.link, from, to);
  return route;
}

Rule retarget(Rule rule, const IfName& from, const IfName& to) {
  if (rule.iif)
    rule.iif = renamed(*rule.iif, from, to);
  if (rule.oif)
    rule.oif = renamed(*rule.oif, from, to);
  return rule;
}

Neighbour retarget(Neighbour neighbour, const IfName& from, const IfName& to) {
  neighbour.link = renamed(neighbour.link, from, to);
  return neighbour;
}

std::string identity_of(const Address& address, const IfName& link) {
  // A rename of the link gives its addresses labels (net/ipv4/devinet.c, inetdev_changename).
  Address unlabelled = address;
  unlabelled.label.clear();
  return ip_line(DeleteAddress{retarget(unlabelled, link, IfName())});
}

std::string identity_of(const Route& route, const IfName& link) {
  return ip_line(DeleteRoute{retarget(route, link, IfName())});
}

std::string identity_of(const Rule& rule, const IfName& link) {
  return ip_line(DeleteRule{retarget(rule, link, IfName())});
}

std::string identity_of(const Neighbour& neighbour, const IfName& link) {
  return ip_line(DeleteNeighbour{retarget(neighbour, link, IfName())});
}

std::set<std::string> identities_on(const Snapshot& current, const IfName& link) {
  std::set<std::string> identities;
  for (const Address& address : current.addresses) {
    if (address.link == link)
      identities.insert(identity_of(address, link));
  }
  for (const Route& route : current.routes) {
    if (route.uses(link))
      identities.insert(identity_of(route, link));
  }
  for (const Rule& rule : current.rules) {
    if (rule.names(link))
      identities.insert(identity_of(rule, link));
  }
  for (const Neighbour& neighbour : current.neighbours) {
    if (neighbour.link == link)
      identities.insert(identity_of(neighbour, link));
  }
  return identities;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Folds the operations of a plan into what has to be there in the end.
#include "plan/expected.hpp"

#include "model/settings.hpp"

#include <algorithm>
#include <utility>

namespace tapctl {
namespace {

/// Replaces what was asked of the object before.
template <class T, class Same>
void record(std::vector<Wanted<T>>& list, Wanted<T> wanted, Same same) {
  std::erase_if(list, [&](const Wanted<T>& old) { return same(old.object, wanted.object); });
  list.push_back(std::move(wanted));
}

class Folder {
 public:
  void take(const CreateTun& op, const Op&) {
    result_.created.insert(op.name);
    result_.tuns[op.name] = op.tun;
  }
  void take(const SetTun& op, const Op&) { result_.tuns[op.name] = op.tun; }
  void take(const HoldTun&, const Op&) {}
  void take(const ReleaseTun&, const Op&) {}
  void take(const CreateBridge& op, const Op&) {
    result_.created.insert(op.name);
    overlay(result_.links[op.name], op.link);
    overlay(result_.bridges[op.name], op.bridge);
  }
  void take(const SetLink& op, const Op&) {
    if (op.set.name)
      rename(op.link, *op.set.name);
    const IfName& name = op.set.name ? *op.set.name : op.link;
    overlay(result_.links[name], op.set);
    // Releasing and enslaving forget the settings of the port.
    if (op.set.master)
      result_.ports.erase(name);
  }
  void take(const SetBridge& op, const Op&) { overlay(result_.bridges[op.bridge], op.set); }
  void take(const SetPort& op, const Op&) { overlay(result_.ports[op.port], op.set); }
  void take(const DeleteLinks& op, const Op&) {
    for (const IfName& name : op.names)
      forget(name);
  }
  void take(const AddAddress& op, const Op& any) {
    record(result_.addresses, {op.address, true, op_subject(any)}, same_place);
  }
  void take(const UpdateAddress& op, const Op& any) {
    record(result_.addresses, {op.address, true, op_subject(any)}, same_place);
  }
  void take(const DeleteAddress& op, const Op& any) {
    record(result_.addresses, {op.address, false, op_subject(any)}, same_place);
  }
  void take(const AddRoute& op, const Op& any) {
    record(result_.routes, {op.route, true, op_subject(any)}, same_route);
  }
  void take(const DeleteRoute& op, const Op& any) {
    record(result_.routes, {op.route, false, op_subject(any)}, same_route);
  }
  void take(const AddRule& op, const Op&) {
    RuleCount& count = count_of(op.rule);
    ++count.added;
    count.last_is_add = true;
  }
  void take(const DeleteRule& op, const Op&) {
    RuleCount& count = count_of(op.rule);
    --count.added;
    count.last_is_add = false;
  }
  void take(const AddNeighbour& op, const Op& any) {
    record(result_.neighbours, {op.neighbour, true, op_subject(any)}, same_entry);
  }
  void take(const DeleteNeighbour& op, const Op& any) {
    record(result_.neighbours, {op.neighbour, false, op_subject(any)}, same_entry);
  }
  void take(const SetSysctl& op, const Op&) { result_.sysctls[op.path] = op.value; }
  void take(const Remember&, const Op&) {}
  void take(const Forget&, const Op&) {}
  void take(const KeepApplied&, const Op&) {}
  void take(const EndClient& op, const Op& any) {
    record(result_.clients, {op.client, false, op_subject(any)}, same_client);
  }
  void take(const StartClient& op, const Op& any) {
    record(result_.clients, {op.client, true, op_subject(any)}, same_client);
  }

  [[nodiscard]] Expected result() && { return std::move(result_); }

 private:
  RuleCount& count_of(const Rule& rule) {
    const auto found = std::ranges::find(result_.rules, rule, &RuleCount::rule);
    return found == result_.rules.end() ? result_.rules.emplace_back(RuleCount{.rule = rule})
                                        : *found;
  }

  void rename(const IfName& from, const IfName& to) {
    const auto move_key = [&](auto& map) {
      if (auto node = map.extract(from); !node.empty()) {
        node.key() = to;
        map.insert(std::move(node));
      }
    };
    move_key(result_.links);
    move_key(result_.bridges);
    move_key(result_.ports);
    move_key(result_.tuns);
    if (result_.created.erase(from) != 0)
      result_.created.insert(to);
    for (auto& wanted : result_.addresses) {
      if (wanted.object.link != from)
        continue;
      wanted.object.link = to;
      if (wanted.object.label == from.str())
        wanted.object.label = to.str();
    }
  }

  void forget(const IfName& name) {
    result_.links.erase(name);
    result_.bridges.erase(name);
    result_.ports.erase(name);
    result_.tuns.erase(name);
    result_.created.erase(name);
    result_.deleted.insert(name);
    std::erase_if(result_.addresses,
                  [&](const auto& wanted) { return wanted.object.link == name; });
    std::erase_if(result_.neighbours,
                  [&](const auto& wanted) { return wanted.object.link == name; });
  }

  Expected result_;
};

}  // namespace

Expected expected_after(std::span<const Step> steps) {
  Folder folder;
  for (const Step& step : steps) {
    for (const Op& op : step.ops)
      std::visit([&](const auto& one) { folder.take(one, op); }, op);
  }
  return std::move(folder).result();
}

}  // namespace tapctl

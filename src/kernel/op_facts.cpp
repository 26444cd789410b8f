// SPDX-License-Identifier: MIT
// Describes operations, and tells what they can leave behind.
#include "kernel/op_facts.hpp"

#include "model/settings.hpp"

namespace tapctl {
namespace {

/// "set mtu, master"
template <Settings T>
std::string set_what(const T& settings) {
  std::string text;
  for_each_field<T>([&](const char* name, auto member) {
    if (settings.*member)
      text += (text.empty() ? "set " : ", ") + std::string(name);
  });
  return text;
}

template <Settings T>
int count_of(const T& settings) {
  int count = 0;
  for_each_field<T>([&](const char*, auto member) { count += (settings.*member) ? 1 : 0; });
  return count;
}

/// What an operation does, as it stands behind its subject.
std::string attempt(const Op& op) {
  return std::visit(Overloaded{
                        [](const SetLink& o) { return set_what(o.set); },
                        [](const SetBridge& o) { return set_what(o.set); },
                        [](const SetPort& o) { return set_what(o.set); },
                        [](const CreateBridge&) { return std::string("create"); },
                        [](const DeleteLinks&) { return std::string("delete"); },
                        [](const DeleteAddress&) { return std::string("delete"); },
                        [](const DeleteRoute&) { return std::string("delete"); },
                        [](const DeleteRule&) { return std::string("delete"); },
                        [](const DeleteNeighbour&) { return std::string("delete"); },
                        [](const auto&) { return std::string("add"); },
                    },
                    op);
}

}  // namespace

std::string described(const Op& op) {
  return op_subject(op) + ": " + attempt(op);
}

IfName half_changed(const Op& op) {
  return std::visit(
      Overloaded{
          // A master that refuses has already cost the port its old one (do_set_master).
          [](const SetLink& o) { return count_of(o.set) > 1 || o.set.master ? o.link : IfName(); },
          [](const SetBridge& o) { return count_of(o.set) > 1 ? o.bridge : IfName(); },
          [](const SetPort& o) { return count_of(o.set) > 1 ? o.port : IfName(); },
          [](const auto&) { return IfName(); },
      },
      op);
}

std::vector<IfName> moved_names(const Op& op) {
  return std::visit(
      Overloaded{
          [](const CreateBridge& o) { return std::vector{o.name}; },
          [](const DeleteLinks& o) { return o.names; },
          [](const SetLink& o) {
            return o.set.name ? std::vector{o.link, *o.set.name} : std::vector<IfName>{};
          },
          [](const auto&) { return std::vector<IfName>{}; },
      },
      op);
}

}  // namespace tapctl

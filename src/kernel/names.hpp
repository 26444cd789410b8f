// SPDX-License-Identifier: MIT
// Which ifindex a name stands for, and the other way round.
#pragma once

#include "kernel/nl_socket.hpp"
#include "model/ifname.hpp"

#include <map>
#include <optional>

namespace tapctl {

/// What decoders and encoders need to know: the model has names, the kernel's messages ifindexes.
class NameLookup {
 public:
  NameLookup() = default;
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;
  NameLookup(NameLookup&&) = delete;
  NameLookup& operator=(NameLookup&&) = delete;
  virtual ~NameLookup() = default;

  /// Empty for 0 and for a link that is gone.
  virtual IfName name_of(int ifindex) = 0;
  /// 0 for the empty name. Throws an Error with ENODEV where there is no such link.
  virtual int index_of(const IfName& name) = 0;
};

/// The names of a namespace, asked of the kernel one by one and kept.
///
/// A name that was read stays pinned to its ifindex for as long as that link lives, whatever is
/// renamed meanwhile: operations then act on the link that the plan was made for, and not on one
/// that took its name.
class Names final : public NameLookup {
 public:
  explicit Names(nl::Socket& socket) : socket_(socket) {}

  IfName name_of(int ifindex) override;
  int index_of(const IfName& name) override;
  std::optional<int> find(const IfName& name);

  /// A link was read.
  void saw(const IfName& name, int ifindex);
  /// A new reading begins: names are asked for again, pins stay.
  void refresh() { seen_.clear(); }
  /// The name is about to stand for another link, or for none, by an operation of ours.
  void forget(const IfName& name);
  void renamed(const IfName& from, const IfName& to);

 private:
  bool exists(int ifindex);

  nl::Socket& socket_;
  std::map<int, IfName> seen_;
  std::map<IfName, int> pinned_;
};

}  // namespace tapctl

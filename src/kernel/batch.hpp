// SPDX-License-Identifier: MIT
// Collects rtnetlink operations and sends them in one sendmsg.
//
// The model's operations are atomic, the kernel's messages are not always: a link message with
// several settings stops at the first that fails and keeps those before it, and some operations
// take two messages. What a failed operation has left is taken back here, right after the batch.
#pragma once

#include "kernel/names.hpp"
#include "kernel/nl_socket.hpp"
#include "plan/op.hpp"
#include "util/error.hpp"

#include <optional>
#include <set>
#include <vector>

namespace tapctl {

bool is_rtnetlink(const Op& op);

class Batch final : public NameLookup {
 public:
  using Results = std::vector<std::optional<Error>>;

  Batch(nl::Socket& socket, Names& names, Results& results)
      : socket_(socket), names_(names), results_(results) {}

  /// `op`, which has to outlive the next flush, will fill `results[result]`. Sends what is already
  /// there first when `op` needs the ifindex of a link that an operation before it makes.
  void add(const Op& op, size_t result);

  /// Sends what is there. A failure, that of sending included, is in the results.
  void flush();

  IfName name_of(int ifindex) override { return names_.name_of(ifindex); }
  int index_of(const IfName& name) override;

 private:
  struct Item {
    const Op* op = nullptr;
    size_t result = 0;
    std::vector<nl::Message> messages;
    std::vector<nl::Message> cleanup;  ///< when a later message fails and the first did not
    std::optional<Link> before;        ///< where a failure can leave a part of it
  };

  /// Sends first what decides which link `name` is.
  void settle(const IfName& name);
  Item encode_op(const Op& op, size_t result);
  void encode_delete(const DeleteLinks& op, Item& item);
  void refuse_existing(const CreateBridge& op);
  void refuse_existing(const AddAddress& op);
  [[nodiscard]] bool deletes(const Address& address) const;
  std::optional<Link> read_link(const IfName& name);
  /// Throws Error where it is not known what was done.
  void finish(Item& item, std::span<const nl::Ack> acks);
  void take_back(Item& item, Error& error);
  bool restore(const Op& op, const Link& before);
  void update_names(const Op& op);

  nl::Socket& socket_;
  Names& names_;
  Results& results_;
  std::vector<Item> items_;
  std::set<IfName> pending_;  ///< names that an operation in items_ gives or takes
};

}  // namespace tapctl

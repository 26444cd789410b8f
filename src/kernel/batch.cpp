// SPDX-License-Identifier: MIT
// Sends rtnetlink operations together, and makes each of them atomic.
#include "kernel/batch.hpp"

#include "kernel/op_facts.hpp"
#include "kernel/rtnl_address.hpp"
#include "kernel/rtnl_link.hpp"
#include "kernel/rtnl_neighbour.hpp"
#include "kernel/rtnl_route.hpp"
#include "kernel/rtnl_rule.hpp"
#include "model/settings.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <string>

namespace tapctl {
namespace {

template <class O>
concept HasLookupEncoder = requires(const O& op, NameLookup& names) {
  encode(op, names);
};
template <class O>
concept HasPlainEncoder = requires(const O& op) {
  encode(op);
};

std::vector<nl::Message> messages_for(const Op& op, NameLookup& names) {
  return std::visit(
      [&](const auto& o) -> std::vector<nl::Message> {
        using O = std::decay_t<decltype(o)>;
        if constexpr (HasLookupEncoder<O>)
          return encode(o, names);
        else if constexpr (HasPlainEncoder<O>)
          return encode(o);
        else
          return {};
      },
      op);
}

/// A link group that no link is in. `groups` is what links are in now.
uint32_t unused_group(const std::map<int, uint32_t>& groups) {
  for (;;) {
    uint32_t group = 0;
    if (::getrandom(&group, sizeof group, 0) != sizeof group)
      throw Error::from_errno("random number", errno);
    group &= 0x7fffffffU;  // the kernel keeps an int
    const bool used =
        std::ranges::any_of(groups, [&](const auto& entry) { return entry.second == group; });
    if (group != 0 && !used)
      return group;
  }
}

}  // namespace

bool is_rtnetlink(const Op& op) {
  return std::visit(
      [](const auto& o) {
        using O = std::decay_t<decltype(o)>;
        return HasLookupEncoder<O> || HasPlainEncoder<O> || std::is_same_v<O, DeleteLinks>;
      },
      op);
}

int Batch::index_of(const IfName& name) {
  settle(name);
  return names_.index_of(name);
}

void Batch::settle(const IfName& name) {
  if (pending_.contains(name))
    flush();
}

std::optional<Link> Batch::read_link(const IfName& name) {
  const auto answer = socket_.get(get_link_request(index_of(name)));
  return answer ? decode_link(answer->payload, names_) : std::nullopt;
}

void Batch::add(const Op& op, size_t result) {
  try {
    items_.push_back(encode_op(op, result));
    for (const IfName& name : moved_names(op))
      pending_.insert(name);
  } catch (Error& error) {
    results_[result] = error.context(described(op));
  }
}

Batch::Item Batch::encode_op(const Op& op, size_t result) {
  Item item;
  item.op = &op;
  item.result = result;
  if (const IfName name = half_changed(op); !name.empty())
    item.before = read_link(name);
  if (const auto* o = std::get_if<DeleteLinks>(&op)) {
    encode_delete(*o, item);
    return item;
  }
  item.messages = messages_for(op, *this);
  if (item.messages.size() < 2)
    return item;
  // The second message would change what was there before, when the first finds it existing.
  if (const auto* o = std::get_if<CreateBridge>(&op)) {
    refuse_existing(*o);
    item.cleanup.push_back(delete_link_request(o->name));
  }
  if (const auto* o = std::get_if<AddAddress>(&op)) {
    refuse_existing(*o);
    item.cleanup = encode(DeleteAddress{o->address}, *this);
  }
  return item;
}

void Batch::refuse_existing(const CreateBridge& op) {
  settle(op.name);
  if (socket_.get(get_link_request(op.name)))
    throw Error::from_errno("the name is taken", EEXIST);
}

void Batch::refuse_existing(const AddAddress& op) {
  if (deletes(op.address))
    return;
  const auto answer = socket_.get(get_address_request(op.address, *this));
  const auto found = answer ? decode_address(answer->payload, names_) : std::nullopt;
  if (found && found->local == op.address.local && found->link == op.address.link)
    throw Error::from_errno("it is there already", EEXIST);
}

bool Batch::deletes(const Address& address) const {
  return std::ranges::any_of(items_, [&](const Item& item) {
    const auto* o = std::get_if<DeleteAddress>(item.op);
    return o != nullptr && o->address.link == address.link && o->address.local == address.local;
  });
}

/// Several links go into a group of their own, which is deleted as one: a grace period for all of
/// them instead of one for each.
void Batch::encode_delete(const DeleteLinks& op, Item& item) {
  if (op.names.size() == 1) {
    item.messages.push_back(delete_link_request(index_of(op.names.front())));
    return;
  }
  std::ranges::for_each(op.names, [&](const IfName& name) { settle(name); });
  std::map<int, uint32_t> groups;
  for (const nl::Received& object : socket_.dump(dump_links_request())) {
    const LinkId id = read_link_id(object.payload);
    groups[id.ifindex] = id.group;
  }
  const uint32_t group = unused_group(groups);
  for (const IfName& name : op.names) {
    const auto ifindex = names_.find(name);
    if (!ifindex)
      continue;
    item.messages.push_back(set_group_request(*ifindex, group));
    item.cleanup.push_back(set_group_request(*ifindex, groups[*ifindex]));
  }
  item.messages.push_back(delete_group_request(group));
}

void Batch::flush() {
  pending_.clear();
  std::vector<Item> items = std::exchange(items_, {});
  std::vector<nl::Message> messages;
  std::vector<size_t> counts;
  for (Item& item : items) {
    counts.push_back(item.messages.size());
    std::ranges::move(item.messages, std::back_inserter(messages));
  }
  std::vector<nl::Ack> acks;
  try {
    acks = socket_.transact(messages);
  } catch (const Error& error) {  // nothing was sent
    for (const Item& item : items)
      results_[item.result] = Error(error).context(described(*item.op));
    return;
  }
  std::span<const nl::Ack> left = acks;
  for (size_t i = 0; i < items.size(); ++i) {
    try {
      finish(items[i], left.first(counts[i]));
    } catch (const Error& error) {
      results_[items[i].result] = error;
      results_[items[i].result]->unknown = true;
    }
    left = left.subspan(counts[i]);
  }
}

void Batch::finish(Item& item, std::span<const nl::Ack> acks) {
  // A link that is gone before it is deleted with others is no reason to keep those.
  const auto* deletion = std::get_if<DeleteLinks>(item.op);
  const bool gone_is_fine = deletion != nullptr && deletion->names.size() > 1;
  const auto is_failure = [&](const nl::Ack& ack) {
    return !ack.ok() && !ack.lost && !(gone_is_fine && ack.errnum == ENODEV);
  };
  auto failed = std::ranges::find_if(acks, is_failure);
  if (failed == acks.end())
    failed = std::ranges::find_if(acks, &nl::Ack::lost);
  if (failed == acks.end()) {
    update_names(*item.op);
    return;
  }
  Error error = failed->error(described(*item.op));
  if (!acks.front().ok() && !gone_is_fine)
    item.cleanup.clear();
  if (!failed->lost)
    take_back(item, error);
  results_[item.result] = std::move(error);
}

void Batch::take_back(Item& item, Error& error) {
  bool done = true;
  try {
    for (const nl::Ack& ack : socket_.transact(item.cleanup))
      done &= ack.ok();
    if (item.before)
      done &= restore(*item.op, *item.before);
  } catch (const Error&) {
    done = false;
  }
  if (done)
    return;
  error.message += ": a part of it is left";
  error.partial = true;
}

/// Sets those fields of a failed operation again that are not as they were.
bool Batch::restore(const Op& op, const Link& before) {
  const auto answer = socket_.get(get_link_request(before.ifindex));
  const auto after = answer ? decode_link(answer->payload, names_) : std::nullopt;
  if (!after)
    return true;  // it is gone, and with it all that was changed
  names_.saw(after->name, after->ifindex);

  std::vector<Op> undo;
  if (const auto* o = std::get_if<SetLink>(&op)) {
    LinkSettings set = difference(after->settings, values_for(o->set, before.settings));
    if (after->name != before.name)
      set.name = before.name;
    if (set.mtu && !after->settings.addr_gen_mode)
      set.addr_gen_mode = before.settings.addr_gen_mode;
    if (!is_empty(set))
      undo = set_link_ops(after->name, after->settings, set);
    if (set.master && before.port)
      undo.emplace_back(SetPort{after->name, *before.port});
  }
  if (const auto* o = std::get_if<SetBridge>(&op); o != nullptr && before.bridge && after->bridge)
    undo.emplace_back(
        SetBridge{after->name, difference(*after->bridge, values_for(o->set, *before.bridge))});
  if (const auto* o = std::get_if<SetPort>(&op); o != nullptr && before.port && after->port)
    undo.emplace_back(
        SetPort{after->name, difference(*after->port, values_for(o->set, *before.port))});

  std::vector<nl::Message> messages;
  for (const Op& step : undo)
    std::ranges::move(messages_for(step, names_), std::back_inserter(messages));
  return std::ranges::all_of(socket_.transact(messages), &nl::Ack::ok);
}

void Batch::update_names(const Op& op) {
  if (const auto* o = std::get_if<SetLink>(&op); o != nullptr && o->set.name) {
    names_.renamed(o->link, *o->set.name);
    return;
  }
  for (const IfName& name : moved_names(op))
    names_.forget(name);
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The text that names the holders of a device, the same for a refusal and for EBUSY.
#include "model/snapshot.hpp"
#include "util/text.hpp"

namespace tapctl {
namespace {

std::string describe_one(const Holder& holder) {
  std::string text = "process " + std::to_string(holder.pid);
  if (!holder.command.empty())
    text += " (" + printable(holder.command) + ")";
  if (holder.user.empty())
    return text + " of uid " + std::to_string(holder.uid);
  return text + " of user " + printable(holder.user);
}

}  // namespace

std::string describe(const std::vector<Holder>& holders) {
  if (holders.empty())
    return "is held by a process that cannot be seen from here";
  std::vector<std::string> parts;
  parts.reserve(holders.size());
  for (const Holder& holder : holders)
    parts.push_back(describe_one(holder));
  return "is held by " + join(parts, ", ");
}

}  // namespace tapctl

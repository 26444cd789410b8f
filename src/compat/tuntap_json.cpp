// SPDX-License-Identifier: MIT
// The output of `ip -j tuntap show`.
#include "compat/tuntap.hpp"
#include "report/json_values.hpp"

namespace tapctl {
namespace {

Json json_of(const TuntapRow& row, const TuntapFormat& format) {
  Json out = Json::object();
  put_name(out, "ifname", row.name);
  out["flags"] = row.flags;
  if (row.owner)
    out["user"] = *row.owner;
  if (row.group)
    out["group"] = *row.group;
  if (!format.details)
    return out;
  out["processes"] = Json::array();
  for (const Holder& holder : row.holders) {
    Json process = Json::object();
    put_text(process, "name", holder.command);
    process["pid"] = holder.pid;
    out["processes"].push_back(std::move(process));
  }
  return out;
}

}  // namespace

std::string tuntap_json(const std::vector<TuntapRow>& rows, const TuntapFormat& format) {
  Json out = Json::array();
  for (const TuntapRow& row : rows)
    out.push_back(json_of(row, format));
  if (format.pretty)
    return print_json(out);
  constexpr int compact = -1;
  constexpr bool ascii = true;
  return out.dump(compact, ' ', ascii) + "\n";
}

}  // namespace tapctl

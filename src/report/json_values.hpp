// SPDX-License-Identifier: MIT
// Model values and operations as JSON, in the kernel's vocabulary.
#pragma once

#include "model/setting_text.hpp"
#include "model/settings.hpp"
#include "model/snapshot.hpp"
#include "plan/op.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <type_traits>

namespace tapctl {

using Json = nlohmann::ordered_json;

/// object[key] = text; where `text` is not well-formed UTF-8, object[key + "_bytes"] has its bytes
/// in hex besides, since the document shows U+FFFD for them.
void put_text(Json& object, const std::string& key, const std::string& text);
/// The same for an array; where one of them is no UTF-8, KEY_bytes has the bytes of each.
void put_texts(Json& object, const std::string& key, const std::vector<std::string>& texts);
void put_name(Json& object, const std::string& key, const IfName& name);  ///< empty: null

/// Every field that is set, by the kernel's name for it.
template <Settings T>
void put_settings(Json& object, const T& settings) {
  for_each_field<T>([&](const char* key, auto member) {
    if (!(settings.*member))
      return;
    const auto& value = *(settings.*member);
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, IfName>)
      put_name(object, key, value);
    else if constexpr (std::is_same_v<Value, Mac>)
      object[key] = value.str();
    else if constexpr (std::is_same_v<Value, std::string>)
      put_text(object, key, value);
    else if constexpr (std::is_same_v<Value, uint8_t>)
      object[key] = number_text(key, value);  // one that has words
    else
      object[key] = value;
  });
}

void put_tun(Json& object, const TunDevice& tun);
/// Without addresses, holders, and what it is as a port or a bridge.
Json to_json(const Link& link);
void put_port(Json& object, const Link& link);  ///< its settings as one, where it is one
Json to_json(const Address& address);
Json to_json(const Route& route);
Json to_json(const Rule& rule);
Json to_json(const Neighbour& neighbour);

/// {"op": ..., its fields, "ip": the equivalent line}.
Json to_json(const Op& op);

/// The document as it is printed: in ASCII, so that no byte of a name reaches a terminal raw.
std::string print_json(const Json& document);
std::string print_json_line(const Json& document);  ///< on one line

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// What the JSON files in /run/tapctl have in common: they count for one boot and one version only,
// and hold names of any bytes.
#pragma once

#include "model/ifname.hpp"
#include "util/error.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace tapctl {

using Json = nlohmann::json;

/// Names can hold any byte and JSON cannot: text that is not UTF-8 becomes {"hex": "..."}.
Json encode_text(std::string_view text);
/// Throws Error or Json::exception for what encode_text never wrote.
std::string decode_text(const Json& json);
IfName decode_name(const Json& json);

/// The text of a file that holds `value`.
std::string kept_text(const Json& value);

/// The value; nothing where the text is damaged, of another version, or of an earlier boot.
std::optional<Json> parse_kept(const std::string& text);

/// The same, decoded: `decode` may throw Error or Json::exception for a value that is none.
template <class Decode>
auto from_kept_text(const std::string& text, Decode decode)
    -> std::optional<decltype(decode(Json()))> {
  try {
    const auto json = parse_kept(text);
    if (!json)
      return std::nullopt;
    return decode(*json);
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const Error& error) {
    rethrow_if_exhausted(error);
    return std::nullopt;
  }
}

}  // namespace tapctl

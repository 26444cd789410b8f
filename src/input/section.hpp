// SPDX-License-Identifier: MIT
// The values of one object in a configuration file. What is wrong with one is noted, and reading
// goes on, so that all mistakes are known at the end.
#pragma once

#include "input/json_tree.hpp"
#include "util/error.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>

namespace tapctl {

class Section {
 public:
  /// A `node` that is no object is a mistake, and has no values.
  Section(const JsonNode& node, std::string path, Mistakes& mistakes);

  /// The value of `key` as `parse` makes it of its text; nothing where there is none, or where it
  /// is a mistake: of another kind, or one that `parse` throws an Error for.
  template <class Parse>
  auto value(const std::string& key, JsonNode::Kind kind, Parse parse)
      -> std::optional<decltype(parse(std::string()))> {
    const JsonNode* node = find(key, {kind});
    return node == nullptr ? std::nullopt : parsed(*node, path_of(key), parse);
  }

  /// Of a key that can be given as a text or a number.
  template <class Parse>
  auto text_or_number(const std::string& key, Parse parse)
      -> std::optional<decltype(parse(std::string()))> {
    const JsonNode* node = find(key, {JsonNode::Kind::text, JsonNode::Kind::number});
    return node == nullptr ? std::nullopt : parsed(*node, path_of(key), parse);
  }

  std::optional<bool> flag(const std::string& key);

  /// Calls `take(item, path)` for each of a list.
  void list(const std::string& key,
            const std::function<void(const JsonNode&, const std::string&)>& take);

  /// The values of a list of texts.
  template <class Parse>
  auto texts(const std::string& key, Parse parse) -> std::vector<decltype(parse(std::string()))> {
    std::vector<decltype(parse(std::string()))> values;
    list(key, [&](const JsonNode& item, const std::string& path) {
      if (!is_of(item, path, {JsonNode::Kind::text}))
        return;
      if (auto value = parsed(item, path, parse))
        values.push_back(std::move(*value));
    });
    return values;
  }

  /// An object in the object.
  std::optional<Section> section(const std::string& key);

  /// What `parse` throws an Error for is a mistake of `node`.
  template <class Parse>
  auto parsed(const JsonNode& node, const std::string& path, Parse parse)
      -> std::optional<decltype(parse(std::string()))> {
    try {
      return parse(node.text);
    } catch (const OutOfMemory&) {
      throw;
    } catch (const Error& error) {
      mistakes_.add(node.line, path, with_hint(error));
      return std::nullopt;
    }
  }

  /// A mistake of the object, or of one of its values.
  void mistake(const std::string& what) { mistakes_.add(node_.line, path_, what); }
  void mistake_of(const std::string& key, const std::string& what);

  /// A mistake where there is no `key`.
  void require(const std::string& key, const std::string& what);

  /// Notes the keys that nobody asked for, each with the nearest that there is.
  void finish();

  [[nodiscard]] size_t line() const { return node_.line; }
  [[nodiscard]] std::string path_of(const std::string& key) const;

 private:
  using Kinds = std::vector<JsonNode::Kind>;
  bool is_of(const JsonNode& node, const std::string& path, const Kinds& kinds);
  const JsonNode* find(const std::string& key, const Kinds& kinds);
  [[nodiscard]] static std::string with_hint(const Error& error);

  const JsonNode& node_;
  std::string path_;
  Mistakes& mistakes_;
  std::vector<std::string> known_;
};

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// A JSON text as a tree in which everything knows its line, so that what is wrong can be shown.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tapctl {

/// Where something stands.
struct Place {
  std::string file;
  size_t line = 0;

  /// "FILE:LINE"
  [[nodiscard]] std::string str() const;
};

/// What is wrong in configuration files, all of it.
class Mistakes {
 public:
  /// The file that is read from here on.
  void set_file(std::string file);

  /// `path` is the way to the value: "bridges[0].ports[1]"; empty for the file as a whole.
  void add(size_t line, const std::string& path, const std::string& what);
  void add(const Place& place, const std::string& what);

  /// A line of the file that is read.
  [[nodiscard]] Place place(size_t line) const { return {.file = files_.back(), .line = line}; }

  /// Throws a usage Error with a line for each mistake, if there is one.
  void require_none();

 private:
  std::vector<std::string> files_;
  std::vector<std::pair<Place, std::string>> found_;
};

struct JsonMember;

struct JsonNode {
  enum class Kind { null, boolean, number, text, array, object };
  Kind kind = Kind::null;
  size_t line = 0;
  std::string text;  ///< of a boolean, a number or a text
  std::vector<JsonNode> items;
  std::vector<JsonMember> members;  ///< in the order of the text
};

struct JsonMember {
  std::string key;
  size_t line = 0;
  JsonNode value;
};

/// "a number", "an object", ...
const char* kind_name(JsonNode::Kind kind);

/// Comments (`//`, `/* */`) are allowed. Nothing where `text` is no JSON, or is nested more than 16
/// deep; `mistakes` has why. A key that is there twice is a mistake as well.
std::optional<JsonNode> parse_json(const std::string& text, Mistakes& mistakes);

}  // namespace tapctl

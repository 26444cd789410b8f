// SPDX-License-Identifier: MIT
// Builds the tree from what nlohmann's parser reports, and counts lines for it.
#include "input/json_tree.hpp"

#include "util/error.hpp"
#include "util/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace tapctl {
namespace {

constexpr size_t most_depth = 16;

/// Gives the parser a text and tells how far it has come.
struct Cursor {
  using iterator_category = std::forward_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at = nullptr;
  const char** reached = nullptr;

  reference operator*() const { return *at; }
  Cursor& operator++() {
    *reached = ++at;
    return *this;
  }
  bool operator==(const Cursor& other) const { return at == other.at; }
};

/// What the parser calls; each returns false to end it. The names are nlohmann's.
class Builder {
 public:
  Builder(const std::string& text, Mistakes& mistakes)
      : mistakes_(mistakes), counted_(text.data()), reached_(text.data()) {}

  const char** reached() { return &reached_; }
  JsonNode take() { return std::move(root_); }

  bool null() { return put(JsonNode::Kind::null, "null"); }
  bool boolean(bool value) { return put(JsonNode::Kind::boolean, value ? "true" : "false"); }
  bool number_integer(int64_t value) { return put(JsonNode::Kind::number, std::to_string(value)); }
  bool number_unsigned(uint64_t value) {
    return put(JsonNode::Kind::number, std::to_string(value));
  }
  bool number_float(double /*value*/, const std::string& text) {
    return put(JsonNode::Kind::number, text);
  }
  bool string(std::string& text) { return put(JsonNode::Kind::text, text); }
  static bool binary(std::vector<uint8_t>& /*value*/) { return false; }
  bool start_object(size_t /*elements*/) { return open(JsonNode::Kind::object); }
  bool start_array(size_t /*elements*/) { return open(JsonNode::Kind::array); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    JsonNode& object = *open_.back();
    const auto known = std::ranges::find(object.members, name, &JsonMember::key);
    if (known != object.members.end())
      mistakes_.add(line(), name,
                    "is there twice, in line " + std::to_string(known->line) + " too");
    object.members.push_back({.key = name, .line = line(), .value = {}});
    return true;
  }
  template <class Exception>
  bool parse_error(size_t /*position*/, const std::string& token, const Exception& exception) {
    const std::string_view words = exception.what();
    const size_t dash = words.rfind(" - ");
    std::string why = "syntax error near " + quote(token);
    if (dash != std::string_view::npos)
      why = "syntax error: " + std::string(words.substr(dash + 3));
    mistakes_.add(line(), "", why);
    return false;
  }

 private:
  /// A number ends where something else comes, so the last character read may not belong to it.
  size_t line() {
    const char* end = std::max(counted_, reached_ - 1);
    line_ += static_cast<size_t>(std::count(counted_, end, '\n'));
    counted_ = end;
    return line_;
  }

  JsonNode& place() {
    if (open_.empty())
      return root_;
    JsonNode& container = *open_.back();
    if (container.kind == JsonNode::Kind::array)
      return container.items.emplace_back();
    return container.members.back().value;
  }

  bool put(JsonNode::Kind kind, std::string text) {
    JsonNode& node = place();
    node.kind = kind;
    node.line = line();
    node.text = std::move(text);
    return true;
  }

  bool open(JsonNode::Kind kind) {
    if (open_.size() == most_depth) {
      mistakes_.add(line(), "", "is nested too deeply");
      return false;
    }
    JsonNode& node = place();
    node.kind = kind;
    node.line = line();
    open_.push_back(&node);
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  Mistakes& mistakes_;
  const char* counted_;
  const char* reached_;
  size_t line_ = 1;
  JsonNode root_;
  std::vector<JsonNode*> open_;  ///< only the last one grows, so the others stay where they are
};

}  // namespace

std::string Place::str() const {
  return printable(file) + ":" + std::to_string(line);
}

void Mistakes::set_file(std::string file) {
  files_.push_back(std::move(file));
}

void Mistakes::add(size_t line, const std::string& path, const std::string& what) {
  add(place(line), (path.empty() ? "" : printable(path) + ": ") + what);
}

void Mistakes::add(const Place& place, const std::string& what) {
  found_.emplace_back(place, what);
}

void Mistakes::require_none() {
  if (found_.empty())
    return;
  const auto position = [&](const auto& mistake) {
    return std::pair(std::ranges::find(files_, mistake.first.file), mistake.first.line);
  };
  std::ranges::stable_sort(found_, {}, position);
  std::vector<std::string> lines;
  for (const auto& [place, what] : found_)
    lines.push_back(place.str() + ": " + what);
  if (lines.size() == 1)
    throw usage_error(lines.front());
  Error error = usage_error(std::to_string(lines.size()) +
                            " mistakes in the configuration, and so nothing of it is used");
  error.details = std::move(lines);
  throw Error(error);
}

const char* kind_name(JsonNode::Kind kind) {
  switch (kind) {
    case JsonNode::Kind::null:
      return "null";
    case JsonNode::Kind::boolean:
      return "true or false";
    case JsonNode::Kind::number:
      return "a number";
    case JsonNode::Kind::text:
      return "a text";
    case JsonNode::Kind::array:
      return "a list";
    case JsonNode::Kind::object:
      break;
  }
  return "an object";
}

std::optional<JsonNode> parse_json(const std::string& text, Mistakes& mistakes) {
  Builder builder(text, mistakes);
  const Cursor begin{.at = text.data(), .reached = builder.reached()};
  const Cursor end{.at = text.data() + text.size(), .reached = builder.reached()};
  constexpr bool strict = true;
  constexpr bool ignore_comments = true;
  const bool parsed = nlohmann::json::sax_parse(
      begin, end, &builder, nlohmann::json::input_format_t::json, strict, ignore_comments);
  return parsed ? std::optional(builder.take()) : std::nullopt;
}

}  // namespace tapctl

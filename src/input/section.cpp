// SPDX-License-Identifier: MIT
// The values of one object in a configuration file.
#include "input/section.hpp"

#include "util/text.hpp"

#include <algorithm>

namespace tapctl {
namespace {

/// "'5', a number", "'true'", "a list".
std::string found_text(const JsonNode& node) {
  switch (node.kind) {
    case JsonNode::Kind::boolean:
      return quote(node.text);
    case JsonNode::Kind::number:
    case JsonNode::Kind::text:
      return quote(node.text) + ", " + kind_name(node.kind);
    default:
      return kind_name(node.kind);
  }
}

}  // namespace

Section::Section(const JsonNode& node, std::string path, Mistakes& mistakes)
    : node_(node), path_(std::move(path)), mistakes_(mistakes) {
  is_of(node, path_, {JsonNode::Kind::object});
}

std::string Section::path_of(const std::string& key) const {
  return path_.empty() ? key : path_ + "." + key;
}

std::string Section::with_hint(const Error& error) {
  return error.hint.empty() ? error.line() : error.line() + " (" + error.hint + ")";
}

bool Section::is_of(const JsonNode& node, const std::string& path, const Kinds& kinds) {
  if (std::ranges::find(kinds, node.kind) != kinds.end())
    return true;
  std::string wanted;
  for (const JsonNode::Kind kind : kinds)
    wanted += (wanted.empty() ? "" : " or ") + std::string(kind_name(kind));
  mistakes_.add(node.line, path, "is " + found_text(node) + ", not " + wanted);
  return false;
}

const JsonNode* Section::find(const std::string& key, const Kinds& kinds) {
  known_.push_back(key);
  const auto found = std::ranges::find(node_.members, key, &JsonMember::key);
  if (found == node_.members.end() || !is_of(found->value, path_of(key), kinds))
    return nullptr;
  return &found->value;
}

std::optional<bool> Section::flag(const std::string& key) {
  const JsonNode* node = find(key, {JsonNode::Kind::boolean});
  return node == nullptr ? std::nullopt : std::optional(node->text == "true");
}

void Section::list(const std::string& key,
                   const std::function<void(const JsonNode&, const std::string&)>& take) {
  const JsonNode* node = find(key, {JsonNode::Kind::array});
  if (node == nullptr)
    return;
  for (size_t i = 0; i < node->items.size(); ++i)
    take(node->items[i], path_of(key) + "[" + std::to_string(i) + "]");
}

std::optional<Section> Section::section(const std::string& key) {
  const JsonNode* node = find(key, {JsonNode::Kind::object});
  return node == nullptr ? std::nullopt
                         : std::optional<Section>(std::in_place, *node, path_of(key), mistakes_);
}

void Section::mistake_of(const std::string& key, const std::string& what) {
  const auto found = std::ranges::find(node_.members, key, &JsonMember::key);
  mistakes_.add(found == node_.members.end() ? node_.line : found->line, path_of(key), what);
}

void Section::require(const std::string& key, const std::string& what) {
  const bool is_object = node_.kind == JsonNode::Kind::object;
  if (is_object && std::ranges::find(node_.members, key, &JsonMember::key) == node_.members.end())
    mistakes_.add(node_.line, path_of(key), what);
}

void Section::finish() {
  for (const JsonMember& member : node_.members) {
    if (std::ranges::find(known_, member.key) != known_.end())
      continue;
    const auto near = nearest(member.key, known_);
    mistakes_.add(member.line, path_of(member.key),
                  "unknown key" + (near ? ", did you mean '" + *near + "'?"
                                        : " (there are: " + join(known_, ", ") + ")"));
  }
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// A JSON document that is written while it grows.
#include "report/json_document.hpp"

#include <utility>

namespace tapctl {

JsonDocument::JsonDocument(TextSink sink, const char* command, JsonLayout layout)
    : sink_(std::move(sink)), layout_(layout) {
  put("schema", 1);
  put("command", command);
}

std::string JsonDocument::line_end(size_t depth) const {
  return layout_ == JsonLayout::line ? "" : "\n" + std::string(2 * depth, ' ');
}

std::string JsonDocument::text_of(const Json& value, size_t depth) const {
  const bool is_line = layout_ == JsonLayout::line;
  std::string text = is_line ? print_json_line(value) : print_json(value);
  text.pop_back();
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', end + 1))
    text.replace(end, 1, line_end(depth));
  return text;
}

void JsonDocument::put_key(const char* key) {
  sink_((is_empty_ ? "{" : ",") + line_end(1) + Json(key).dump() +
        (layout_ == JsonLayout::line ? ":" : ": "));
  is_empty_ = false;
}

void JsonDocument::put(const char* key, const Json& value) {
  put_key(key);
  sink_(text_of(value, 1));
}

void JsonDocument::begin_array(const char* key) {
  put_key(key);
  sink_("[");
  array_is_empty_ = true;
}

void JsonDocument::put_item(const Json& item) {
  sink_((array_is_empty_ ? "" : ",") + line_end(2) + text_of(item, 2));
  array_is_empty_ = false;
}

void JsonDocument::end_array() {
  sink_(array_is_empty_ ? "]" : line_end(1) + "]");
}

void JsonDocument::end() {
  sink_(line_end(0) + "}\n");
}

}  // namespace tapctl

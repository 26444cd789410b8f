// SPDX-License-Identifier: MIT
// A JSON document that is written while it grows.
#include "report/json_document.hpp"

#include <utility>

namespace tapctl {
namespace {

/// Without the end of the line, and with what stands behind one indented.
std::string indented(const Json& value, size_t columns) {
  std::string text = print_json(value);
  text.pop_back();
  const std::string gap = "\n" + std::string(columns, ' ');
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', end + 1))
    text.replace(end, 1, gap);
  return text;
}

}  // namespace

JsonDocument::JsonDocument(TextSink sink, const char* command) : sink_(std::move(sink)) {
  put("schema", 1);
  put("command", command);
}

void JsonDocument::put_key(const char* key) {
  sink_((is_empty_ ? "{\n  " : ",\n  ") + Json(key).dump() + ": ");
  is_empty_ = false;
}

void JsonDocument::put(const char* key, const Json& value) {
  put_key(key);
  sink_(indented(value, 2));
}

void JsonDocument::begin_array(const char* key) {
  put_key(key);
  sink_("[");
  array_is_empty_ = true;
}

void JsonDocument::put_item(const Json& item) {
  sink_((array_is_empty_ ? "\n    " : ",\n    ") + indented(item, 4));
  array_is_empty_ = false;
}

void JsonDocument::end_array() {
  sink_(array_is_empty_ ? "]" : "\n  ]");
}

void JsonDocument::end() {
  sink_("\n}\n");
}

}  // namespace tapctl

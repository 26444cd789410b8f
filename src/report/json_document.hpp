// SPDX-License-Identifier: MIT
// A JSON document that is written while it grows, item by item: as one value, that of 10,000
// devices would take several times its own size in memory.
#pragma once

#include "report/json.hpp"
#include "report/json_values.hpp"
#include "report/output.hpp"

namespace tapctl {

/// {"schema": 1, "command": ..., then what is put, in that order}, as print_json() would print it.
class JsonDocument {
 public:
  JsonDocument(TextSink sink, const char* command, JsonLayout layout = JsonLayout::indented);

  void put(const char* key, const Json& value);
  /// An array of what `to_item` makes of each.
  template <class Range, class ToItem>
  void put_array(const char* key, const Range& range, ToItem&& to_item) {
    begin_array(key);
    for (const auto& each : range)
      put_item(to_item(each));
    end_array();
  }
  /// Nothing can be put after that.
  void end();

 private:
  void begin_array(const char* key);
  void put_item(const Json& item);
  void end_array();
  void put_key(const char* key);
  /// What stands before a member or an item at that depth.
  [[nodiscard]] std::string line_end(size_t depth) const;
  [[nodiscard]] std::string text_of(const Json& value, size_t depth) const;

  TextSink sink_;
  JsonLayout layout_;
  bool is_empty_ = true;
  bool array_is_empty_ = true;
};

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Values as bytes and back, for what has to outlive the process.
//
// A type takes part through a `fields(T&)` that returns its members as a std::tie; see
// txn/fields.hpp. What is read is not trusted: a length that the bytes cannot hold is an error.
#pragma once

#include "model/ifname.hpp"
#include "model/settings.hpp"
#include "util/error.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace tapctl::archive {

/// Appends values to `bytes`.
class Writer {
 public:
  template <class T>
  void put(const T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>)
      bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    else if constexpr (Settings<T>)
      for_each_field<T>([&](const char*, auto member) { put(value.*member); });
    else
      put_one(value);
  }

  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  void put_one(const std::string& text) {
    put(static_cast<uint32_t>(text.size()));
    bytes_ += text;
  }
  void put_one(const IfName& name) { put_one(name.str()); }
  template <class T, size_t n>
  void put_one(const std::array<T, n>& items) {
    for (const T& item : items)
      put(item);
  }
  template <class T>
  void put_one(const std::optional<T>& value) {
    put(value.has_value());
    if (value)
      put(*value);
  }
  template <class A, class B>
  void put_one(const std::pair<A, B>& value) {
    put(value.first);
    put(value.second);
  }
  template <class... T>
  void put_one(const std::variant<T...>& value) {
    put(static_cast<uint8_t>(value.index()));
    std::visit([&](const auto& one) { put(one); }, value);
  }
  template <class T>
  void put_one(const std::vector<T>& items) {
    put_items(items);
  }
  template <class K, class V>
  void put_one(const std::map<K, V>& items) {
    put_items(items);
  }
  template <class T>
  void put_one(const std::set<T>& items) {
    put_items(items);
  }
  template <class T>
  requires requires(T& value) { fields(value); }
  void put_one(const T& value) {
    // fields() of a constant object would need a second overload for each type.
    std::apply([&](auto&... member) { (put(member), ...); }, fields(const_cast<T&>(value)));
  }
  template <class Items>
  void put_items(const Items& items) {
    put(static_cast<uint32_t>(items.size()));
    for (const auto& item : items)
      put(item);
  }

  std::string bytes_;
};

/// Takes values from bytes; throws Error where they end too early or cannot be such a value.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}

  template <class T>
  T get() {
    T value{};
    read(value);
    return value;
  }

  [[nodiscard]] bool at_end() const { return left_.empty(); }

 private:
  [[noreturn]] static void damaged() { throw Error("is damaged"); }

  std::string_view take(size_t size) {
    if (size > left_.size())
      damaged();
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }

  template <class T>
  void read(T& value) {
    if constexpr (std::is_same_v<T, bool>)
      value = read_bool();
    else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>)
      std::memcpy(&value, take(sizeof value).data(), sizeof value);
    else if constexpr (Settings<T>)
      for_each_field<T>([&](const char*, auto member) { read(value.*member); });
    else
      read_one(value);
  }

  bool read_bool() {
    const char byte = take(1).front();
    if (byte != 0 && byte != 1)
      damaged();
    return byte == 1;
  }

  /// Each item takes a byte at least.
  uint32_t read_count() {
    const auto count = get<uint32_t>();
    if (count > left_.size())
      damaged();
    return count;
  }

  void read_one(std::string& text) { text = take(get<uint32_t>()); }
  void read_one(IfName& name) { name = IfName::from_kernel(get<std::string>()); }
  template <class T, size_t n>
  void read_one(std::array<T, n>& items) {
    for (T& item : items)
      read(item);
  }
  template <class T>
  void read_one(std::optional<T>& value) {
    if (read_bool())
      read(value.emplace());
  }
  template <class A, class B>
  void read_one(std::pair<A, B>& value) {
    read(value.first);
    read(value.second);
  }
  template <class... T>
  void read_one(std::variant<T...>& value) {
    const auto index = get<uint8_t>();
    size_t i = 0;
    const bool found = ((i++ == index && (value = get<T>(), true)) || ...);
    if (!found)
      damaged();
  }
  template <class T>
  void read_one(std::vector<T>& items) {
    for (uint32_t left = read_count(); left > 0; --left)
      items.push_back(get<T>());
  }
  template <class K, class V>
  void read_one(std::map<K, V>& items) {
    for (uint32_t left = read_count(); left > 0; --left)
      items.insert(get<std::pair<K, V>>());
  }
  template <class T>
  void read_one(std::set<T>& items) {
    for (uint32_t left = read_count(); left > 0; --left)
      items.insert(get<T>());
  }
  template <class T>
  requires requires(T& value) { fields(value); }
  void read_one(T& value) {
    std::apply([&](auto&... member) { (read(member), ...); }, fields(value));
  }

  std::string_view left_;
};

template <class T>
std::string pack(const T& value) {
  Writer writer;
  writer.put(value);
  return writer.take();
}

}  // namespace tapctl::archive

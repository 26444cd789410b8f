// SPDX-License-Identifier: MIT
// Fuzz target: names and values that users type, and names that are printed.
#include "util/text.hpp"

#include "fuzz/target.hpp"
#include "input/values.hpp"
#include "model/ifname.hpp"
#include "model/ip.hpp"
#include "model/mac.hpp"
#include "plan/command_line.hpp"
#include "report/json_values.hpp"
#include "report/output.hpp"
#include "report/text.hpp"
#include "util/error.hpp"

#include <arpa/inet.h>

#include <optional>

namespace {

using namespace tapctl;
using fuzz::require;
using fuzz::require_printable;

/// The value, or nothing where it is refused, with a message that can be printed.
template <class Parse>
auto attempt(Parse parse) -> std::optional<decltype(parse())> {
  try {
    return parse();
  } catch (const Error& error) {
    fuzz::require_printable_lines(error_text(error));
    require(error.kind == ErrorKind::usage, "what is typed wrong is a usage error", error.line());
    return std::nullopt;
  }
}

/// What net/core/dev.c (dev_valid_name) takes, and what tapctl refuses beyond it.
void check_name(const std::string& text) {
  const auto name = attempt([&] { return IfName::parse(text); });
  if (!name)
    return;
  require(name->str() == text, "a name is never changed", text);
  require(!text.empty() && text.size() <= IfName::max_length, "a name has 1 to 15 bytes", text);
  require(text.find_first_of(std::string("/:% \t\n\v\f\r\0", 10)) == std::string::npos,
          "a name is valid to the kernel", text);
  require(text != "." && text != "..", "a name is no folder", text);
  require(name->quoted() == "'" + text + "'" || text.find('\\') != std::string::npos,
          "a name needs no escape", text);
}

void check_template(const std::string& text) {
  const auto name = attempt([&] { return NameTemplate::parse(text); });
  if (!name)
    return;
  for (const unsigned number : {0U, 7U, 12345U, ~0U}) {
    if (const auto one = attempt([&] { return name->expand(number); }))
      check_name(one->str());
  }
}

void check_mac(const std::string& text) {
  const auto mac = attempt([&] { return Mac::parse(text); });
  if (!mac)
    return;
  require(Mac::parse(mac->str()) == *mac, "a MAC is read as it is written", text);
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c == '-' ? ':' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  require(mac->str() == lower, "a MAC is the one that was typed", text);
}

/// inet_pton(3) decides.
bool is_address(const std::string& text) {
  std::array<uint8_t, 16> bytes{};
  const bool is_text = text.find('\0') == std::string::npos;
  return is_text && (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
                     inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1);
}

void check_address(const std::string& text) {
  const auto address = attempt([&] { return IpAddress::parse(text); });
  require(address.has_value() == is_address(text), "inet_pton takes the same addresses", text);
  if (address)
    require(IpAddress::parse(address->str()) == *address, "an address is read as written", text);
  const auto prefix = attempt([&] { return Prefix::parse(text); });
  if (!prefix)
    return;
  require(is_address(text.substr(0, text.find('/'))), "a prefix has an address", text);
  require(Prefix::parse(prefix->str()) == *prefix, "a prefix is read as it is written", text);
  require(prefix->contains(prefix->address), "a network has its address", text);
  require(prefix->network().network() == prefix->network(), "a network is its own", text);
}

void check_numbers(const std::string& text) {
  constexpr uint32_t low = 5;
  constexpr uint32_t high = 65535;
  if (const auto number = parse_decimal(text)) {
    const size_t zeros = std::min(text.find_first_not_of('0'), text.size() - 1);
    require(std::to_string(*number) == text.substr(zeros), "a number is the one typed", text);
  }
  const auto number = attempt([&] { return parse_number("--mtu", text, {low, high}); });
  require(!number || (*number >= low && *number <= high), "a number is in its range", text);
  const auto time = attempt([&] { return parse_time("--confirm", text, {low, high}); });
  require(!time || (*time >= low && *time <= high), "a time is in its range", text);
  const auto again =
      time ? parse_time("--confirm", std::to_string(*time * 10) + "ms", {low, high}) : uint32_t{0};
  require(!time || again == *time, "a time is the same in milliseconds", text);
  attempt([&] { return parse_on_off("--stp", text); });
  attempt([&] { return parse_alias("--alias", text); });
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && text.substr(i + 1, 1) == "x") {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 2, 2)), nullptr, 16));
      i += 3;
      continue;
    }
    i += text[i] == '\\' ? 1 : 0;
    out += text[i];
  }
  return out;
}

void check_escapes(const std::string& text) {
  require(is_utf8(text) == fuzz::is_valid_utf8(text), "both agree on UTF-8", text);
  require_printable(printable(text));
  require(unescaped(printable(text)) == text, "no two texts are printed alike", text);
  require_printable(without_controls(text));
  require(without_controls(without_controls(text)) == without_controls(text),
          "what is escaped stays as it is", text);
  require_printable(shell_quote(text));
  Json object = Json::object();
  put_name(object, "ifname", IfName::from_kernel(text));
  const std::string document = print_json(object);
  fuzz::require_json(document);
  require(!is_utf8(text) || text.empty() || Json::parse(document)["ifname"] == text,
          "JSON has the name as it is", text);
}

void check_globs(const std::string& pattern) {
  const std::string name = pattern.substr(0, IfName::max_length);
  require(glob_match("*", name) || name.find('\0') != std::string::npos, "* is any name", name);
  const bool is_plain = name.find_first_of(std::string("*?[\\\0", 5)) == std::string::npos;
  require(!is_plain || glob_match(name, name), "a plain name matches itself", name);
  glob_match(pattern, "eth0");
  const std::vector<std::string> words{"bridge", "unbridge", "status"};
  nearest(name, words);
}

}  // namespace

std::vector<std::string> tapctl::fuzz::seeds() {
  return {"eth0",
          "tap%d",
          "br-0.100@if7",
          "\xd1\x82\xd0\xb0\xd0\xbf",
          "\x1b[2J\xff\xc2\x9b",
          "\xe2\x80\xae\xed\xa0\x80",
          "..",
          "default",
          "52:54:00:12:34:56",
          "FE-00-00-00-00-01",
          "172.16.1.2",
          "172.16.1.2/16",
          "2001:db8::1",
          "::ffff:10.0.0.1/96",
          "fe80::1/64",
          "1500",
          "18446744073709551615",
          "0042",
          "300ms",
          "1.50s",
          "5m",
          "999999999m",
          "tap*[0-9]?",
          "[!a-c]**\\",
          "brigde",
          "it's $HOME `x`",
          std::string("a\0b", 3)};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_name(text);
  check_template(text);
  check_mac(text);
  check_address(text);
  check_numbers(text);
  check_escapes(text);
  check_globs(text);
  return 0;
}

// SPDX-License-Identifier: MIT
// What has to hold before a change is committed, from text.
#include "input/safety.hpp"

#include "input/values.hpp"
#include "util/error.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace tapctl {
namespace {

std::string take_word(std::string_view& text) {
  const size_t end = std::min(text.find(' '), text.size());
  std::string word(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

/// sshd's "PEER PORT LOCAL PORT", where it is there and of that form.
std::optional<TcpEnds> read_login() {
  const char* value = secure_getenv("SSH_CONNECTION");
  if (value == nullptr)
    return std::nullopt;
  std::string_view text = value;
  const auto take_port = [&] {
    return static_cast<uint16_t>(parse_number("SSH_CONNECTION", take_word(text), {1, 65535}));
  };
  try {
    TcpEnds login;
    login.peer = IpAddress::parse(take_word(text));
    login.peer_port = take_port();
    login.local = IpAddress::parse(take_word(text));
    login.local_port = take_port();
    return login;
  } catch (const Error&) {  // a link-local address with its zone, for one
    return std::nullopt;
  }
}

}  // namespace

/// parse_time counts in hundredths of a second.
std::chrono::milliseconds parse_duration(const std::string& option, const std::string& text,
                                         std::chrono::seconds most) {
  const auto hundredths = static_cast<uint32_t>(most.count() * 100);
  return std::chrono::milliseconds(int64_t{parse_time(option, text, {10, hundredths})} * 10);
}

CheckWish parse_check(const std::string& option, const std::string& text) {
  if (text == "none")
    return {.what = CheckWish::What::none};
  if (text == "gateway")
    return {};
  try {
    return {.what = CheckWish::What::address, .address = IpAddress::parse(text)};
  } catch (const Error& error) {
    if (error.kind != ErrorKind::usage)
      throw;
    throw bad_value(option, text, "is not gateway, none or an IP address");
  }
}

Safety parse_safety(const SafetyTexts& texts) {
  using namespace std::chrono_literals;
  Safety safety;
  if (texts.check)
    safety.check = parse_check("--check", *texts.check);
  safety.check.login = read_login();
  if (texts.timeout)
    safety.check.timeout = parse_duration("--timeout", *texts.timeout, longest_timeout);
  if (texts.confirm)
    safety.confirm = parse_duration("--confirm", *texts.confirm, 24h);
  return safety;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Names and aliases of any bytes: no control byte in any output, and JSON that jq reads and that
// loses nothing.
#include "support/cli_test.hpp"
#include "support/json_schema.hpp"
#include "support/rich_host.hpp"
#include "support/running.hpp"
#include "util/fd.hpp"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <map>
#include <set>
#include <stdexcept>
#include <system_error>

namespace tapctl::test {
namespace {

using namespace std::chrono_literals;

using Bytes = std::vector<char>;

void put(Bytes& message, const void* data, size_t size) {
  const char* bytes = static_cast<const char*>(data);
  message.insert(message.end(), bytes, bytes + size);
  message.resize(NLMSG_ALIGN(message.size()));
}

void put_attribute(Bytes& message, unsigned short type, const std::string& payload) {
  const rtattr header{.rta_len = static_cast<unsigned short>(RTA_LENGTH(payload.size())),
                      .rta_type = type};
  put(message, &header, sizeof header);
  put(message, payload.data(), payload.size());
}

/// Sends a RTM_NEWLINK as it is: ip(8) refuses some names.
void new_link(int ifindex, unsigned short flags,
              const std::vector<std::pair<int, std::string>>& attributes) {
  Bytes message(NLMSG_HDRLEN);
  const ifinfomsg link{.ifi_index = ifindex};
  put(message, &link, sizeof link);
  for (const auto& [type, payload] : attributes)
    put_attribute(message, static_cast<unsigned short>(type), payload);
  const nlmsghdr header{
      .nlmsg_len = static_cast<unsigned>(message.size()),
      .nlmsg_type = RTM_NEWLINK,
      .nlmsg_flags = static_cast<unsigned short>(NLM_F_REQUEST | NLM_F_ACK | flags)};
  std::memcpy(message.data(), &header, sizeof header);
  const Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  std::array<char, 4096> answer{};
  if (::send(socket.get(), message.data(), message.size(), 0) < 0 ||
      ::recv(socket.get(), answer.data(), answer.size(), 0) < 0)
    throw std::system_error(errno, std::generic_category(), "netlink");
  int error = 0;
  std::memcpy(&error, answer.data() + NLMSG_HDRLEN, sizeof error);
  if (error != 0)
    throw std::system_error(-error, std::generic_category(), "RTM_NEWLINK");
}

/// IFLA_LINKINFO of a bridge.
std::string bridge_info() {
  Bytes nested;
  put_attribute(nested, IFLA_INFO_KIND, "bridge");
  return {nested.begin(), nested.end()};
}

void set_alias(const std::string& name, const std::string& alias) {
  new_link(static_cast<int>(::if_nametoindex(name.c_str())), 0, {{IFLA_IFALIAS, alias}});
}

void make_bridge(const std::string& name) {
  new_link(0, NLM_F_CREATE | NLM_F_EXCL,
           {{IFLA_IFNAME, name + '\0'}, {IFLA_LINKINFO, bridge_info()}});
}

void make_tap(const std::string& name) {
  const Fd tap(::open("/dev/net/tun", O_RDWR | O_CLOEXEC));
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  if (::ioctl(tap.get(), TUNSETIFF, &request) != 0 || ::ioctl(tap.get(), TUNSETPERSIST, 1) != 0)
    throw std::system_error(errno, std::generic_category(), "TUNSETIFF");
}

/// What a terminal would act on: C0, DEL, C1 in UTF-8, bytes that are no UTF-8, and the
/// bidirectional overrides. Line ends are the program's own.
std::string bad_bytes(const std::string& text) {
  std::string found;
  for (const unsigned char c : text)
    if ((c < 0x20 && c != '\n') || c == 0x7f || c == 0xff || c == 0xfe)
      found += std::to_string(c) + " ";
  for (const char* sequence : {"\xc2\x9b", "\xe2\x80\xae"})
    if (text.find(sequence) != std::string::npos)
      found += "sequence ";
  return found;
}

const std::vector<std::string> names{"\x1b[31mRED",
                                     "\xff\xfe",
                                     "a\"b",
                                     "b\\x",
                                     "-x",
                                     "\xc2\x9b"
                                     "31m",
                                     "n\x01\x08",
                                     "del\x7f",
                                     "e\xe2\x80\xaew",
                                     "br\xc3\xbc\x63ke",
                                     "\xc3",
                                     "'$(id)'",
                                     "{}",
                                     "\xed\xb0\x80"};

const std::vector<std::string> aliases{"line\nfeed\r\ttab",
                                       "\x1b]0;title\x07",
                                       "\xff\xfe\x80 \"quoted\" 'single' \\",
                                       "\xc2\x9b"
                                       "2J\xe2\x80\xae",
                                       std::string(255, '\xff'),
                                       "{\"json\": [1]}",
                                       "<script>&amp;"};

class AnyByte : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (IsSkipped() || HasFatalFailure())
      return;
    size_t alias = 0;
    for (const std::string& name : names) {
      alias = (alias + 1) % aliases.size();
      make_bridge(name);
      set_alias(name, aliases[alias]);
      make_tap("t" + name);
      set_alias("t" + name, aliases[alias]);
      must_run({"ip", "addr", "add", "10.0." + std::to_string(alias) + ".1/24", "dev", name});
    }
    must_run({"ip", "link", "set", names[0], "up"});
    must_run({"ip", "route", "add", "default", "dev", names[0]});
  }
};

/// What jq, which shares no code with tapctl, makes of a document: each string of `key` as its
/// bytes, from KEY_bytes where there is one.
std::multiset<std::string> strings_of(const std::string& document, const std::string& key) {
  const std::string filter = ".. | objects | select(has(\"" + key + "\")) | ." + key +
                             "_bytes // (\"u\" + (." + key +
                             " // \"\" | tostring | explode | map(tostring) | join(\" \")))";
  std::multiset<std::string> result;
  std::string lines = must_run({"jq", "-r", filter}, document);
  size_t end = 0;
  for (size_t at = 0; (end = lines.find('\n', at)) != std::string::npos; at = end + 1)
    result.insert(lines.substr(at, end - at));
  return result;
}

/// The same of the bytes that were put in: hexadecimal where they are no UTF-8, else code points.
std::string as_jq_says(const std::string& text) {
  std::string points = "u";
  std::string hex;
  bool valid = true;
  for (size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const size_t length = first < 0x80 ? 1 : first >= 0xe0 ? 3 : 2;
    unsigned point = length == 1 ? first : first & (length == 2 ? 0x1fU : 0xfU);
    valid = valid && i + length <= text.size() && (first < 0x80 || (first >= 0xc2 && first < 0xf0));
    for (size_t k = 1; valid && k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      valid = (next & 0xc0U) == 0x80;
      point = point << 6U | (next & 0x3fU);
    }
    valid = valid && (point < 0xd800 || point > 0xdfff);
    points += (points == "u" ? "" : " ") + std::to_string(point);
    i += length;
  }
  if (valid)
    return points;
  for (const unsigned char c : text) {
    constexpr std::string_view digits = "0123456789abcdef";
    hex += {digits[c >> 4U], digits[c & 0xfU]};
  }
  return hex;
}

void expect_lossless(const std::string& document, const std::string& key,
                     const std::vector<std::string>& texts, const std::string& prefix = "") {
  const auto found = strings_of(document, key);
  for (const std::string& text : texts)
    EXPECT_TRUE(found.contains(as_jq_says(prefix + text)))
        << key << " " << as_jq_says(prefix + text) << "\n"
        << document;
}

TEST_F(AnyByte, IsEscapedInTextAndKeptInJson) {
  for (const Argv& command : {Argv{"status"}, Argv{"status", "--color", "never"}, Argv{"list"},
                              Argv{"list", "--holders"}, Argv{"nf", "show"}, Argv{"log"}}) {
    SCOPED_TRACE(command.front());
    EXPECT_EQ(bad_bytes(tapctl_ok(command)), "");
    Argv with_json = command;
    with_json.emplace_back("--json");
    const std::string document = tapctl_ok(with_json);
    EXPECT_EQ(bad_bytes(document), "");
    must_run({"jq", "-e", ".schema == 1"}, document);
    expect_valid_json(document);
  }
  const std::string status = tapctl_ok({"status", "--json"});
  expect_lossless(status, "ifname", names);
  expect_lossless(status, "ifname", names, "t");
  expect_lossless(status, "ifalias", aliases);
  expect_lossless(status, "dev", {names[0]});
  expect_lossless(tapctl_ok({"list", "--json"}), "ifname", names, "t");
  expect_lossless(tapctl_ok({"list", "--json"}), "ifalias", aliases);
}

TEST_F(AnyByte, IsEscapedInMonitor) {
  Running text({tapctl_path(), "monitor"});
  Running objects({tapctl_path(), "monitor", "--json"});
  text.wait_until_idle();
  objects.wait_until_idle();
  for (const std::string& name : names) {
    make_bridge("m" + name);
    must_run({"ip", "addr", "add", "10.1.0.1/24", "dev", "m" + name});
    must_run({"ip", "link", "set", "m" + name, "up"});
    set_alias("m" + name, aliases[name.size() % aliases.size()]);
    must_run({"ip", "link", "del", "m" + name});
  }
  must_run({"ip", "link", "set", "lo", "mtu", "40000"});
  ASSERT_TRUE(text.read_until("-> 40000\n", 10s));
  ASSERT_TRUE(objects.read_until("\"after\":40000", 10s));
  EXPECT_EQ(bad_bytes(text.out()), "");
  EXPECT_EQ(bad_bytes(objects.out()), "");
  std::istringstream lines(objects.out());
  for (std::string line; std::getline(lines, line);)
    expect_valid_json(line);
  expect_lossless(objects.out(), "ifname", names, "m");
}

TEST_F(AnyByte, IsEscapedInErrorsPlansAndTheLog) {
  // A name that a user types is refused; what is on the command line is repeated in messages.
  for (const std::string& name : names) {
    for (const Argv& command :
         {Argv{"del", "--", "t" + name}, Argv{"status", "--", name}, Argv{"nf", "show", "--", name},
          Argv{"bridge", "br0", "--", name}, Argv{name}, Argv{"add", "tap0", "--" + name},
          Argv{"--netns", name, "list"}, Argv{"add", "tap0", "--alias", name, "--dry-run"}}) {
      const Result result = tapctl(command);
      EXPECT_EQ(bad_bytes(result.out + result.err), "") << result.err;
      Argv with_json{"--json"};
      with_json.insert(with_json.end(), command.begin(), command.end());
      const Result document = tapctl(with_json);
      EXPECT_EQ(bad_bytes(document.out + document.err), "") << document.err;
      const int parsed = run({"jq", "-e", ".schema == 1"}, document.out).status;
      EXPECT_TRUE(parsed == 0 || document.out.empty()) << document.out;
      if (!document.out.empty())
        expect_valid_json(document.out);
    }
  }
}

TEST_F(AnyByte, IsKeptInTheChangesOfADevice) {
  ASSERT_EQ(tapctl({"add", "tap0", "--alias", "\xff\xfe"}).status, 0);
  const std::string change = tapctl_ok({"--json", "set", "tap0", "--alias", "br\xc3\xbc\x63ke"});
  EXPECT_EQ(bad_bytes(change), "");
  expect_valid_json(change);
  expect_lossless(change, "before", {"\xff\xfe"});
  expect_lossless(change, "after", {"br\xc3\xbc\x63ke"});
}

}  // namespace
}  // namespace tapctl::test

// SPDX-License-Identifier: MIT
// The grammar and the words of tunctl(8): of uml-utilities, with what Fedora added to it.
#include "compat/tunctl.hpp"

#include "compat/short_options.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

namespace tapctl {
namespace {

constexpr const char* usage =
    "tunctl [-b] [-n | -p] [-u USER] [-g GROUP] [-f FILE] [-t NAME], or tunctl [-n] -d NAME";

}  // namespace

const char* const tunctl_help =
    "Usage: tapctl tunctl [-b] [-n | -p] [-u USER] [-g GROUP] [-f FILE] [-t NAME]\n"
    "       tapctl tunctl [-n | -p] [-f FILE] -d NAME\n"
    "\n"
    "The grammar of tunctl. Creates a device, or with -d deletes it.\n"
    "  -t NAME   its name (default: tap%d, with the lowest free number)\n"
    "  -u USER   who may attach, by name or number (default: you)\n"
    "  -g GROUP  which group may attach\n"
    "  -b        print the name alone\n"
    "  -n, -p    a tun, or a tap (the default)\n"
    "  -f FILE   the clone device, instead of /dev/net/tun\n";

TunctlLine parse_tunctl(const std::vector<std::string>& words) {
  const ShortOptions given = parse_short_options(words, "bd:f:g:npt:u:", usage);
  TunctlLine line;
  for (const auto& [letter, value] : given.options) {
    switch (letter) {
      case 'b':
        line.brief = true;
        break;
      case 'd':
        line.deletes = true;
        line.name = value;
        break;
      case 'f':
        line.clone_device = value;
        break;
      case 'g':
        line.groups.push_back(value);
        break;
      case 'n':
        line.mode = TunMode::tun;
        break;
      case 'p':
        line.mode = TunMode::tap;
        break;
      case 't':
        line.name = value;
        break;
      default:
        line.users.push_back(value);
        break;
    }
  }
  if (!given.operands.empty())
    throw usage_error("unexpected argument " + quote(given.operands.front()), usage);
  if (line.deletes && line.name.empty())
    throw usage_error("option '-d': has an empty name");
  return line;
}

void require_decimal(const std::string& what, const std::string& text) {
  if (text.size() > 1 && text[0] == '0' &&
      text.find_first_not_of("0123456789") == std::string::npos)
    throw usage_error(what + " " + quote(text) + ": would be octal",
                      "a number is decimal here, without a leading 0");
}

std::string tunctl_text(const TunctlLine& line, const std::string& name,
                        std::optional<uint32_t> owner, std::optional<uint32_t> group) {
  const std::string set = "Set '" + name + "' ";
  if (line.deletes)
    return set + "nonpersistent\n";
  if (line.brief)
    return name + "\n";
  std::string text = set + "persistent and owned by";
  if (owner)
    text += " uid " + std::to_string(*owner);
  if (group)
    text += " gid " + std::to_string(*group);
  return text + "\n";
}

}  // namespace tapctl

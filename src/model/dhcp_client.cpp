// SPDX-License-Identifier: MIT
// Reads and writes the command lines of DHCP clients: dhclient(8), dhcpcd(8), busybox udhcpc.
#include "model/dhcp_client.hpp"

#include "util/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string_view>
#include <utility>

namespace tapctl {
namespace {

using Words = std::vector<std::string>;

constexpr const char* dhclient_folder = "/var/lib/dhcp";
constexpr const char* dhcpcd_folder = "/var/lib/dhcpcd";

std::string base_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= IfName::max_length;
}

enum class Value : uint8_t {
  none,
  text,
  file,
  attached,  ///< in the same word, or none
};

struct Option {
  std::string_view name;
  std::string_view long_name;
  Value value = Value::none;
};

/// ISC's, and below what Red Hat adds. Not -r and -x, with which it ends at once.
constexpr auto dhclient_options = std::to_array<Option>({
    {.name = "-4"},
    {.name = "-6"},
    {.name = "-S"},
    {.name = "-N"},
    {.name = "-T"},
    {.name = "-P"},
    {.name = "-R"},
    {.name = "-I"},
    {.name = "-1"},
    {.name = "-d"},
    {.name = "-i"},
    {.name = "-n"},
    {.name = "-nw"},
    {.name = "-q"},
    {.name = "-v"},
    {.name = "-w"},
    {.name = "--no-pid"},
    {.name = "-D", .value = Value::text},
    {.name = "-e", .value = Value::text},
    {.name = "-g", .value = Value::text},
    {.name = "-p", .value = Value::text},
    {.name = "-s", .value = Value::text},
    {.name = "--address-prefix-len", .value = Value::text},
    {.name = "--dad-wait-time", .value = Value::text},
    {.name = "--decline-wait-time", .value = Value::text},
    {.name = "--prefix-len-hint", .value = Value::text},
    {.name = "-cf", .value = Value::file},
    {.name = "-df", .value = Value::file},
    {.name = "-lf", .value = Value::file},
    {.name = "-pf", .value = Value::file},
    {.name = "-sf", .value = Value::file},
    {.name = "-B"},
    {.name = "-C", .value = Value::text},
    {.name = "-F", .value = Value::text},
    {.name = "-H", .value = Value::text},
    {.name = "-V", .value = Value::text},
    {.name = "--request-options", .value = Value::text},
    {.name = "--timeout", .value = Value::text},
});

/// Of all versions and builds. A long one stands before those that begin with it.
constexpr auto udhcpc_options = std::to_array<Option>({
    {"-A", "--tryagain", Value::text},
    {"-a", "--arping", Value::attached},
    {"-B", "--broadcast"},
    {"-b", "--background"},
    {"-C", "--clientid-none"},
    {"-c", "", Value::text},
    {"-F", "--fqdn", Value::text},
    {"-f", "--foreground"},
    {"-H", "--hostname", Value::text},
    {"-h", "", Value::text},
    {"-i", "--interface", Value::text},
    {"-n", "--now"},
    {"-o", "--no-default-options"},
    {"-P", "--client-port", Value::text},
    {"-p", "--pidfile", Value::file},
    {"-q", "--quit"},
    {"-R", "--release"},
    {"-r", "--request", Value::text},
    {"-O", "--request-option", Value::text},
    {"-S", "--syslog"},
    {"-s", "--script", Value::file},
    {"-T", "--timeout", Value::text},
    {"-t", "--retries", Value::text},
    {"-V", "--vendorclass", Value::text},
    {"-v", ""},
    {"-x", "", Value::text},
});

/// Null for one that is not known. getopt_long(3) takes the beginning of a long one too.
const Option* find_option(DhcpProgram program, std::string_view text) {
  const bool is_long = program == DhcpProgram::udhcpc && text.starts_with("--");
  const std::span<const Option> options =
      program == DhcpProgram::udhcpc ? std::span<const Option>(udhcpc_options) : dhclient_options;
  const auto found = std::ranges::find_if(options, [&](const Option& option) {
    return is_long ? text.size() > 2 && option.long_name.starts_with(text) : option.name == text;
  });
  return found == options.end() ? nullptr : &*found;
}

/// An option with its value, or a word.
struct Argument {
  std::string option;  ///< empty for a word
  std::string value;   ///< of the option where it takes one, or the word
  Value takes = Value::none;
  bool is_known = true;
};

/// The first of them, which is taken off; "" where there is none.
std::string take_first(std::span<const std::string>& words) {
  if (words.empty())
    return {};
  std::string first = words.front();
  words = words.subspan(1);
  return first;
}

/// An option whose value, where it takes one, is `attached` to it or the next word.
Argument make_option(const Option& option, const std::optional<std::string>& attached,
                     std::span<const std::string>& rest) {
  Argument argument{.option = std::string(option.name), .takes = option.value};
  if (option.value == Value::attached)
    argument.value = attached.value_or("");
  else if (option.value != Value::none)
    argument.value = attached ? *attached : take_first(rest);
  return argument;
}

/// It stays as it is: its value may be the next word, or none.
Argument unknown_option(const std::string& word) {
  return {.option = word, .is_known = false};
}

/// getopt's letters, of which several can share a word: "-bi", "eth0".
void split_letters(const std::string& word, std::span<const std::string>& rest,
                   std::vector<Argument>& arguments) {
  for (size_t i = 1; i < word.size(); ++i) {
    const Option* option = find_option(DhcpProgram::udhcpc, std::string{'-', word[i]});
    if (option == nullptr) {
      arguments.push_back(unknown_option("-" + word.substr(i)));
      return;
    }
    const auto attached = i + 1 < word.size() ? std::optional(word.substr(i + 1)) : std::nullopt;
    arguments.push_back(make_option(*option, attached, rest));
    if (option->value != Value::none)
      return;
  }
}

/// "--interface=eth0", or "--interface", "eth0", or one of dhclient's.
Argument parse_option(DhcpProgram program, const std::string& word,
                      std::span<const std::string>& rest) {
  const size_t equals = program == DhcpProgram::udhcpc ? word.find('=') : std::string::npos;
  const auto attached =
      equals == std::string::npos ? std::nullopt : std::optional(word.substr(equals + 1));
  const Option* option = find_option(program, word.substr(0, equals));
  return option == nullptr ? unknown_option(word) : make_option(*option, attached, rest);
}

std::vector<Argument> parse_arguments(DhcpProgram program, const Words& argv) {
  std::vector<Argument> arguments;
  std::span<const std::string> rest = argv;
  take_first(rest);
  while (!rest.empty()) {
    const std::string word = take_first(rest);
    if (!word.starts_with('-') || word == "-")
      arguments.push_back({.value = word});
    else if (program != DhcpProgram::udhcpc || word.starts_with("--"))
      arguments.push_back(parse_option(program, word, rest));
    else
      split_letters(word, rest, arguments);
  }
  return arguments;
}

void write_arguments(Words& argv, const std::vector<Argument>& arguments) {
  argv.resize(1);
  for (const Argument& argument : arguments) {
    const bool is_one_word = argument.option.empty() || argument.takes == Value::attached;
    if (is_one_word)
      argv.push_back(argument.option + argument.value);
    else
      argv.push_back(argument.option);
    if (!is_one_word && argument.takes != Value::none)
      argv.push_back(argument.value);
  }
}

/// "dhcpcd: eth0 [ip4] [ip6]" is one that serves eth0; "dhcpcd: [manager] [ip4]" serves all links,
/// "dhcpcd: [privileged proxy] eth0 [ip4]" and others only help.
std::optional<DhcpClient> parse_dhcpcd(DhcpClient client, const Words& argv) {
  const std::string& title = argv.front();
  constexpr std::string_view start = "dhcpcd: ";
  const bool is_one_of_many =
      title.starts_with("dhcpcd: [manager]") || title.starts_with("dhcpcd: [master]");
  if (is_one_of_many)
    return client;
  if (!title.starts_with(start) || title.starts_with("dhcpcd: ["))
    return std::nullopt;
  const std::string name = title.substr(start.size(), title.find(' ', start.size()) - start.size());
  if (!is_name(name))
    return std::nullopt;
  client.link = IfName::from_kernel(name);
  client.argv = {"dhcpcd", "--background"};
  const bool has_ipv4 = title.find("[ip4]") != std::string::npos;
  const bool has_ipv6 = title.find("[ip6]") != std::string::npos;
  if (has_ipv4 != has_ipv6)
    client.argv.emplace_back(has_ipv4 ? "-4" : "-6");
  client.argv.push_back(name);
  return client;
}

Words links_of(const DhcpClient& client) {
  Words links;
  for (const Argument& argument : parse_arguments(client.program, client.argv)) {
    const bool names_link =
        client.program == DhcpProgram::udhcpc ? argument.option == "-i" : argument.option.empty();
    if (names_link)
      links.push_back(argument.value);
  }
  if (links.empty() && client.program == DhcpProgram::udhcpc)
    links = {"eth0"};  // its default
  return links;
}

/// dhclient's -S, -N, -T and -P imply -6.
bool is_for_ipv6(const DhcpClient& client) {
  if (client.program != DhcpProgram::dhclient)
    return std::ranges::find(client.argv, "-6") != client.argv.end();
  static const std::set<std::string> of_ipv6 = {"-6", "-S", "-N", "-T", "-P"};
  return std::ranges::any_of(
      parse_arguments(client.program, client.argv),
      [&](const Argument& argument) { return of_ipv6.contains(argument.option); });
}

/// As ifupdown names them.
std::string dhclient_name(const DhcpClient& client, const IfName& link, const char* end) {
  return std::string(is_for_ipv6(client) ? "dhclient6." : "dhclient.") + link.str() + end;
}

/// Those of `client` that fit one in the background that does not give up, for the link `to`.
std::vector<Argument> fitting_arguments(const DhcpClient& client, const IfName& to) {
  static const std::set<std::string> of_dhclient = {"-d", "-nw", "-1", "-w"};
  static const std::set<std::string> of_udhcpc = {"-f", "-b", "-n", "-q", "-S"};
  const std::set<std::string>& unfit =
      client.program == DhcpProgram::dhclient ? of_dhclient : of_udhcpc;
  std::vector<Argument> arguments = parse_arguments(client.program, client.argv);
  std::erase_if(arguments,
                [&](const Argument& argument) { return unfit.contains(argument.option); });
  const char* named_by = client.program == DhcpProgram::udhcpc ? "-i" : "";
  for (Argument& argument : arguments) {
    if (argument.option == named_by)
      argument.value = to.str();
  }
  return arguments;
}

void rewrite_dhclient(DhcpClient& result, const DhcpClient& client) {
  std::vector<Argument> arguments = fitting_arguments(client, result.link);
  arguments.insert(arguments.begin(), {.option = "-nw"});
  write_arguments(result.argv, arguments);
  if (result.link == client.link)
    return;
  const auto folder = [&](const char* option, const char* standard) {
    const auto given = option_of(client, option);
    return given ? folder_of(*given) : std::string(standard);
  };
  set_option(result, "-lf",
             folder("-lf", dhclient_folder) + "/" + dhclient_name(client, result.link, ".leases"));
  set_option(result, "-pf",
             folder("-pf", "/run") + "/" + dhclient_name(client, result.link, ".pid"));
}

void rewrite_dhcpcd(DhcpClient& result) {
  std::erase(result.argv, "--background");
  result.argv.insert(result.argv.begin() + 1, "--background");
  result.argv.back() = result.link.str();
}

/// It stays in front: going to the background it would have to wait for its lease.
void rewrite_udhcpc(DhcpClient& result, const DhcpClient& client) {
  std::vector<Argument> arguments = fitting_arguments(client, result.link);
  for (Argument& argument : arguments) {
    if (argument.option == "-p" && result.link != client.link)
      argument.value = folder_of(argument.value) + "/udhcpc." + result.link.str() + ".pid";
  }
  arguments.insert(arguments.begin(), {{.option = "-f"}, {.option = "-S"}});
  write_arguments(result.argv, arguments);
  if (!option_of(client, "-i"))
    set_option(result, "-i", result.link.str());
}

}  // namespace

const char* dhcp_program_name(DhcpProgram program) {
  switch (program) {
    case DhcpProgram::dhclient:
      return "dhclient";
    case DhcpProgram::dhcpcd:
      return "dhcpcd";
    case DhcpProgram::udhcpc:
      break;
  }
  return "udhcpc";
}

std::optional<DhcpProgram> find_dhcp_program(const std::string& name) {
  const auto* found = std::ranges::find(dhcp_programs, name, dhcp_program_name);
  return found == dhcp_programs.end() ? std::nullopt : std::optional(*found);
}

bool same_kind(const DhcpClient& a, const DhcpClient& b) {
  return a.program == b.program && is_for_ipv6(a) == is_for_ipv6(b);
}

bool same_client(const DhcpClient& a, const DhcpClient& b) {
  return same_kind(a, b) && a.link == b.link;
}

std::optional<DhcpClient> parse_dhcp_client(int pid, const std::string& path,
                                            const std::vector<std::string>& argv) {
  if (argv.empty())
    return std::nullopt;
  DhcpClient client{.path = path, .argv = argv, .pid = pid};
  const bool is_applet = base_name(argv.front()) == "busybox" && argv.size() > 1;
  if (is_applet)  // "busybox" "udhcpc" ...
    client.argv.erase(client.argv.begin());
  const std::string name =
      argv.front().starts_with("dhcpcd: ") ? "dhcpcd" : base_name(client.argv.front());
  const auto program = find_dhcp_program(name);
  if (!program)
    return std::nullopt;
  client.program = *program;
  if (client.program == DhcpProgram::dhcpcd)
    return parse_dhcpcd(std::move(client), argv);
  const Words links = links_of(client);
  if (links.size() == 1 && is_name(links.front()))
    client.link = IfName::from_kernel(links.front());
  return client;
}

DhcpClient new_dhcp_client(DhcpProgram program, const std::string& path, const IfName& link) {
  DhcpClient client{.program = program, .link = link, .path = path};
  client.argv = {dhcp_program_name(program)};
  if (program == DhcpProgram::udhcpc)
    client.argv.insert(client.argv.end(), {"-p", "/run/udhcpc." + link.str() + ".pid", "-i"});
  client.argv.push_back(link.str());
  return moved(client, link);
}

DhcpClient moved(const DhcpClient& client, const IfName& to) {
  DhcpClient result = client;
  result.link = to;
  result.pid = 0;
  switch (client.program) {
    case DhcpProgram::dhclient:
      rewrite_dhclient(result, client);
      break;
    case DhcpProgram::dhcpcd:
      rewrite_dhcpcd(result);
      break;
    case DhcpProgram::udhcpc:
      rewrite_udhcpc(result, client);
      break;
  }
  return result;
}

std::optional<std::string> why_it_stays(const DhcpClient& client) {
  if (client.program == DhcpProgram::dhcpcd)
    return std::nullopt;
  for (const Argument& argument : parse_arguments(client.program, client.argv)) {
    if (!argument.is_known)
      return "option " + quote(argument.option) + ": is not known";
    if (argument.takes == Value::file && !argument.value.starts_with('/'))
      return "file " + quote(argument.value) + ": has no full path";
  }
  return std::nullopt;
}

bool stays_in_front(const DhcpClient& client) {
  return client.program == DhcpProgram::udhcpc;
}

std::vector<std::string> lease_files(const DhcpClient& client) {
  const std::string link = client.link.str();
  switch (client.program) {
    case DhcpProgram::dhclient:
      return {option_of(client, "-lf")
                  .value_or(std::string(dhclient_folder) +
                            (is_for_ipv6(client) ? "/dhclient6.leases" : "/dhclient.leases"))};
    case DhcpProgram::dhcpcd:
      return {std::string(dhcpcd_folder) + "/" + link + ".lease",
              std::string(dhcpcd_folder) + "/" + link + ".lease6"};
    case DhcpProgram::udhcpc:
      break;
  }
  return {};
}

std::optional<std::string> option_of(const DhcpClient& client, const std::string& option) {
  for (const Argument& argument : parse_arguments(client.program, client.argv)) {
    if (argument.option == option)
      return argument.value;
  }
  return std::nullopt;
}

void set_option(DhcpClient& client, const std::string& option, const std::string& value) {
  std::vector<Argument> arguments = parse_arguments(client.program, client.argv);
  std::erase_if(arguments, [&](const Argument& other) { return other.option == option; });
  arguments.insert(arguments.begin(), {.option = option, .value = value, .takes = Value::text});
  write_arguments(client.argv, arguments);
}

std::string retarget_leases(const std::string& text, const IfName& from, const IfName& to) {
  const std::string old_line = "interface \"" + from.str() + "\";";
  std::string result;
  std::string block;
  bool is_wanted = false;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    std::string line = text.substr(at, end - at);
    at = end;
    if (line.starts_with("default-duid ")) {  // between the blocks
      result += line;
      continue;
    }
    if (const size_t found = line.find(old_line); found != std::string::npos) {
      line.replace(found, old_line.size(), "interface \"" + to.str() + "\";");
      is_wanted = true;
    }
    block += line;
    if (!line.starts_with('}'))
      continue;
    if (is_wanted)
      result += block;
    block.clear();
    is_wanted = false;
  }
  return result;
}

}  // namespace tapctl

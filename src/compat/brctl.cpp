// SPDX-License-Identifier: MIT
// The grammar of brctl(8).
#include "compat/brctl.hpp"

#include "util/error.hpp"
#include "util/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace tapctl {
namespace {

enum class Value : uint8_t { none, time, on_off, bridge_priority, cost, port_priority };

struct Form {
  const char* name;
  BrctlCommand command;
  size_t names;  ///< of a bridge and its ports, at least
  bool more;     ///< as many more as one likes
  Value value;
  const char* arguments;
};

constexpr std::array<Form, 16> forms{{
    {"addbr", BrctlCommand::addbr, 1, false, Value::none, "BRIDGE"},
    {"delbr", BrctlCommand::delbr, 1, false, Value::none, "BRIDGE"},
    {"addif", BrctlCommand::addif, 2, true, Value::none, "BRIDGE PORT..."},
    {"delif", BrctlCommand::delif, 2, true, Value::none, "BRIDGE PORT..."},
    {"hairpin", BrctlCommand::hairpin, 2, false, Value::on_off, "BRIDGE PORT on|off"},
    {"setageing", BrctlCommand::setageing, 1, false, Value::time, "BRIDGE SECONDS"},
    {"setbridgeprio", BrctlCommand::setbridgeprio, 1, false, Value::bridge_priority,
     "BRIDGE PRIORITY"},
    {"setfd", BrctlCommand::setfd, 1, false, Value::time, "BRIDGE SECONDS"},
    {"sethello", BrctlCommand::sethello, 1, false, Value::time, "BRIDGE SECONDS"},
    {"setmaxage", BrctlCommand::setmaxage, 1, false, Value::time, "BRIDGE SECONDS"},
    {"setpathcost", BrctlCommand::setpathcost, 2, false, Value::cost, "BRIDGE PORT COST"},
    {"setportprio", BrctlCommand::setportprio, 2, false, Value::port_priority,
     "BRIDGE PORT PRIORITY"},
    {"show", BrctlCommand::show, 0, true, Value::none, "[BRIDGE...]"},
    {"showmacs", BrctlCommand::showmacs, 1, false, Value::none, "BRIDGE"},
    {"showstp", BrctlCommand::showstp, 1, false, Value::none, "BRIDGE"},
    {"stp", BrctlCommand::stp, 1, false, Value::on_off, "BRIDGE on|off"},
}};

/// In C's notation: 0x10 is 16, 010 is 8.
uint32_t parse_integer(const std::string& what, const std::string& text, uint32_t low,
                       uint32_t high) {
  std::string_view digits = text;
  int base = 10;
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    base = 16;
    digits.remove_prefix(2);
  } else if (digits.size() > 1 && digits[0] == '0') {
    base = 8;
  }
  uint32_t number = 0;
  const char* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, number, base);
  if (digits.empty() || error != std::errc{} || end != last || number < low || number > high)
    throw usage_error(what + " " + quote(text) + ": is no number from " + std::to_string(low) +
                      " to " + std::to_string(high));
  return number;
}

uint32_t parse_on_off_word(const std::string& text) {
  if (text == "on" || text == "yes" || text == "1")
    return 1;
  if (text == "off" || text == "no" || text == "0")
    return 0;
  throw usage_error(quote(text) + ": is neither on nor off");
}

uint32_t parse_value(Value kind, const std::string& text) {
  switch (kind) {
    case Value::time:
      return parse_brctl_time(text);
    case Value::on_off:
      return parse_on_off_word(text);
    case Value::bridge_priority:
      return parse_integer("priority", text, 0, 65535);
    case Value::cost:
      return parse_integer("path cost", text, 1, 65535);
    case Value::port_priority:
      return parse_integer("priority", text, 0, 63);
    case Value::none:
      break;
  }
  return 0;
}

/// Options may stand anywhere, and "--" ends them. True for --help, false for --version.
std::optional<bool> take_options(std::vector<std::string>& words) {
  std::optional<bool> help;
  for (auto word = words.begin(); word != words.end();) {
    if (*word == "--") {
      words.erase(word);
      break;
    }
    if (word->size() < 2 || word->front() != '-') {
      ++word;
      continue;
    }
    const bool is_help = *word == "-h" || *word == "--help";
    if (!is_help && *word != "-V" && *word != "--version")
      throw usage_error("unknown option " + quote(*word), "brctl --help lists the commands");
    if (!help)
      help = is_help;
    word = words.erase(word);
  }
  return help;
}

const Form& find_form(const std::string& name) {
  const auto* form = std::ranges::find_if(forms, [&](const Form& f) { return f.name == name; });
  if (form != forms.end())
    return *form;
  std::vector<std::string> names;
  names.reserve(forms.size());
  for (const Form& known : forms)
    names.emplace_back(known.name);
  const auto near = nearest(name, names);
  throw usage_error("unknown command " + quote(name),
                    near ? "did you mean '" + *near + "'?" : "brctl --help lists the commands");
}

/// `words` are those behind the command.
void require_count(const Form& form, const std::vector<std::string>& words) {
  const size_t least = form.names + (form.value == Value::none ? 0 : 1);
  const std::string usage = std::string(form.name) + " " + form.arguments;
  if (words.size() < least)
    throw usage_error("too few arguments", usage);
  if (words.size() > least && !form.more)
    throw usage_error("unexpected argument " + quote(words[least]), usage);
}

}  // namespace

const char* const brctl_help =
    "Usage: brctl COMMAND ...\n"
    "\taddbr BRIDGE\t\t\tcreate a bridge\n"
    "\tdelbr BRIDGE\t\t\tdelete a bridge that is down\n"
    "\taddif BRIDGE PORT...\t\tmake links its ports\n"
    "\tdelif BRIDGE PORT...\t\trelease ports\n"
    "\thairpin BRIDGE PORT on|off\tsend frames back out of the port they came from\n"
    "\tsetageing BRIDGE SECONDS\tforget a MAC that was not seen for so long\n"
    "\tsetbridgeprio BRIDGE N\t\tspanning tree: priority, 0 to 65535\n"
    "\tsetfd BRIDGE SECONDS\t\tspanning tree: forward delay\n"
    "\tsethello BRIDGE SECONDS\t\tspanning tree: hello time\n"
    "\tsetmaxage BRIDGE SECONDS\tspanning tree: maximum age of a message\n"
    "\tsetpathcost BRIDGE PORT N\tspanning tree: cost, 1 to 65535\n"
    "\tsetportprio BRIDGE PORT N\tspanning tree: priority of a port, 0 to 63\n"
    "\tshow [BRIDGE...]\t\tlist bridges and their ports\n"
    "\tshowmacs BRIDGE\t\t\tlist the MACs that it knows\n"
    "\tshowstp BRIDGE\t\t\tshow its spanning tree\n"
    "\tstp BRIDGE on|off\t\tturn the spanning tree protocol on or off\n";

uint32_t parse_brctl_time(const std::string& text) {
  double seconds = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, seconds);
  constexpr double most = 10'000'000;
  if (text.empty() || error != std::errc{} || end != last || !std::isfinite(seconds))
    throw usage_error("time " + quote(text) + ": is no number of seconds");
  if (seconds < 0 || seconds > most)
    throw usage_error("time " + quote(text) + ": is not from 0 to 10000000 seconds");
  // By way of microseconds, so that it is cut where brctl cuts it.
  const auto whole = static_cast<uint32_t>(seconds);
  const auto microseconds = static_cast<uint32_t>((seconds - whole) * 1'000'000);
  return whole * 100 + microseconds / 10'000;
}

BrctlLine parse_brctl(std::vector<std::string> words) {
  BrctlLine line;
  if (const auto help = take_options(words)) {
    line.command = *help ? BrctlCommand::help : BrctlCommand::version;
    return line;
  }
  if (words.empty())
    throw usage_error("no command given", "brctl --help lists them");
  const Form& form = find_form(words.front());
  words.erase(words.begin());
  require_count(form, words);
  line.command = form.command;
  if (form.value != Value::none) {
    line.value = parse_value(form.value, words.back());
    words.pop_back();
  }
  for (const std::string& word : words) {
    const IfName name = IfName::parse(word);
    if (line.bridge.empty() && form.names > 0)
      line.bridge = name;
    else
      line.ports.push_back(name);
  }
  return line;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// From argv to a command: the table, the general help, and the one place where an Error is printed.
#include "cli/command.hpp"
#include "cli/parser.hpp"
#include "plan/command_line.hpp"
#include "report/output.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace tapctl {
namespace {

constexpr Command reader(const char* name, const char* summary, int (*run)(Invocation&)) {
  return {name, summary, run, Grammar::own, 2, Effect::reads};
}

constexpr std::array command_table = {
    Command{"add", "create persistent tun or tap devices", add_command},
    Command{"set", "change devices", set_command},
    Command{"del", "delete devices", del_command},
    reader("list", "list devices", list_command),
    Command{"bridge", "build a bridge and move the uplink's addresses and routes onto it",
            bridge_command},
    Command{"unbridge", "give the uplink everything back and take the bridge apart",
            unbridge_command},
    Command{"port", "change the settings of a bridge port", port_command},
    Command{"nf", "show or change whether bridged traffic passes the firewall", nf_command},
    Command{"apply", "make what a configuration file describes", apply_command},
    reader("diff", "show what differs from a configuration file", diff_command),
    Command{"down", "take away what apply made", down_command},
    Command{"save", "write what is there as a configuration file", save_command},
    Command{"confirm", "keep a change that waits for it", confirm_command},
    Command{"rollback", "take back the change that waits, or the last one", rollback_command},
    Command{"recover", "end a change that was interrupted", recover_command},
    reader("log", "list the changes of this namespace since boot", log_command),
    reader("status", "show bridges, ports, devices, holders and addresses", status_command),
    reader("monitor", "print changes of links, addresses and default routes as they happen",
           monitor_command),
    reader("doctor", "look for what makes bridging fail, and say what to do", doctor_command),
    Command{"brctl", "work on bridges as brctl does", brctl_command, Grammar::borrowed, 1},
    Command{"tunctl", "create or delete a device as tunctl does", tunctl_command, Grammar::borrowed,
            1},
    Command{"tuntap", "show, create or delete devices as `ip tuntap` does", tuntap_command,
            Grammar::borrowed, 255},
    Command{"mktun", "create a device as `openvpn --mktun` does", mktun_command, Grammar::borrowed,
            1},
    Command{"rmtun", "delete a device as `openvpn --rmtun` does", rmtun_command, Grammar::borrowed,
            1},
};

/// What a user of ip(8) or brctl(8) may type.
struct OtherWord {
  const char* word;
  const char* command;
};

/// For "did you mean" alone.
constexpr std::array other_words = {
    OtherWord{"create", "add"},       OtherWord{"new", "add"},
    OtherWord{"change", "set"},       OtherWord{"delete", "del"},
    OtherWord{"remove", "del"},       OtherWord{"rm", "del"},
    OtherWord{"ls", "list"},          OtherWord{"show", "status"},
    OtherWord{"info", "status"},      OtherWord{"addbr", "bridge"},
    OtherWord{"addif", "bridge"},     OtherWord{"enslave", "bridge"},
    OtherWord{"delbr", "unbridge"},   OtherWord{"delif", "unbridge"},
    OtherWord{"release", "unbridge"}, OtherWord{"watch", "monitor"},
    OtherWord{"check", "doctor"},     OtherWord{"diagnose", "doctor"},
};

std::string general_help() {
  std::string text =
      "Usage: tapctl [OPTIONS] COMMAND [ARGUMENTS]\n"
      "Persistent tun/tap devices and bridges; moves a host's addresses and routes onto\n"
      "a bridge and back, all or nothing.\n\nCommands:\n";
  const auto list = [&](Grammar grammar) {
    for (const Command& command : command_table) {
      std::string name = command.name;
      name.resize(10, ' ');
      if (command.grammar == grammar)
        text += "  " + name + command.summary + "\n";
    }
  };
  list(Grammar::own);
  text += "\nIn the words of older tools:\n";
  list(Grammar::borrowed);
  text +=
      "\nOptions, before or after the command:\n"
      "  -n, --netns NAME|PATH|PID  run in that network namespace\n"
      "  -j, --json                 one JSON document on stdout\n"
      "      --dry-run              print the plan, change nothing\n"
      "  -v, --verbose              print every operation as its ip line\n"
      "  -q, --quiet                print only names from a template, and IDs\n"
      "      --color WHEN           auto, always or never\n"
      "  -h, --help                 this help; that of a command behind one\n"
      "      --version              print the version\n"
      "\nExamples:\n"
      "  tapctl add tap0 --user brezular\n"
      "  tapctl bridge virbr0 eth0 tap0\n";
  return text;
}

/// Flags that a cluster such as -jq can hold before its last letter, which may be another option.
constexpr std::string_view flag_letters = "jvqh";

constexpr std::array<std::string_view, 6> long_flags{"--json",  "--dry-run", "--verbose",
                                                     "--quiet", "--version", "--help"};

bool is_short(const std::string& word) {
  return word.size() > 1 && word[0] == '-' && word[1] != '-';
}

/// True when `word` is the global flag `name`, or `letter` in a cluster.
bool is_flag(const std::string& word, std::string_view name, char letter) {
  if (word == name)
    return true;
  const size_t end = std::min(word.find_first_not_of(flag_letters, 1), word.size());
  return is_short(word) && word.find(letter) < end;
}

bool has_flag(const std::vector<std::string>& arguments, std::string_view name, char letter) {
  return std::ranges::any_of(arguments,
                             [&](const std::string& word) { return is_flag(word, name, letter); });
}

/// True when the word behind `word` is its value: -n, --netns, --color, or a cluster that ends in
/// n.
bool takes_next(const std::string& word) {
  if (is_short(word))
    return word.find_first_not_of(flag_letters, 1) == word.size() - 1 && word.back() == 'n';
  return word == "--netns" || word == "--color";
}

Error unknown_option(const std::string& name, const std::optional<std::string>& near) {
  return usage_error(
      "unknown option " + quote(name),
      near ? "did you mean '" + *near + "'?" : "the options of a command stand behind it");
}

void require_known_letters(const std::string& word) {
  const size_t at = word.find_first_not_of(flag_letters, 1);
  if (at == std::string::npos || word[at] == 'n')
    return;
  const bool is_version = word[at] == 'V';  // of ip(8), and of many others
  throw unknown_option("-" + word.substr(at, 1),
                       is_version ? std::optional("--version") : std::nullopt);
}

void require_known(const std::string& word) {
  if (is_short(word))
    return require_known_letters(word);
  const std::string name = word.substr(0, word.find('='));
  std::vector<std::string> known{"--netns", "--color"};
  known.insert(known.end(), long_flags.begin(), long_flags.end());
  if (name != "--" && std::ranges::find(known, name) == known.end())
    throw unknown_option(name, nearest(name, known));
}

/// Where the command stands in `arguments`; behind their end when there is none.
size_t command_position(const std::vector<std::string>& arguments) {
  size_t i = 0;
  for (; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word.empty() || word[0] != '-')
      break;
    require_known(word);
    if (takes_next(word) && ++i == arguments.size())
      throw usage_error("option " + quote(word == "--color" ? word : "--netns") +
                        ": needs a value");
  }
  return i;
}

/// The command that may have been meant.
std::optional<std::string> suggestion(const std::string& name) {
  const auto* other = std::ranges::find(other_words, name, &OtherWord::word);
  if (other != other_words.end())
    return other->command;
  std::vector<std::string> names;
  names.reserve(command_table.size());
  for (const Command& command : command_table)
    names.emplace_back(command.name);
  return nearest(name, names);
}

const Command& find_command(const std::string& name) {
  const auto* found = std::ranges::find(command_table, name, &Command::name);
  if (found != command_table.end())
    return *found;
  const auto near = suggestion(name);
  throw usage_error("unknown command " + quote(name),
                    near ? "did you mean 'tapctl " + *near + "'?" : "tapctl --help lists them");
}

/// `invocation.arguments` are the global options, `words` what stands behind the command.
int run_borrowed(const Command& command, Invocation& invocation, std::vector<std::string> words) {
  invocation.global.report.json = has_flag(invocation.arguments, "--json", 'j');
  if (!Parser(invocation, command.summary, "...").parse())
    return 0;
  invocation.usage_status = command.usage_status;
  invocation.arguments = std::move(words);
  return command.run(invocation);
}

/// `openvpn --mktun` has its job among the options, in any place: the last one counts.
std::optional<std::string> job_of_openvpn(const std::vector<std::string>& arguments) {
  if (arguments.empty() || !arguments.front().starts_with("--"))
    return std::nullopt;
  const auto last = std::find_if(arguments.rbegin(), arguments.rend(), [](const std::string& word) {
    return word == "--mktun" || word == "--rmtun";
  });
  return last == arguments.rend() ? std::nullopt : std::optional(last->substr(2));
}

int dispatch(Invocation& invocation) {
  std::vector<std::string>& arguments = invocation.arguments;
  if (const auto job = job_of_openvpn(arguments)) {
    invocation.command = *job;
    invocation.usage_status = find_command(*job).usage_status;
    return find_command(*job).run(invocation);
  }
  const size_t position = command_position(arguments);
  if (position == arguments.size()) {
    if (has_flag(arguments, "--help", 'h'))
      write_stdout(general_help());
    else if (std::ranges::find(arguments, "--version") != arguments.end())
      write_stdout("tapctl " TAPCTL_VERSION "\n");
    else
      throw usage_error("no command given", "tapctl --help lists them");
    return 0;
  }
  invocation.command = arguments[position];
  const Command& command = find_command(invocation.command);
  const auto word = arguments.begin() + static_cast<ptrdiff_t>(position);
  if (command.grammar == Grammar::borrowed) {
    std::vector<std::string> words(word + 1, arguments.end());
    arguments.erase(word, arguments.end());
    return run_borrowed(command, invocation, std::move(words));
  }
  arguments.erase(word);
  invocation.effect = command.effect;
  return command.run(invocation);
}

/// Runs `run`, and prints the Error that it throws.
int guarded(Invocation& invocation, const std::function<int()>& run) {
  try {
    return run();
  } catch (const Error& error) {
    print_error(invocation.command, error, invocation.global.report);
    return error.kind == ErrorKind::usage ? invocation.usage_status : 1;
  }
}

std::string line_of(const std::string& program, const std::vector<std::string>& arguments) {
  std::string line = program;
  for (const std::string& word : arguments)
    line += " " + shell_quote(word);
  return line;
}

}  // namespace

std::span<const Command> commands() {
  return command_table;
}

int run_tapctl(std::vector<std::string> arguments) {
  Invocation invocation;
  invocation.line = line_of("tapctl", arguments);
  invocation.arguments = std::move(arguments);
  // Known before anything can fail, so that a usage error comes as JSON too.
  invocation.global.report.json = has_flag(invocation.arguments, "--json", 'j');
  return guarded(invocation, [&] { return dispatch(invocation); });
}

int run_drop_in(const std::string& name, std::vector<std::string> arguments) {
  Invocation invocation;
  invocation.command = name;
  invocation.line = line_of(name, arguments);
  invocation.arguments = std::move(arguments);
  invocation.global.report.program = name;
  return guarded(invocation, [&] {
    const Command& command = find_command(name);
    invocation.usage_status = command.usage_status;
    return command.run(invocation);
  });
}

}  // namespace tapctl

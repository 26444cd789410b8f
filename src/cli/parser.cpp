// SPDX-License-Identifier: MIT
// The command line of one command: CLI11, with our own words for what is wrong.
#include "cli/parser.hpp"

#include "report/output.hpp"
#include "report/wrap.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace tapctl {
namespace {

constexpr size_t help_column = 30;
constexpr size_t help_width = 80;
constexpr const char* global_group = "Global options";
constexpr const char* hidden_group = "";  // taken, and not in the help

/// CLI11 says "--user: 1 required TEXT missing" and the like; the option's name comes first.
Error mismatch(const CLI::ParseError& error) {
  const std::string text = error.what();
  const std::string name = text.substr(0, text.find_first_of(": "));
  if (text.find("override") != std::string::npos)
    return usage_error("option " + quote("--" + name) + ": takes no value");
  const bool missing = text.find("missing") != std::string::npos;
  return usage_error("option " + quote(name) + (missing ? ": needs a value" : ": is given twice"));
}

/// Whether one of `words` may be the option: by its whole name, or in a cluster of letters. `names`
/// is "-u,--user" or "--user".
bool is_mentioned(const std::string& names, const std::vector<std::string>& words) {
  const std::string name = names.substr(names.find("--"));
  return std::ranges::any_of(words, [&](const std::string& word) {
    const bool is_cluster = word.starts_with("-") && !word.starts_with("--");
    return is_cluster ? names[1] != '-' && word.find(names[1]) != std::string::npos
                      : word.starts_with(name);
  });
}

/// With one empty line where there are several, and none at the end.
std::string without_gaps(std::string text) {
  for (size_t gap = text.find("\n\n\n"); gap != std::string::npos; gap = text.find("\n\n\n", gap))
    text.erase(gap, 1);
  text.erase(text.find_last_not_of('\n') + 1);
  return text + "\n";
}

/// As lines of at most `width` characters, without an end of the last one.
std::string broken(std::string text, size_t width) {
  std::ranges::replace(text, '\n', ' ');
  text = wrapped({}, text, width);
  text.pop_back();
  return text;
}

/// The usual help of CLI11 with a usage line of our own.
class HelpFormatter : public CLI::Formatter {
 public:
  explicit HelpFormatter(std::string usage) : usage_(std::move(usage)) {
    label("Positionals", "Arguments");
  }

  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    return without_gaps(Formatter::make_help(app, std::move(name), mode));
  }

  /// "--dhcp[=CLIENT]" instead of "--dhcp{auto} [=CLIENT]".
  std::string make_option_name(const CLI::Option* option, bool is_positional) const override {
    const std::string name = Formatter::make_option_name(option, is_positional);
    const size_t standard = name.find('{');
    return standard == std::string::npos ? name
                                         : name.substr(0, standard) + option->get_type_name();
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    const bool is_in_name = option->get_type_name().starts_with('[');
    return is_in_name ? "" : Formatter::make_option_opts(option);
  }

  std::string make_option_desc(const CLI::Option* option) const override {
    return broken(option->get_description(), help_width - help_column);
  }

  std::string make_description(const CLI::App* app) const override {
    return broken(app->get_description(), help_width) + "\n";
  }

  std::string make_usage(const CLI::App* /*app*/, std::string /*name*/) const override {
    return "Usage: " + usage_.substr(0, usage_.find_last_not_of(' ') + 1) + "\n";
  }

 private:
  std::string usage_;
};

}  // namespace

Parser::Parser(Invocation& invocation, const std::string& description, const std::string& usage)
    : invocation_(invocation),
      app_(std::make_unique<CLI::App>(description, "tapctl " + invocation.command)) {
  const auto formatter =
      std::make_shared<HelpFormatter>("tapctl " + invocation.command + " " + usage);
  formatter->column_width(help_column);
  app_->formatter(formatter);
  app_->allow_extras();
  app_->set_help_flag("-h,--help", "this help");
}

Parser::~Parser() = default;

void Parser::declare(const std::string& names, std::function<void()> add) {
  declared_.push_back({names, std::move(add)});
}

void Parser::declare_global_options() {
  GlobalOptions& global = invocation_.global;
  const auto declare_option = [&](const char* names, auto& value, const char* kind,
                                  const char* description) {
    declare(names, [=, this, &value] {
      app_->add_option(names, value, description)->type_name(kind)->group(global_group);
    });
  };
  const auto declare_flag = [&](const char* names, bool& value, const char* description,
                                const char* group = global_group) {
    declare(names, [=, this, &value] {
      app_->add_flag(names, value, description)
          ->group(group)
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
          ->disable_flag_override();
    });
  };
  declare_option("-n,--netns", global.netns, "NAME|PATH|PID", "run in that network namespace");
  declare_flag("-j,--json", global.report.json, "one JSON document on stdout");
  const bool reads = invocation_.effect == Effect::reads;
  const char* of_changes = reads ? hidden_group : global_group;
  declare_flag("--dry-run", global.dry_run, "print the plan, change nothing", of_changes);
  declare_flag("-v,--verbose", global.report.verbose, "print every operation as its ip line",
               of_changes);
  declare_flag("-q,--quiet", global.report.quiet, "print only names from a template, and IDs");
  declare_flag("--version", version_, "print the version");
  declare_option("--color", color_, "WHEN", "auto, always or never");
}

void Parser::flag(const std::string& names, bool& value, const std::string& description) {
  declare(names, [=, this, &value] {
    app_->add_flag(names, value, description)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
        ->disable_flag_override();
  });
}

void Parser::option(const std::string& names, std::optional<std::string>& value,
                    const std::string& kind, const std::string& description) {
  declare(names,
          [=, this, &value] { app_->add_option(names, value, description)->type_name(kind); });
}

void Parser::option(const std::string& names, std::vector<std::string>& values,
                    const std::string& kind, const std::string& description) {
  declare(names, [=, this, &values] {
    app_->add_option(names, values, description)->type_name(kind)->allow_extra_args(false);
  });
}

void Parser::option_with_standard(const std::string& name, std::optional<std::string>& value,
                                  const std::string& standard, const std::string& kind,
                                  const std::string& description) {
  declare(name, [=, this, &value] {
    if (std::ranges::find(invocation_.arguments, name + "=") != invocation_.arguments.end())
      throw usage_error("option " + quote(name) + ": nothing stands behind the '='");
    app_->add_flag(name + "{" + standard + "}", value, description)->type_name("[=" + kind + "]");
  });
}

/// Each option that CLI11 knows costs some 15 microseconds; for the help it has to know them all.
void Parser::add_what_is_mentioned() {
  const bool all = is_mentioned("-h,--help", invocation_.arguments);
  for (const Declared& option : declared_) {
    if (all || is_mentioned(option.names, invocation_.arguments))
      option.add();
  }
}

void Parser::positionals(const std::string& kind, std::vector<std::string>& values,
                         const std::string& description) {
  // For the help alone. CLI11 would split a word such as [a,b] in two, so the words are taken from
  // what it leaves over.
  app_->add_option(kind, values, description)
      ->type_name("")
      ->expected(0, 1)
      ->allow_extra_args(false);
  positionals_ = &values;
}

void Parser::footer(const std::string& text) {
  app_->footer(text);
}

bool Parser::parse() {
  declare_global_options();
  add_what_is_mentioned();
  std::vector<std::string> reversed = invocation_.arguments;
  std::ranges::reverse(reversed);
  try {
    app_->parse(reversed);
  } catch (const CLI::CallForHelp&) {
    write_stdout(app_->help());
    return false;
  } catch (const CLI::ParseError& error) {
    throw mismatch(error);
  }
  take_positionals();
  if (version_) {
    write_stdout("tapctl " TAPCTL_VERSION "\n");
    return false;
  }
  Color& color = invocation_.global.report.color;
  if (color_ == "always")
    color = Color::always;
  else if (color_ == "never")
    color = Color::never;
  else if (color_ != "auto")
    throw usage_error("option '--color': " + quote(color_) + " is not auto, always or never");
  return true;
}

void Parser::take_positionals() {
  bool options_ended = false;
  for (const std::string& word : app_->remaining()) {
    if (!options_ended && word == "--") {
      options_ended = true;
      continue;
    }
    if (!options_ended && word.size() > 1 && word[0] == '-')
      throw unknown_option(word);
    positionals_->push_back(word);
  }
}

Error Parser::unknown_option(const std::string& word) const {
  std::vector<std::string> known;
  for (const Declared& option : declared_)
    known.push_back(option.names.substr(option.names.find("--")));
  known.emplace_back("--help");
  const std::string name = word.substr(0, word.find('='));
  const auto near = nearest(name, known);
  return usage_error("unknown option " + quote(name),
                     near ? "did you mean '" + *near + "'?"
                          : "tapctl " + invocation_.command + " --help lists them");
}

}  // namespace tapctl

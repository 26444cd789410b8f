// SPDX-License-Identifier: MIT
// The command line of one command: CLI11, with our own words for what is wrong.
#pragma once

#include "cli/command.hpp"
#include "util/error.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace tapctl {

class Parser {
 public:
  /// `usage` is what stands behind "tapctl COMMAND" in the help: "NAME... [OPTIONS]".
  Parser(Invocation& invocation, const std::string& description, const std::string& usage);
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  Parser(Parser&&) = delete;
  Parser& operator=(Parser&&) = delete;
  ~Parser();

  void flag(const std::string& names, bool& value, const std::string& description);
  /// An option that may stand once. `kind` names its value in the help: "MAC".
  void option(const std::string& names, std::optional<std::string>& value, const std::string& kind,
              const std::string& description);
  /// An option that may stand several times.
  void option(const std::string& names, std::vector<std::string>& values, const std::string& kind,
              const std::string& description);
  /// An option whose value can be left out, and then is `standard`: "--dhcp", "--dhcp=dhclient".
  void option_with_standard(const std::string& name, std::optional<std::string>& value,
                            const std::string& standard, const std::string& kind,
                            const std::string& description);
  /// The arguments that are not options.
  void positionals(const std::string& kind, std::vector<std::string>& values,
                   const std::string& description);
  /// What comes below the options in the help.
  void footer(const std::string& text);

  /// False when the help was asked for, and printed. Throws a usage Error.
  bool parse();

 private:
  struct Declared {
    std::string names;  ///< "-u,--user"
    std::function<void()> add;
  };

  void declare(const std::string& names, std::function<void()> add);
  void declare_global_options();
  void add_what_is_mentioned();
  void take_positionals();
  [[nodiscard]] Error unknown_option(const std::string& word) const;

  Invocation& invocation_;
  std::unique_ptr<CLI::App> app_;   ///< declared only: CLI11 takes long to compile
  std::vector<Declared> declared_;  ///< CLI11 gets to know what the arguments mention
  std::vector<std::string>* positionals_ = nullptr;
  std::string color_ = "auto";
  bool version_ = false;
};

}  // namespace tapctl

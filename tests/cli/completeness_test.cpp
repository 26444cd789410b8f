// SPDX-License-Identifier: MIT
// The man page and the completions name every command and option that there is, and no other.
#include "support/cli_test.hpp"
#include "support/rich_host.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace tapctl::test {
namespace {

const std::filesystem::path source_folder = TAPCTL_SOURCE;

using Words = std::set<std::string>;

std::string read(const std::string& path) {
  std::ifstream file(source_folder / path);
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Every match of the first group of `pattern`.
Words all_of(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  Words words;
  for (std::sregex_iterator match(text.begin(), text.end(), expression), end; match != end; ++match)
    words.insert((*match)[1].str());
  return words;
}

std::string help_of(const Argv& command) {
  Argv argv = command;
  argv.emplace_back("--help");
  return tapctl_ok(argv);
}

/// The commands that the general help lists between these two words.
Words commands_between(const std::string& first, const std::string& last) {
  const std::string help = help_of({});
  const size_t start = help.find(first);
  return all_of(help.substr(start, help.find(last, start) - start), "\n  ([a-z]+) ");
}

constexpr const char* borrowed_heading = "In the words of older tools:";

Words commands() {
  return commands_between("Commands:", "Options");
}

/// Those with a grammar of tapctl's own.
Words own_commands() {
  return commands_between("Commands:", borrowed_heading);
}

/// The long options of each command of tapctl's own, without the dashes.
std::map<std::string, Words> options() {
  std::map<std::string, Words> result;
  for (const std::string& command : own_commands())
    result[command] = all_of(help_of({command}), "\n  (?:-.,)?--([a-z-]+)");
  return result;
}

Words all_options() {
  Words all{"dev", "dev-type", "dev-node", "lladdr"};  // of mktun, beside those that add has too
  for (const auto& [command, names] : options())
    all.insert(names.begin(), names.end());
  return all;
}

/// The man page writes `Fl Fl if-exists`, and hyphens may be escaped.
std::string man_page() {
  return std::regex_replace(read("man/tapctl.8"), std::regex("Fl Fl "), "--");
}

struct Completion {
  const char* path;
  const char* option;  ///< a pattern whose first group is the name of an option
};

constexpr const char* dashes = "(?:^|[^a-z-])--([a-z][a-z-]+)";

constexpr std::array completions = {
    Completion{"completions/tapctl.bash", dashes}, Completion{"completions/_tapctl", dashes},
    Completion{"completions/tapctl.fish", "complete -c tapctl[^\n]* -l ([a-z][a-z-]+)"}};

TEST(Completeness, HelpNamesCommandsAndOptions) {
  EXPECT_EQ(own_commands().size(), 19U);
  EXPECT_EQ(commands_between(borrowed_heading, "Options"),
            (Words{"brctl", "tunctl", "tuntap", "mktun", "rmtun"}));
  EXPECT_TRUE(options().at("add").contains("user"));
  EXPECT_TRUE(options().at("bridge").contains("forward-delay"));
}

TEST(Completeness, ManPageHasEveryCommandAndOptionAndNoOther) {
  const std::string page = man_page();
  for (const std::string& command : commands())
    EXPECT_NE(page.find("\n.Cm " + command), std::string::npos) << command;
  Words known = all_options();
  known.insert({"mktun", "rmtun"});  // in `openvpn --mktun`
  EXPECT_EQ(all_of(page, "--([a-z][a-z-]+)"), known);
}

TEST(Completeness, CompletionsHaveEveryCommandAndOptionAndNoOther) {
  for (const Completion& completion : completions) {
    const std::string text = read(completion.path);
    for (const std::string& command : commands())
      EXPECT_TRUE(std::regex_search(text, std::regex("\\b" + command + "\\b")))
          << completion.path << ": " << command;
    EXPECT_EQ(all_of(text, completion.option), all_options()) << completion.path;
  }
}

/// What bash offers for the last of `words`, after `setup`.
Words bash_offers(const std::string& words, const std::string& setup = ":") {
  const std::string script = "source '" + (source_folder / "completions/tapctl.bash").string() +
                             "'; " + setup + "; COMP_WORDS=(" + words +
                             "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _tapctl; "
                             "printf '%s\\n' \"${COMPREPLY[@]}\"";
  return all_of(must_run({"bash", "-c", script}), "([^\n]+)\n");
}

TEST(Completeness, BashOffersTheValuesOfAnOptionThatCanBeAlone) {
  const Words clients{"auto", "dhclient", "dhcpcd", "udhcpc"};
  EXPECT_EQ(bash_offers("tapctl bridge --dhcp ="), clients);
  EXPECT_EQ(bash_offers("tapctl bridge --dhcp = d"), (Words{"dhclient", "dhcpcd"}));
  EXPECT_FALSE(bash_offers("tapctl bridge --dhcp ''").contains("auto"));
}

TEST(Completeness, BashOffersExactlyTheOptionsOfEachCommand) {
  for (const auto& [command, names] : options()) {
    Words expected;
    for (const std::string& name : names)
      expected.insert("--" + name);
    EXPECT_EQ(bash_offers("tapctl " + command + " --"), expected) << command;
  }
}

TEST(Completeness, BashCompletesCommandsAndValues) {
  EXPECT_EQ(bash_offers("tapctl bri"), Words{"bridge"});
  EXPECT_EQ(bash_offers("tapctl -n x add --us"), Words{"--user"});
  EXPECT_EQ(bash_offers("tapctl bridge br0 --stp o"), (Words{"on", "off"}));
  EXPECT_TRUE(bash_offers("tapctl add tap0 --user ro").contains("root"));
}

TEST(Completeness, BashCompletesBehindAnEqualsSign) {
  EXPECT_EQ(bash_offers("tapctl bridge br0 --stp ="), (Words{"on", "off"}));
  EXPECT_EQ(bash_offers("tapctl bridge br0 --stp = of"), Words{"off"});
  EXPECT_EQ(bash_offers("tapctl --netns = lab add --us"), Words{"--user"});
  EXPECT_EQ(bash_offers("tapctl -jn lab add --us"), Words{"--user"});
}

TEST(Completeness, BashCompletesEachHookOfAList) {
  EXPECT_EQ(bash_offers("tapctl nf off --call iptables,ip6"), Words{"iptables,ip6tables"});
}

/// A link may be called $(reboot), and whoever presses the tabulator may be root.
TEST(Completeness, BashNeitherExpandsNorRunsTheNameOfALink) {
  const std::string links = R"(_tapctl_ports() { printf '%s\n' 'x$(id)' 'x`id`' 'x;y' 'x*'; })";
  EXPECT_EQ(bash_offers("tapctl bridge br0 x", links),
            (Words{R"(x\$\(id\))", R"(x\`id\`)", R"(x\;y)", R"(x\*)"}));
  EXPECT_EQ(bash_offers(R"(tapctl bridge br0 'x\;')", links), Words{R"(x\;y)"});
}

/// The command line after the tabulator was pressed at the end of `line`. The completion of zsh
/// works in its line editor only, which needs a terminal.
std::string zsh_completes(const std::string& line) {
  const std::string script = R"(zmodload zsh/zpty
export SETUP='autoload -U compinit; compinit -u -D; fpath=($FOLDER $fpath)
autoload -U _tapctl; compdef _tapctl tapctl
finish() { zle complete-word; print -r -- "<$BUFFER>" }
zle -N finish; bindkey "^T" finish; print -r -- "{ready}"'
zpty z zsh -f -i
zpty -w z 'eval $SETUP'
zpty -r z out '*{ready}*'
zpty -w -n z "$LINE"$'\C-t'
zpty -r z out '*<*>*'
print -r -- "${${out##*<}%%>*}")";
  std::string out = must_run({"env", "FOLDER=" + (source_folder / "completions").string(),
                              "LINE=" + line, "TERM=dumb", "zsh", "-f", "-c", script});
  return out.substr(0, out.find_last_not_of(" \n") + 1);
}

TEST(Completeness, ZshCompletesCommandsOptionsAndValues) {
  EXPECT_EQ(zsh_completes("tapctl bri"), "tapctl bridge");
  EXPECT_EQ(zsh_completes("tapctl --netns lab del --fo"), "tapctl --netns lab del --force");
  EXPECT_EQ(zsh_completes("tapctl bridge br0 --stp of"), "tapctl bridge br0 --stp off");
  EXPECT_EQ(zsh_completes("tapctl status l"), "tapctl status lo");
  EXPECT_EQ(zsh_completes("tapctl del --dry"), "tapctl del --dry-run");
  EXPECT_EQ(zsh_completes("tapctl log --dry"), "tapctl log --dry");
}

Words fish_offers(const std::string& line) {
  const std::string path = (source_folder / "completions/tapctl.fish").string();
  const Argv argv{"fish", "--no-config", "-c", "source '" + path + "'; complete -C '" + line + "'"};
  return all_of(must_run(argv), "([^\t\n]+)[^\n]*\n");
}

using Migration = NetnsTest;

/// Two links that can be ports, and what is sure to be refused: lo, a tun, a bridge.
class PortCompletion : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (!IsSkipped())
      ip_batch(
          "link add br0 type bridge\n"
          "tuntap add xtap mode tap\n"
          "tuntap add xtun mode tun\n"
          "link add eth7 type veth peer name eth8\n"
          "link set eth7 master br0\n");
  }
};

TEST_F(PortCompletion, OffersWhatABridgeCanTake) {
  const Words ports{"eth7", "eth8", "xtap"};
  EXPECT_EQ(bash_offers("tapctl bridge br0 ''"), ports);
  EXPECT_EQ(bash_offers("tapctl bridge br0 eth7 x"), Words{"xtap"});
  EXPECT_EQ(bash_offers("tapctl bridge br0 eth7 --uplink ''"), ports);
  EXPECT_EQ(zsh_completes("tapctl bridge br0 x"), "tapctl bridge br0 xtap");
  EXPECT_EQ(zsh_completes("tapctl bridge br0 --uplink x"), "tapctl bridge br0 --uplink xtap");
  EXPECT_EQ(fish_offers("tapctl bridge br0 "), ports);
  EXPECT_EQ(fish_offers("tapctl bridge br0 eth7 --uplink "), ports);
}

TEST_F(PortCompletion, OffersBridgesForTheBridge) {
  EXPECT_EQ(bash_offers("tapctl bridge ''"), Words{"br0"});
  EXPECT_EQ(zsh_completes("tapctl bridge b"), "tapctl bridge br0");
  EXPECT_EQ(fish_offers("tapctl bridge "), Words{"br0"});
}

TEST_F(PortCompletion, OffersNoLinksForAnotherNamespace) {
  for (const char* netns : {"-n lab", "-jn lab", "--netns lab"}) {
    const std::string line = "tapctl " + std::string(netns) + " del ";
    EXPECT_EQ(bash_offers(line + "''"), Words{});
    EXPECT_EQ(zsh_completes(line + "xt"), line + "xt");
    EXPECT_EQ(fish_offers(line), Words{});
  }
  EXPECT_EQ(bash_offers("tapctl tunctl -n -d xt"), (Words{"xtap", "xtun"}));
}

TEST_F(PortCompletion, OffersNoNameTwice) {
  EXPECT_EQ(bash_offers("tapctl bridge br0 eth7 ''"), (Words{"eth8", "xtap"}));
  EXPECT_EQ(bash_offers("tapctl del xtap ''"), Words{"xtun"});
  EXPECT_EQ(zsh_completes("tapctl del xtap xt"), "tapctl del xtap xtun");
  EXPECT_EQ(fish_offers("tapctl bridge br0 eth7 "), (Words{"eth8", "xtap"}));
  EXPECT_EQ(fish_offers("tapctl del xtap "), Words{"xtun"});
}

TEST_F(PortCompletion, OffersThePortsOfTheBridgeThatIsTakenApart) {
  ip_batch("link add br1 type bridge\nlink set xtap master br1\n");
  EXPECT_EQ(bash_offers("tapctl unbridge ''"), (Words{"br0", "br1"}));
  EXPECT_EQ(bash_offers("tapctl unbridge br0 ''"), Words{"eth7"});
  EXPECT_EQ(zsh_completes("tapctl unbridge br1 "), "tapctl unbridge br1 xtap");
  EXPECT_EQ(fish_offers("tapctl unbridge "), (Words{"br0", "br1"}));
  EXPECT_EQ(fish_offers("tapctl unbridge br0 "), Words{"eth7"});
}

TEST_F(PortCompletion, OffersOneActionAndOneBridgeOfNf) {
  EXPECT_EQ(bash_offers("tapctl nf ''"), (Words{"show", "on", "off", "br0"}));
  EXPECT_EQ(bash_offers("tapctl nf off ''"), Words{"br0"});
  EXPECT_EQ(bash_offers("tapctl nf off br0 ''"), Words{});
  EXPECT_EQ(fish_offers("tapctl nf off "), Words{"br0"});
  EXPECT_EQ(fish_offers("tapctl nf off br0 "), Words{});
}

TEST_F(PortCompletion, OffersTheIdOfAChange) {
  std::filesystem::create_directory("/run/bin");
  std::filesystem::create_symlink(tapctl_path(), "/run/bin/tapctl");
  const std::string path = "/run/bin:" + std::string(::getenv("PATH"));
  ::setenv("PATH", path.c_str(), 1);
  tapctl_ok({"add", "tap7"});
  const std::string last = tapctl_json({"log"})["transactions"][0]["id"];
  EXPECT_EQ(bash_offers("tapctl confirm ''"), Words{});
  EXPECT_EQ(bash_offers("tapctl rollback ''"), Words{last});
  EXPECT_EQ(zsh_completes("tapctl rollback "), "tapctl rollback " + last);
  EXPECT_EQ(fish_offers("tapctl rollback "), Words{last});
  const std::string id = tapctl_json({"unbridge", "br0", "--confirm", "60s"})["transaction"];
  EXPECT_EQ(bash_offers("tapctl confirm ''"), Words{id});
  EXPECT_EQ(zsh_completes("tapctl confirm "), "tapctl confirm " + id);
  EXPECT_EQ(fish_offers("tapctl confirm "), Words{id});
  EXPECT_EQ(tapctl({"rollback"}).status, 0);
}

TEST(Completeness, BashLeavesFileNamesToReadline) {
  const std::string options = R"(compopt() { COMPREPLY=("$*"); })";
  for (const char* command : {"apply", "diff", "down", "save"})
    EXPECT_EQ(bash_offers("tapctl " + std::string(command) + " b", options), Words{"-o default"});
}

TEST(Completeness, FishOffersExactlyTheOptionsOfEachCommand) {
  const std::string path = (source_folder / "completions/tapctl.fish").string();
  for (const auto& [command, names] : options()) {
    std::string script = "source '" + path;
    script.append("'; complete -C 'tapctl ").append(command).append(" --'");
    EXPECT_EQ(all_of(must_run({"fish", "--no-config", "-c", script}), "--([a-z-]+)[^\n]*\n"), names)
        << command;
  }
}

TEST(Completeness, ManPageOfADropInHasEveryCommandOfIt) {
  const std::string page = read("man/brctl.8");
  const Words known = all_of(help_of({"brctl"}), "\n\t([a-z]+) ");
  EXPECT_EQ(known.size(), 16U);
  for (const std::string& command : known)
    EXPECT_NE(page.find(".It Cm " + command), std::string::npos) << command;
  EXPECT_EQ(bash_offers("tapctl brctl ''"), known);
  EXPECT_EQ(fish_offers("tapctl brctl "), known);
  const std::string tunctl = read("man/tunctl.8");
  for (const std::string option : {"b", "d", "f", "g", "n", "p", "t", "u"}) {
    EXPECT_NE(tunctl.find("\n.It Fl " + option), std::string::npos) << option;
    EXPECT_TRUE(bash_offers("tapctl tunctl -").contains("-" + option)) << option;
  }
}

TEST_F(PortCompletion, OffersWhatAnOlderToolTakes) {
  EXPECT_EQ(bash_offers("tapctl brctl setf"), Words{"setfd"});
  EXPECT_EQ(bash_offers("tapctl brctl show ''"), Words{"br0"});
  EXPECT_EQ(bash_offers("tapctl brctl addif br0 x"), Words{"xtap"});
  EXPECT_EQ(bash_offers("tapctl brctl delif br0 ''"), Words{"eth7"});
  EXPECT_EQ(bash_offers("tapctl brctl hairpin br0 eth7 ''"), (Words{"on", "off"}));
  EXPECT_EQ(bash_offers("tapctl tunctl -d xta"), Words{"xtap"});
  EXPECT_EQ(bash_offers("tapctl tuntap a"), Words{"add"});
  EXPECT_EQ(bash_offers("tapctl tuntap add x mode ''"), (Words{"tun", "tap"}));
  EXPECT_EQ(bash_offers("tapctl mktun --dev-t"), Words{"--dev-type"});
  EXPECT_EQ(zsh_completes("tapctl brctl setf"), "tapctl brctl setfd");
  EXPECT_EQ(zsh_completes("tapctl brctl delif br0 e"), "tapctl brctl delif br0 eth7");
  EXPECT_EQ(zsh_completes("tapctl tuntap add x mode ta"), "tapctl tuntap add x mode tap");
  EXPECT_EQ(zsh_completes("tapctl mktun --dev-t"), "tapctl mktun --dev-type");
  EXPECT_EQ(fish_offers("tapctl brctl setf"), Words{"setfd"});
  EXPECT_EQ(fish_offers("tapctl tuntap add --"), Words{});
}

/// The lines of tapctl in the table of what the tutorials type.
std::vector<std::string> migrations() {
  std::vector<std::string> lines;
  const std::string page = read("man/tapctl.8");
  const std::regex row("\n\\.It Li [^\n]* Ta Li (tapctl [^\n]*)");
  for (std::sregex_iterator match(page.begin(), page.end(), row), end; match != end; ++match)
    lines.push_back(
        std::regex_replace((*match)[1].str(), std::regex("brezular|waldner"), "nobody"));
  return lines;
}

/// Each can be typed: on a host that has nothing yet, a tap, or a bridge.
TEST_F(Migration, OfEachToolIsALineThatWorks) {
  const std::vector<std::string> lines = migrations();
  EXPECT_GT(lines.size(), 15U);
  std::set<std::string> refused(lines.begin(), lines.end());
  const auto try_all = [&] {
    for (const std::string& line : lines) {
      if (run({"sh", "-c", "exec \"$0\" " + line.substr(7) + " --dry-run", tapctl_path()}).status ==
          0)
        refused.erase(line);
    }
  };
  build_plain_host();
  try_all();
  EXPECT_EQ(tapctl({"add", "tap0", "--user", "nobody"}).status, 0);
  try_all();
  EXPECT_EQ(tapctl({"bridge", "virbr0", "eth0", "tap0"}).status, 0);
  try_all();
  EXPECT_EQ(refused, std::set<std::string>{});
}

TEST(Installation, HasTheDropInNamesOnlyWhereTheyAreAskedFor) {
  const auto installed = [](const std::string& wish) {
    std::array<char, 32> folder{"/tmp/tapctl-install-XXXXXX"};
    const std::filesystem::path root = ::mkdtemp(folder.data());
    const std::string build = root / "build";
    must_run({"cmake", "-S", source_folder, "-B", build, "-DBUILD_TESTING=OFF",
              "-DTAPCTL_INSTALL_DROP_IN=" + wish});
    // What is installed is not looked at here, only which names there are.
    std::ofstream(build + "/tapctl") << "";
    must_run({"env", "DESTDIR=" + (root / "dest").string(), "cmake", "--install", build});
    Words names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "dest")) {
      if (!entry.is_directory())
        names.insert(entry.path().filename());
    }
    std::filesystem::remove_all(root);
    return names;
  };
  const Words without = installed("OFF");
  EXPECT_TRUE(without.contains("tapctl.8"));
  Words with = installed("ON");
  for (const std::string& name : without)
    with.erase(name);
  EXPECT_EQ(with, (Words{"brctl", "tunctl", "brctl.8", "tunctl.8", "brctl.fish", "tunctl.fish",
                         "_tapctl_drop_in"}));
}

/// The keys of every object that the schema of the configuration file describes.
Words config_keys(const nlohmann::json& schema) {
  Words keys;
  for (const auto& [name, value] : schema.items()) {
    if (name == "properties")
      for (const auto& [key, described] : value.items())
        keys.insert(key);
    if (value.is_structured())
      keys.merge(config_keys(value));
  }
  return keys;
}

TEST(Completeness, ManPageOfTheFileHasEveryKey) {
  const std::string page = read("man/tapctl.json.5");
  const Words keys = config_keys(nlohmann::json::parse(read("schema/config.schema.json")));
  EXPECT_GE(keys.size(), 40U);
  const Words named =
      all_of(std::regex_replace(page, std::regex(" , "), "\n.Cm "), "\n\\.(?:It )?Cm ([a-z_$]+)");
  for (const std::string& key : keys)
    EXPECT_TRUE(named.contains(key)) << key;
}

TEST(Completeness, ShellsAndMandocFindNoFault) {
  const auto path = [](const char* name) { return (source_folder / name).string(); };
  for (const char* page : {"man/tapctl.8", "man/tapctl.json.5", "man/brctl.8", "man/tunctl.8"})
    EXPECT_EQ(must_run({"mandoc", "-Tlint", "-Wwarning", path(page)}), "");
  must_run({"bash", "-n", path("completions/tapctl.bash")});
  must_run({"zsh", "-n", path("completions/_tapctl")});
  must_run({"fish", "--no-execute", path("completions/tapctl.fish")});
}

}  // namespace
}  // namespace tapctl::test

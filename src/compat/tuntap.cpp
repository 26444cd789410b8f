// SPDX-License-Identifier: MIT
// The grammar of `ip tuntap`.
#include "compat/tuntap.hpp"

#include "util/error.hpp"
#include "util/text.hpp"

#include <array>
#include <span>
#include <string_view>

namespace tapctl {
namespace {

/// The first of `known` that begins with `word`, as ip looks words up; "" for none.
std::string_view find_word(const std::string& word, std::span<const std::string_view> known) {
  for (const std::string_view candidate : known) {
    if (!word.empty() && candidate.starts_with(word))
      return candidate;
  }
  return {};
}

TuntapLine::Action parse_action(const std::string& word) {
  static constexpr std::array<std::string_view, 6> actions{"add",  "delete", "show",
                                                           "list", "lst",    "help"};
  const std::string_view action = find_word(word, actions);
  if (action.empty())
    throw usage_error("unknown command " + quote(word),
                      "add, del, show, list, lst or help; tapctl tuntap help says more");
  if (action == "add")
    return TuntapLine::Action::add;
  if (action == "delete")
    return TuntapLine::Action::del;
  return action == "help" ? TuntapLine::Action::help : TuntapLine::Action::show;
}

/// Reads the words behind "add" or "del".
class Words {
 public:
  Words(const std::vector<std::string>& words, TuntapLine& line) : words_(words), line_(line) {}

  void read() {
    for (at_ = 1; at_ < words_.size(); ++at_)
      read_one(words_[at_]);
  }

 private:
  void read_one(const std::string& word) {
    // In the order in which ip tries them, which decides what "m" means.
    static constexpr std::array<std::string_view, 8> for_add{
        "mode", "user", "group", "dev", "one_queue", "pi", "vnet_hdr", "multi_queue"};
    static constexpr std::array<std::string_view, 6> for_del{"mode", "dev",      "one_queue",
                                                             "pi",   "vnet_hdr", "multi_queue"};
    const bool adds = line_.action == TuntapLine::Action::add;
    const std::string_view key = adds ? find_word(word, for_add) : find_word(word, for_del);
    if (key == "mode")
      take_mode(next(word));
    else if (key == "user")
      line_.users.push_back(next(word));
    else if (key == "group")
      line_.groups.push_back(next(word));
    else if (key == "dev")
      line_.name = take_name(next(word));
    else if (key == "one_queue")
      line_.one_queue = true;
    else if (key == "pi")
      line_.pi = true;
    else if (key == "vnet_hdr")
      line_.vnet_hdr = true;
    else if (key == "multi_queue")
      line_.multi_queue = true;
    else
      take_other(word);
  }

  /// "name NAME", "help", or the name itself.
  void take_other(const std::string& word) {
    static constexpr std::array<std::string_view, 2> others{"name", "help"};
    const std::string_view key = find_word(word, others);
    if (key == "help") {
      line_.action = TuntapLine::Action::help;
      at_ = words_.size();
      return;
    }
    const std::string& name = key == "name" ? next(word) : word;
    if (!line_.name.empty())
      throw usage_error("unexpected word " + quote(name),
                        "the name is " + quote(line_.name) + " already");
    line_.name = take_name(name);
  }

  void take_mode(const std::string& word) {
    static constexpr std::array<std::string_view, 2> modes{"tun", "tap"};
    const std::string_view found = find_word(word, modes);
    if (found.empty())
      throw usage_error("unknown mode " + quote(word), "tun or tap");
    const TunMode mode = found == "tun" ? TunMode::tun : TunMode::tap;
    if (line_.mode && *line_.mode != mode)
      throw usage_error("more than one mode given");
    line_.mode = mode;
  }

  static const std::string& take_name(const std::string& name) {
    if (name.empty())
      throw usage_error("the name is empty");
    return name;
  }

  const std::string& next(const std::string& word) {
    if (++at_ >= words_.size())
      throw usage_error(quote(word) + ": has no value");
    return words_[at_];
  }

  const std::vector<std::string>& words_;
  TuntapLine& line_;
  size_t at_ = 0;
};

}  // namespace

const char* const tuntap_help =
    "Usage: tapctl tuntap { add | del | show | list | lst | help } [ dev NAME ]\n"
    "       [ mode { tun | tap } ] [ user USER ] [ group GROUP ]\n"
    "       [ one_queue ] [ pi ] [ vnet_hdr ] [ multi_queue ]\n"
    "\n"
    "The grammar of `ip tuntap`. A user or a group is a name or a number.\n";

TuntapLine parse_tuntap(const std::vector<std::string>& words) {
  TuntapLine line;
  if (words.empty())
    return line;
  line.action = parse_action(words.front());
  if (line.action == TuntapLine::Action::show || line.action == TuntapLine::Action::help)
    return line;  // ip does not look at what stands behind them either
  Words(words, line).read();
  if (line.action != TuntapLine::Action::help && !line.mode)
    throw Error("no mode given").with_hint("mode tun or mode tap");
  return line;
}

}  // namespace tapctl

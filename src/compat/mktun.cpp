// SPDX-License-Identifier: MIT
// The grammar and the words of `openvpn --mktun` and `openvpn --rmtun`.
#include "compat/mktun.hpp"

#include "util/error.hpp"
#include "util/text.hpp"

namespace tapctl {
namespace {

constexpr const char* known_options =
    "there are --dev, --dev-type, --dev-node, --user, --group, --lladdr and --txqueuelen";

std::optional<TunMode> mode_of(const std::string& text) {
  if (text.starts_with("tun"))
    return TunMode::tun;
  if (text.starts_with("tap"))
    return TunMode::tap;
  return std::nullopt;
}

/// 0 leaves it as it is, as with openvpn.
std::optional<uint32_t> parse_txqueuelen(const std::string& text) {
  const auto number = parse_decimal(text);
  if (!number || *number > INT32_MAX)
    throw usage_error("option '--txqueuelen': " + quote(text) + " is no number of packets");
  return *number == 0 ? std::nullopt : std::optional(static_cast<uint32_t>(*number));
}

class Words {
 public:
  Words(MktunAction action, const std::vector<std::string>& words) : words_(words) {
    line_.action = action;
  }

  MktunLine read() {
    for (at_ = 0; at_ < words_.size(); ++at_)
      read_one(words_[at_]);
    if (line_.name.empty())
      throw usage_error("no device given", "--dev NAME");
    line_.mode = mode();
    return line_;
  }

 private:
  void read_one(const std::string& word) {
    const std::string name = word.starts_with("--") ? word.substr(2) : word;
    if (name == "mktun" || name == "rmtun")
      line_.action = name == "rmtun" ? MktunAction::remove : MktunAction::make;
    else if (name == "dev")
      line_.name = value(name);
    else if (name == "dev-type")
      type_ = value(name);
    else if (name == "dev-node")
      line_.clone_device = value(name);
    else if (name == "user")
      line_.user = value(name);
    else if (name == "group")
      line_.group = value(name);
    else if (name == "lladdr")
      line_.mac = Mac::parse(value(name));
    else if (name == "txqueuelen")
      line_.txqueuelen = parse_txqueuelen(value(name));
    else
      throw usage_error("unknown option " + quote(word), known_options);
  }

  const std::string& value(const std::string& name) {
    if (++at_ >= words_.size())
      throw usage_error("option " + quote("--" + name) + ": has no value");
    if (words_[at_].empty())
      throw usage_error("option " + quote("--" + name) + ": has an empty value");
    return words_[at_];
  }

  /// By --dev-type, else by the first letters of the name.
  [[nodiscard]] TunMode mode() const {
    if (type_) {
      if (*type_ != "tun" && *type_ != "tap")
        throw usage_error("option '--dev-type': " + quote(*type_) + " is neither tun nor tap");
      return *mode_of(*type_);
    }
    const auto mode = mode_of(line_.name);
    if (!mode)
      throw usage_error("device " + quote(line_.name) + ": could be a tun or a tap",
                        "--dev-type tun or --dev-type tap");
    return *mode;
  }

  const std::vector<std::string>& words_;
  MktunLine line_;
  std::optional<std::string> type_;
  size_t at_ = 0;
};

}  // namespace

const char* const mktun_help =
    "Usage: tapctl { mktun | rmtun } --dev NAME [--dev-type tun|tap] [--dev-node FILE]\n"
    "       [--user USER] [--group GROUP] [--lladdr MAC] [--txqueuelen PACKETS]\n"
    "\n"
    "The grammar of `openvpn --mktun` and `openvpn --rmtun`, which create and delete a\n"
    "device. The dashes may be left out.\n";

MktunLine parse_mktun(MktunAction action, const std::vector<std::string>& words) {
  return Words(action, words).read();
}

std::vector<std::string> mktun_lines(const MktunLine& line, const std::string& name) {
  std::vector<std::string> lines;
  if (line.mode == TunMode::tun)
    lines.emplace_back("Note: --mktun does not support DCO. Creating TUN interface.");
  lines.push_back("TUN/TAP device " + name + " opened");
  const bool is_made = line.action == MktunAction::make;
  lines.emplace_back(is_made ? "Persist state set to: ON" : "Persist state set to: OFF");
  if (line.mac && is_made) {
    lines.push_back("net_addr_ll_set: lladdr " + line.mac->str() + " for " + name);
    lines.push_back("TUN/TAP link layer address set to " + line.mac->str());
  }
  return lines;
}

}  // namespace tapctl

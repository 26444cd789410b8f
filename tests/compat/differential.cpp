// SPDX-License-Identifier: MIT
// Twin namespaces, what is compared of them, and how a difference is shown.
#include "compat/differential.hpp"

#include "support/cli_test.hpp"
#include "support/rich_host.hpp"
#include "util/fd.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <regex>
#include <set>
#include <stdexcept>

namespace tapctl::test {
namespace {

using nlohmann::json;

/// What the kernel changes by itself some time after an operation (linkwatch), at most.
constexpr auto settle_limit = std::chrono::milliseconds(2000);

/// A network and mount namespace that the test can come back to.
class Namespace {
 public:
  Namespace() {
    if (const std::string why = enter_fresh_namespace(); !why.empty())
      throw std::runtime_error(why);
    network_ = Fd(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
    mounts_ = Fd(::open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC));
  }

  void enter() const {
    if (::setns(network_.get(), CLONE_NEWNET) != 0 || ::setns(mounts_.get(), CLONE_NEWNS) != 0)
      std::abort();
  }

 private:
  Fd network_;
  Fd mounts_;
};

/// Gives MACs that are not fixed a name by the order in which they appear.
class MacNames {
 public:
  std::string replace(const std::string& text) {
    static const std::regex mac("([0-9a-f]{1,2}:){5}[0-9a-f]{1,2}|[0-9a-f]{12}");
    std::string result;
    auto rest = text.cbegin();
    for (std::sregex_iterator it(text.begin(), text.end(), mac); it != std::sregex_iterator();
         ++it) {
      result.append(rest, text.cbegin() + it->position());
      result += name_of(it->str());
      rest = text.cbegin() + it->position() + it->length();
    }
    return result.append(rest, text.cend());
  }

 private:
  static bool is_fixed(const std::string& digits) {
    static const std::set<std::string> known{"000000000000", "ffffffffffff"};
    return digits.starts_with("020000") || digits.starts_with("0180c2") || known.contains(digits);
  }

  /// Twelve digits: ip(8) leaves zeros out in the id of a bridge.
  static std::string digits_of(const std::string& text) {
    static const std::regex lone("\\b([0-9a-f])\\b");
    std::string digits = std::regex_replace(text, lone, "0$1");
    std::erase(digits, ':');
    return digits;
  }

  std::string name_of(const std::string& text) {
    const std::string digits = digits_of(text);
    if (is_fixed(digits))
      return text;
    const auto number = names_.emplace(digits, names_.size() + 1).first->second;
    return "MAC" + std::to_string(number);
  }

  std::map<std::string, size_t> names_;
};

/// Removes the named members at every depth.
void drop(json& value, const std::set<std::string>& names) {
  if (value.is_object())
    for (const auto& name : names)
      value.erase(name);
  if (value.is_structured())
    for (auto& member : value)
      drop(member, names);
}

/// Lines, so that a difference can be shown by line.
std::string json_of(const Argv& argv) {
  // Some originals make a device only to delete it, which takes an ifindex.
  static const std::set<std::string> volatile_members = {
      "ifindex",  "hello_timer", "tcn_timer",         "topology_change_timer",
      "gc_timer", "hold_timer",  "message_age_timer", "forward_delay_timer",
      "stats64",  "stats"};
  const Result result = run(argv);
  if (result.status != 0)
    throw std::runtime_error(argv.back() + ": " + result.err);
  json value = result.out.empty() ? json::array() : json::parse(result.out);
  drop(value, volatile_members);
  return value.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

/// One half of a row.
struct Side {
  explicit Side(std::string text) : name(std::move(text)) {}

  std::string name;
  Namespace space;
  std::vector<Result> results;
  MacNames macs;
};

/// The links, and the addresses and routes that they must not lose.
std::string state_of(const Side& side) {
  side.space.enter();
  MacNames macs;
  return macs.replace(json_of({"ip", "-j", "-d", "link"}) +
                      json_of({"bridge", "-j", "-d", "link"}) +
                      json_of({"ip", "-j", "-4", "addr"}) + json_of({"ip", "-j", "-4", "route"}));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  }
  return lines;
}

/// The lines of each that the other has not.
std::string line_difference(const std::string& original, const std::string& drop_in) {
  auto left = lines_of(original);
  auto right = lines_of(drop_in);
  std::string result;
  const auto only = [&](std::vector<std::string> lines, const std::vector<std::string>& others,
                        const char* mark) {
    for (const std::string& line : others)
      if (const auto found = std::ranges::find(lines, line); found != lines.end())
        lines.erase(found);
    for (const std::string& line : lines)
      result += mark + line + "\n";
  };
  only(left, right, "  original: ");
  only(right, left, "  drop-in:  ");
  return result;
}

std::string shown(const Result& result) {
  return "status " + std::to_string(result.status) + "\nstdout: " + result.out +
         "\nstderr: " + result.err + "\n";
}

void prepare(const Side& side, const Row& row) {
  side.space.enter();
  std::string batch;
  for (const std::string& line : row.links)
    batch += line + "\n";
  if (!batch.empty())
    ip_batch(batch);
  for (const std::string& line : row.before)
    must_run(words_of(line));
}

/// The drop-in as a program of the name that it stands in for.
Argv by_name(const Tool& tool) {
  const std::string link = "/run/" + tool.drop_in.front();
  if (::symlink(tapctl_path().c_str(), link.c_str()) != 0)
    throw std::runtime_error("no symlink " + link);
  return {link};
}

Argv drop_in_of(const Tool& tool, const Row& row) {
  if (row.called == Called::by_name)
    return by_name(tool);
  Argv argv{tapctl_path()};
  argv.insert(argv.end(), tool.drop_in.begin(), tool.drop_in.end());
  return argv;
}

void run_lines(Side& side, const Argv& program, const Tool& tool, const Row& row) {
  const auto held = row.hold ? row.hold() : nullptr;
  for (const std::string& line : row.lines) {
    if (line.starts_with('!')) {
      must_run(words_of(line.substr(1)));
      continue;
    }
    Argv argv = program;
    const Argv words = words_of(line);
    argv.insert(argv.end(), words.begin(), words.end());
    Result result = run(argv);
    if (tool.normal)
      result.out = tool.normal(std::move(result.out));
    result.out = side.macs.replace(result.out);
    side.results.push_back(std::move(result));
  }
}

/// What differs between the two, for a reader; "" when nothing does.
std::string difference_of(const Side& original, const Side& drop_in) {
  std::string text;
  for (size_t i = 0; i < original.results.size(); ++i) {
    const Result& one = original.results[i];
    const Result& other = drop_in.results[i];
    if (one.status != other.status || one.out != other.out)
      text += "line " + std::to_string(i + 1) + ", original: " + shown(one) + "line " +
              std::to_string(i + 1) + ", drop-in: " + shown(other);
  }
  if (!text.empty())
    return text;
  wait_until([&] { return state_of(original) == state_of(drop_in); }, settle_limit);
  return line_difference(state_of(original), state_of(drop_in));
}

std::string title_of(const Row& row) {
  std::string text = row.differs.empty() ? "" : "accepted difference (" + row.differs + "): ";
  for (const std::string& line : row.lines)
    text += line + "; ";
  return text;
}

/// A drop-in that fails without a word helps nobody.
void expect_reasons(const Side& drop_in) {
  for (const Result& result : drop_in.results)
    EXPECT_FALSE(result.status != 0 && result.err.empty() && result.out.empty())
        << "the drop-in failed without a word";
}

void expect_difference(const Row& row, const Side& drop_in, const std::string& difference) {
  EXPECT_FALSE(difference.empty()) << "agrees, though it is said to differ";
  const bool is_said = std::ranges::any_of(drop_in.results, [&](const Result& result) {
    return result.err.find(row.says) != std::string::npos;
  });
  EXPECT_TRUE(is_said) << "the drop-in does not say: " << row.says << "\n" << difference;
}

void compare_row(const Tool& tool, const Row& row) {
  SCOPED_TRACE(title_of(row));
  Side original("original");
  prepare(original, row);
  run_lines(original, tool.original, tool, row);
  Side drop_in("drop-in");
  prepare(drop_in, row);
  run_lines(drop_in, drop_in_of(tool, row), tool, row);
  expect_reasons(drop_in);
  const std::string difference = difference_of(original, drop_in);
  if (row.differs.empty())
    EXPECT_TRUE(difference.empty()) << difference;
  else
    expect_difference(row, drop_in, difference);
}

}  // namespace

Argv words_of(const std::string& line) {
  Argv words;
  bool is_open = false;  // inside quotes
  bool is_word = false;
  for (const char c : line) {
    if (!is_open && c == ' ') {
      is_word = false;
      continue;
    }
    if (!is_word)
      words.emplace_back();
    is_word = true;
    if (c == '\'')
      is_open = !is_open;
    else
      words.back() += c;
  }
  return words;
}

bool is_installed(const std::string& program) {
  return run({"sh", "-c", "command -v -- \"$1\"", "sh", program}).status == 0;
}

void compare(const Tool& tool, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    try {
      compare_row(tool, row);
    } catch (const std::exception& error) {
      ADD_FAILURE() << title_of(row) << error.what();
    }
  }
}

std::vector<uint64_t> generator_seeds() {
  if (const char* text = std::getenv("TAPCTL_SEED"))
    return {std::strtoull(text, nullptr, 10)};
  const uint64_t fresh = std::random_device{}();
  std::printf("repeat with TAPCTL_SEED=%ju\n", static_cast<uintmax_t>(fresh));
  return {1, fresh};
}

}  // namespace tapctl::test

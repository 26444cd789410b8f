// SPDX-License-Identifier: MIT
// One validator for each test program, started when it is first asked for.
#include "support/json_schema.hpp"

#include "support/netns_test.hpp"
#include "support/process.hpp"
#include "util/fd.hpp"

#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace tapctl::test {
namespace {

using nlohmann::json;

/// Not the python3 of PATH, which may be another that has no modules of Debian's.
constexpr const char* python = "/usr/bin/python3";

/// Ends when its stdin does, which is at the end of this process.
class Validator {
 public:
  Validator() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
      throw std::system_error(errno, std::generic_category(), "socketpair");
    socket_ = Fd(ends[0]);
    spawn(Fd(ends[1]));
  }

  /// The line that it answers.
  std::string ask(const std::string& line) {
    for (size_t sent = 0; sent < line.size();) {
      const ssize_t done =
          ::send(socket_.get(), line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
      if (done < 0)
        throw std::system_error(errno, std::generic_category(), "the validator of JSON is gone");
      sent += static_cast<size_t>(done);
    }
    std::string answer;
    while (!answer.ends_with('\n')) {
      std::array<char, 4096> buffer{};
      const ssize_t got = ::read(socket_.get(), buffer.data(), buffer.size());
      if (got <= 0)
        throw std::runtime_error("the validator of JSON is gone");
      answer.append(buffer.data(), static_cast<size_t>(got));
    }
    answer.pop_back();
    return answer;
  }

 private:
  static void spawn(const Fd& socket) {
    Argv argv{python, "-I", TAPCTL_SOURCE "/tests/support/validate.py", TAPCTL_SOURCE "/schema"};
    std::vector<char*> words;
    for (std::string& word : argv)
      words.push_back(word.data());
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, socket.get(), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, socket.get(), STDOUT_FILENO);
    pid_t pid = -1;
    errno = ::posix_spawn(&pid, words[0], &actions, nullptr, words.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (errno != 0)
      throw std::system_error(errno, std::generic_category(), python);
  }

  Fd socket_;
};

std::string find_fault_with_validator() {
  if (::access(python, X_OK) != 0)
    return std::string(python) + " is missing";
  const Result result = run({python, "-I", "-c", "from jsonschema import Draft202012Validator"});
  return result.status == 0 ? "" : "python3-jsonschema is missing: " + result.err;
}

/// Every failure has the same document; what has none is a result of the command's own.
std::string schema_of(const json& document) {
  return document.contains("outcome") ? "mutation" : document.value("command", "");
}

}  // namespace

std::string no_validator() {
  static const std::string why = find_fault_with_validator();
  return why;
}

std::string schema_errors(const std::string& name, const json& document) {
  if (!no_validator().empty())
    throw std::runtime_error(no_validator());
  static Validator validator;
  const std::string answer = validator.ask(name + " " + document.dump(-1, ' ', true) + "\n");
  return answer == "ok" ? "" : answer;
}

void expect_valid_json(const std::string& text) {
  if (!no_validator().empty())
    TAPCTL_CANNOT_RUN(no_validator());
  const json document = json::parse(text, nullptr, false);
  ASSERT_TRUE(document.is_object()) << text;
  EXPECT_EQ(schema_errors(schema_of(document), document), "") << text;
}

json valid_json(const std::string& text) {
  expect_valid_json(text);
  return json::parse(text, nullptr, false);
}

}  // namespace tapctl::test

// SPDX-License-Identifier: MIT
// See cli_test.hpp.
#include "support/cli_test.hpp"

#include "support/host_state.hpp"
#include "support/json_schema.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace tapctl::test {

std::string tapctl_path() {
  const char* path = std::getenv("TAPCTL");
  if (path == nullptr)
    throw std::runtime_error("TAPCTL is not set: run the tests with ctest");
  return path;
}

Result tapctl(const Argv& arguments) {
  Argv argv{tapctl_path()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return run(argv);
}

std::string tapctl_ok(const Argv& arguments) {
  Result result = tapctl(arguments);
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.err, "");
  return std::move(result.out);
}

pid_t guardian_pid() {
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string pid = entry.path().filename();
    std::error_code error;
    if (pid.find_first_not_of("0123456789") == std::string::npos &&
        std::filesystem::equivalent("/proc/" + pid + "/ns/net", "/proc/self/ns/net", error) &&
        !error && read_file("/proc/" + pid + "/comm") == "tapctl-guardian\n")
      return std::stoi(pid);
  }
  return -1;
}

Result tapctl_as_nobody(const Argv& arguments) {
  const std::string copy = "/run/tapctl-test-binary";
  std::filesystem::copy_file(tapctl_path(), copy,
                             std::filesystem::copy_options::overwrite_existing);
  ::chmod(copy.c_str(), 0755);
  Argv argv{"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", copy};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return run(argv);
}

void expect_refused(const Argv& arguments, int status, const std::string& words) {
  const auto before = host_state();
  const Result result = tapctl(arguments);
  EXPECT_EQ(result.status, status);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, words);
  EXPECT_EQ(difference(before, host_state()), "");
}

nlohmann::json tapctl_json(Argv arguments, int status) {
  arguments.insert(arguments.begin(), "--json");
  const Result result = tapctl(arguments);
  EXPECT_EQ(result.status, status) << result.err;
  return valid_json(result.out);
}

}  // namespace tapctl::test

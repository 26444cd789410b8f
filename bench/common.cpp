// SPDX-License-Identifier: MIT
// Commands are timed with the children's share of the processor, which the kernel adds up.
#include "common.hpp"

#include "support/netns.hpp"

#include <nlohmann/json.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <numeric>
#include <stdexcept>
#include <system_error>

namespace tapctl::bench {

namespace {

double children_ms() {
  rusage usage{};
  if (::getrusage(RUSAGE_CHILDREN, &usage) != 0)
    throw std::system_error(errno, std::generic_category(), "getrusage");
  const auto milliseconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
}

}  // namespace

void parse_options(int argc, char** argv, const Options& options) {
  for (int i = 1; i < argc; i += 2) {
    const auto option = options.find(argv[i]);
    if (option == options.end())
      throw std::runtime_error("unknown option " + std::string(argv[i]));
    if (i + 1 == argc)
      throw std::runtime_error(option->first + " needs a value");
    option->second(argv[i + 1]);
  }
}

unsigned count_of(const std::string& value) {
  const bool is_number = !value.empty() && value.size() < 7 &&
                         value.find_first_not_of("0123456789") == std::string::npos;
  const unsigned long number = is_number ? std::stoul(value) : 0;
  if (number == 0)
    throw std::runtime_error("not a number above 0: " + value);
  return static_cast<unsigned>(number);
}

int run_program(const char* program, const std::function<void()>& body) {
  try {
    body();
    return 0;
  } catch (const std::exception& error) {
    std::cerr << program << ": " << error.what() << "\n";
    return 1;
  }
}

void enter_own_namespace() {
  if (const std::string why = test::enter_fresh_namespace(); !why.empty())
    throw std::runtime_error(why);
}

bool is_installed(const std::string& program) {
  if (program.find('/') != std::string::npos)
    return ::access(program.c_str(), X_OK) == 0;
  const char* variable = std::getenv("PATH");
  const std::string path = variable != nullptr ? variable : "";
  for (size_t start = 0; start <= path.size();) {
    const size_t end = std::min(path.find(':', start), path.size());
    if (::access((path.substr(start, end - start) + "/" + program).c_str(), X_OK) == 0)
      return true;
    start = end + 1;
  }
  return false;
}

Sample measure(const test::Argv& argv, std::string_view input) {
  const double processor_before = children_ms();
  const auto start = std::chrono::steady_clock::now();
  const test::Result result = test::run(argv, input);
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
  if (result.status != 0)
    std::cerr << argv[0] << " ended with " << result.status << ": " << result.err;
  return {result.status == 0, wall.count(), children_ms() - processor_before};
}

double percentile(std::vector<double> values, double share) {
  if (values.empty())
    return 0;
  std::ranges::sort(values);
  const auto rank = static_cast<size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values[std::clamp<size_t>(rank, 1, values.size()) - 1];
}

double median(std::vector<double> values) {
  if (values.empty())
    return 0;
  std::ranges::sort(values);
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double mean(const std::vector<double>& values) {
  return values.empty() ? 0
                        : std::accumulate(values.begin(), values.end(), 0.0) /
                              static_cast<double>(values.size());
}

void write_json(const std::string& file, const nlohmann::json& document) {
  if (!file.empty() && !(std::ofstream(file) << document.dump(2) << "\n"))
    throw std::runtime_error("cannot write " + file);
}

}  // namespace tapctl::bench

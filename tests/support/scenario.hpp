// SPDX-License-Identifier: MIT
// Changes that are disturbed in every way, and the oracle for what has become of them: the state is
// the one from before or the one after, and the exit status says which.
#pragma once

#include "support/netns_test.hpp"
#include "support/process.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace tapctl::test {

struct Scenario {
  const char* name;
  void (*host)();
  void (*prepare)();
  Argv command;
};

void PrintTo(const Scenario& scenario, std::ostream* stream);

const std::vector<Scenario>& scenarios();

/// TAPCTL_LONG_TESTS=1: everything instead of a sample.
bool is_long();

/// The numbers from 1 to `count`, or `most` of them, spread evenly, with the first and the last.
std::vector<int> chosen(int count, int most);

bool journal_is_there();

/// A scenario, run again and again.
class ScenarioTest : public ::testing::TestWithParam<Scenario> {
 protected:
  void SetUp() override;

  /// Makes the host of the scenario anew.
  void build_host();

  /// Runs it undisturbed, as `argv`, which learns what the state is after it. Calls `look` before
  /// the host is built anew.
  void rehearse_as(const Argv& argv, const std::function<void()>& look);

  /// Recovers. Then nothing may be left but one of the two states, and `result` has to be true.
  void expect_one_of_both(const Result& result);

  nlohmann::json before_;
  nlohmann::json after_;
  std::chrono::steady_clock::time_point built_;
  int runs_ = 0;
  int after_runs_ = 0;
  int recovered_ = 0;  ///< runs after which `tapctl recover` had something to do
};

}  // namespace tapctl::test

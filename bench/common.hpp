// SPDX-License-Identifier: MIT
// What every program that measures needs: options, timed commands, statistics, the JSON file.
#pragma once

#include "support/process.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tapctl::bench {

/// What each option does with its value.
using Options = std::map<std::string, std::function<void(const std::string& value)>>;

/// Takes "--option value" pairs. Throws for anything else.
void parse_options(int argc, char** argv, const Options& options);

/// A number above 0. Throws.
unsigned count_of(const std::string& value);

/// Runs `body` and returns the exit status: 1, with a message that `program` begins, for what it
/// throws.
int run_program(const char* program, const std::function<void()>& body);

/// Into a network namespace of its own. Throws where that is not possible.
void enter_own_namespace();

bool is_installed(const std::string& program);

struct Sample {
  bool succeeded = false;
  double wall_ms = 0;
  double processor_ms = 0;
};

/// From just before the process is made to just after its end.
Sample measure(const test::Argv& argv, std::string_view input = {});

/// The smallest value that `share` (0 to 1) of them do not exceed; 0 when there are none.
double percentile(std::vector<double> values, double share);

/// The mean of the two in the middle where there is no one in the middle; 0 when there are none.
double median(std::vector<double> values);

/// 0 when there are none.
double mean(const std::vector<double>& values);

/// Does nothing without a file.
void write_json(const std::string& file, const nlohmann::json& document);

}  // namespace tapctl::bench

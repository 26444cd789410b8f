// SPDX-License-Identifier: MIT
// Compares `tapctl add` and `del` with `ip tuntap` and `tunctl`, whole processes, alternating.
//
// usage: bench-tuntap [--tapctl PATH] [--rounds N] [--json FILE]
//
// Runs in a network namespace of its own. In each round every tool creates and deletes one tap
// device, in an order that rotates from round to round, so that what the machine does meanwhile
// hits all alike. Times are from posix_spawn to the end of the process. Deleting is dominated by
// the kernel's grace period; the processor time, in the last column, is the tool's own share.
#include "common.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

namespace tapctl::bench {
namespace {

using test::Argv;

struct Contender {
  std::string name;
  Argv add;
  Argv del;
  bool present = true;
  std::vector<Sample> add_samples{};
  std::vector<Sample> del_samples{};
};

struct Settings {
  std::string tapctl = "tapctl";
  unsigned rounds = 200;
  std::string json_file;
};

Sample must_measure(const Argv& argv) {
  const Sample sample = measure(argv);
  if (!sample.succeeded)
    throw std::runtime_error(argv[0] + " " + argv[1] + " failed");
  return sample;
}

std::vector<Contender> contenders(const std::string& tapctl) {
  std::vector<Contender> all{
      {"tapctl", {tapctl, "add", "tap7", "--user", "1000"}, {tapctl, "del", "tap7"}},
      {"ip tuntap",
       {"ip", "tuntap", "add", "dev", "tap7", "mode", "tap", "user", "1000"},
       {"ip", "tuntap", "del", "dev", "tap7", "mode", "tap"}},
      {"tunctl", {"tunctl", "-t", "tap7", "-u", "1000"}, {"tunctl", "-d", "tap7"}}};
  for (auto& contender : all)
    contender.present = is_installed(contender.add[0]);
  std::erase_if(all, [](const Contender& contender) { return !contender.present; });
  return all;
}

double median_of(const std::vector<Sample>& samples, double Sample::*member) {
  std::vector<double> values;
  values.reserve(samples.size());
  for (const Sample& sample : samples)
    values.push_back(sample.*member);
  return median(std::move(values));
}

void run_rounds(std::vector<Contender>& all, unsigned rounds) {
  for (unsigned round = 0; round < rounds; round++)
    for (size_t i = 0; i < all.size(); i++) {
      auto& contender = all[(i + round) % all.size()];
      contender.add_samples.push_back(must_measure(contender.add));
      contender.del_samples.push_back(must_measure(contender.del));
    }
}

nlohmann::json results(const std::vector<Contender>& all, unsigned rounds) {
  nlohmann::json document{{"schema", 1}, {"rounds", rounds}, {"results", nlohmann::json::array()}};
  const auto row = [&](const Contender& contender, const char* action,
                       std::vector<Sample> Contender::*samples) {
    const double wall = median_of(contender.*samples, &Sample::wall_ms);
    document["results"].push_back(
        {{"tool", contender.name},
         {"action", action},
         {"wall_ms", wall},
         {"processor_ms", median_of(contender.*samples, &Sample::processor_ms)},
         {"ratio", wall / median_of(all[0].*samples, &Sample::wall_ms)}});
  };
  for (const auto& contender : all)
    row(contender, "add", &Contender::add_samples);
  for (const auto& contender : all)
    row(contender, "del", &Contender::del_samples);
  return document;
}

void print_table(const nlohmann::json& document) {
  std::printf("medians of %u rounds\n\n%-6s %-10s %9s %8s %13s\n",
              document["rounds"].get<unsigned>(), "action", "tool", "wall ms", "ratio",
              "processor ms");
  for (const auto& row : document["results"])
    std::printf("%-6s %-10s %9.2f %8.2f %13.2f\n", row["action"].get<std::string>().c_str(),
                row["tool"].get<std::string>().c_str(), row["wall_ms"].get<double>(),
                row["ratio"].get<double>(), row["processor_ms"].get<double>());
}

void run(int argc, char** argv) {
  Settings settings;
  parse_options(
      argc, argv,
      {{"--tapctl", [&](const std::string& value) { settings.tapctl = value; }},
       {"--json", [&](const std::string& value) { settings.json_file = value; }},
       {"--rounds", [&](const std::string& value) { settings.rounds = count_of(value); }}});
  auto all = contenders(settings.tapctl);
  if (all.empty() || all[0].name != "tapctl")
    throw std::runtime_error("no program " + settings.tapctl);
  enter_own_namespace();
  run_rounds(all, 1);  // warms the caches
  for (auto& contender : all) {
    contender.add_samples.clear();
    contender.del_samples.clear();
  }
  run_rounds(all, settings.rounds);
  const auto document = results(all, settings.rounds);
  print_table(document);
  write_json(settings.json_file, document);
}

}  // namespace
}  // namespace tapctl::bench

int main(int argc, char** argv) {
  return tapctl::bench::run_program("bench-tuntap", [&] { tapctl::bench::run(argc, argv); });
}

// SPDX-License-Identifier: MIT
// Counts what `tapctl bridge` and `unbridge` cost running traffic, beside a script and `ip -batch`.
//
// usage: bench-move [--tapctl PATH] [--rounds N] [--contender NAME] [--family IPv4|IPv6]
//                   [--rp-filter 0|1|2] [--json FILE]
//
// In each round every contender moves eth0's address and default route to a bridge and back, for
// each family and each rp_filter, in fresh namespaces; who begins rotates from round to round, so
// that what the machine does meanwhile hits all alike. Meanwhile host and lan send each other
// 10,000 UDP packets a second, which come back, and a message a millisecond over a TCP connection
// each.
//
// A run is one command. UDP packets of both ways together count as lost when no answer came until
// the end of the traffic and a second more. Those that were sent late, because the machine was
// busy, are counted apart, and so are those lost before the command, which no command can be blamed
// for. "again" is the share of runs in which TCP sent a segment again; a pause is what the longest
// of the TCP exchanges took.
#include "common.hpp"
#include "move_contenders.hpp"
#include "move_run.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace tapctl::bench {
namespace {

using nlohmann::json;

constexpr size_t most_lost = 3;
constexpr const char* both_families = "both";
constexpr const char* any_filter = "all";

struct Settings {
  std::string tapctl = "tapctl";
  unsigned rounds = 100;
  std::string json_file;
  std::string contender;
  std::string family;
  std::string rp_filter;
};

/// One run, and what it was a run of.
struct Run {
  std::string contender;
  std::string family;
  std::string rp_filter;
  std::string direction;
  MoveCost cost;

  [[nodiscard]] size_t lost() const { return cost.out.lost + cost.in.lost; }
};

struct Runs {
  std::vector<Run> all;
  test::PacketCount idle;
};

json to_json(const test::PacketCount& count) {
  return {{"sent", count.sent},
          {"lost", count.lost},
          {"late", count.late},
          {"late_and_lost", count.late_and_lost}};
}

json to_json(const Run& run) {
  return {{"contender", run.contender},
          {"family", run.family},
          {"rp_filter", run.rp_filter},
          {"direction", run.direction},
          {"succeeded", run.cost.succeeded},
          {"command_ms", run.cost.command_ms},
          {"host_to_lan", to_json(run.cost.out)},
          {"lan_to_host", to_json(run.cost.in)},
          {"tcp_retransmissions", run.cost.retransmissions},
          {"longest_pause_ms", run.cost.longest_pause_ms}};
}

void run_round(Runs& runs, const Settings& settings, unsigned round) {
  const auto wanted = [](const std::string& wish, const std::string& name) {
    return wish.empty() || wish == name;
  };
  for (const Network& network : {ipv4_network(), ipv6_network()})
    for (int rp_filter = 0; rp_filter <= 2; rp_filter++) {
      const std::string filter = std::to_string(rp_filter);
      if (!wanted(settings.family, network.family) || !wanted(settings.rp_filter, filter))
        continue;
      auto contenders = move_contenders(settings.tapctl, network);
      const auto first = static_cast<ptrdiff_t>(round % contenders.size());
      std::rotate(contenders.begin(), contenders.begin() + first, contenders.end());
      for (const Contender& contender : contenders) {
        if (!wanted(settings.contender, contender.name))
          continue;
        const RoundTrip trip = measure_round_trip(contender, network, rp_filter);
        runs.idle += trip.idle;
        runs.all.push_back({contender.name, network.family, filter, "bridge", trip.to_bridge});
        if (trip.back)
          runs.all.push_back({contender.name, network.family, filter, "unbridge", *trip.back});
      }
    }
}

template <class Value>
std::vector<double> values_of(const std::vector<Run>& runs, Value value) {
  std::vector<double> values;
  values.reserve(runs.size());
  for (const Run& run : runs)
    values.push_back(static_cast<double>(value(run)));
  return values;
}

/// One line of the table.
json summary(const std::vector<Run>& runs) {
  const auto lost = values_of(runs, [](const Run& run) { return run.lost(); });
  const auto late = values_of(
      runs, [](const Run& run) { return run.cost.out.late_and_lost + run.cost.in.late_and_lost; });
  const auto pause = values_of(runs, [](const Run& run) { return run.cost.longest_pause_ms; });
  const auto share = [&](auto condition) { return mean(values_of(runs, condition)); };
  return {{"runs", runs.size()},
          {"failed", std::ranges::count_if(runs, [](const Run& r) { return !r.cost.succeeded; })},
          {"udp_lost",
           {{"median", median(lost)},
            {"mean", mean(lost)},
            {"percentile_99", percentile(lost, 0.99)},
            {"max", percentile(lost, 1)},
            {"mean_late", mean(late)}}},
          {"share_above_3_lost", share([](const Run& run) { return run.lost() > most_lost; })},
          {"share_with_retransmission",
           share([](const Run& run) { return run.cost.retransmissions > 0; })},
          {"longest_pause_ms", {{"median", median(pause)}, {"max", percentile(pause, 1)}}},
          {"command_ms", median(values_of(runs, [](const Run& r) { return r.cost.command_ms; }))}};
}

/// How many times what the first contender, tapctl, loses on average; null where that is nothing.
void note_ratio(json& row, const json& rows) {
  const auto same = [&](const json& other) {
    return other["family"] == row["family"] && other["rp_filter"] == row["rp_filter"] &&
           other["direction"] == row["direction"] && other["contender"] == "tapctl";
  };
  const auto tapctl = std::ranges::find_if(rows, same);
  const double base = tapctl == rows.end() ? 0 : (*tapctl)["udp_lost"]["mean"].get<double>();
  row["ratio_of_lost"] = base > 0 ? json(row["udp_lost"]["mean"].get<double>() / base) : json();
}

/// A row for each contender and condition, and before them one for each contender over all.
json results(const Runs& runs) {
  json rows = json::array();
  for (const char* family : {both_families, "IPv4", "IPv6"})
    for (const char* filter : {any_filter, "0", "1", "2"})
      for (const char* direction : {"bridge", "unbridge"})
        for (const char* contender : {"tapctl", "ip -batch", "tutorial"}) {
          std::vector<Run> cell;
          std::ranges::copy_if(runs.all, std::back_inserter(cell), [&](const Run& run) {
            return (family == both_families || run.family == family) &&
                   (filter == any_filter || run.rp_filter == filter) &&
                   run.direction == direction && run.contender == contender;
          });
          const bool is_partial_sum = (family == both_families) != (filter == any_filter);
          if (cell.empty() || is_partial_sum)
            continue;
          json row = summary(cell);
          row["contender"] = contender;
          row["family"] = family;
          row["rp_filter"] = filter;
          row["direction"] = direction;
          note_ratio(row, rows);
          rows.push_back(row);
        }
  return rows;
}

void print_row(const json& row) {
  const auto text = [&](const char* name) { return row[name].get<std::string>(); };
  const auto number = [](const json& value) { return value.get<double>(); };
  const json& lost = row["udp_lost"];
  const json& pause = row["longest_pause_ms"];
  std::printf("%-6s %3s %-8s %-9s %5.0f %7.0f %7.0f %7.0f %7.1f ", text("family").c_str(),
              text("rp_filter").c_str(), text("direction").c_str(), text("contender").c_str(),
              number(row["runs"]), number(lost["median"]), number(lost["percentile_99"]),
              number(lost["max"]), number(lost["mean"]));
  if (row["ratio_of_lost"].is_null())
    std::printf("%7s ", "-");
  else
    std::printf("%7.1f ", number(row["ratio_of_lost"]));
  std::printf("%6.1f %6.1f %8.1f %8.1f %8.1f %6.0f\n", 100 * number(row["share_above_3_lost"]),
              100 * number(row["share_with_retransmission"]), number(pause["median"]),
              number(pause["max"]), number(row["command_ms"]), number(row["failed"]));
}

void print_table(const Runs& runs, const json& rows) {
  test::PacketCount all;
  for (const Run& run : runs.all) {
    all += run.cost.out;
    all += run.cost.in;
  }
  std::printf(
      "%zu runs, %zu UDP packets: %.2f %% sent late, %zu lost, %zu of them sent late;\n"
      "before the commands %zu, %zu lost\n\n",
      runs.all.size(), all.sent,
      100 * static_cast<double>(all.late) / static_cast<double>(all.sent), all.lost,
      all.late_and_lost, runs.idle.sent, runs.idle.lost);
  std::printf("%33s UDP packets lost in a run %22s %13s %17s %8s\n", "", "% of runs", "",
              "TCP pause ms", "command");
  std::printf("%-6s %3s %-8s %-9s %5s %7s %7s %7s %7s %7s %6s %6s %8s %8s %8s %6s\n", "", "rpf",
              "command", "by", "runs", "median", "99 %", "max", "mean", "ratio", "lost>3", "again",
              "median", "max", "ms", "failed");
  for (const json& row : rows)
    print_row(row);
}

Settings settings_of(int argc, char** argv) {
  Settings settings;
  const auto text = [](std::string& target) {
    return [&target](const std::string& value) { target = value; };
  };
  const auto one_of = [](std::string& target, const std::vector<std::string>& choices) {
    return [&target, choices](const std::string& value) {
      if (std::ranges::find(choices, value) == choices.end())
        throw std::runtime_error("unknown value " + value);
      target = value;
    };
  };
  parse_options(argc, argv,
                {{"--tapctl", text(settings.tapctl)},
                 {"--json", text(settings.json_file)},
                 {"--rounds", [&](const auto& value) { settings.rounds = count_of(value); }},
                 {"--contender", one_of(settings.contender, {"tapctl", "tutorial", "ip -batch"})},
                 {"--family", one_of(settings.family, {"IPv4", "IPv6"})},
                 {"--rp-filter", one_of(settings.rp_filter, {"0", "1", "2"})}});
  if (!is_installed(settings.tapctl))
    throw std::runtime_error("no program " + settings.tapctl);
  return settings;
}

void run(int argc, char** argv) {
  const Settings settings = settings_of(argc, argv);
  Runs runs;
  for (unsigned round = 0; round < settings.rounds; round++)
    run_round(runs, settings, round);
  json document{{"schema", 1},
                {"rounds", settings.rounds},
                {"idle", to_json(runs.idle)},
                {"results", results(runs)},
                {"runs", json::array()}};
  for (const Run& one : runs.all)
    document["runs"].push_back(to_json(one));
  print_table(runs, document["results"]);
  write_json(settings.json_file, document);
  const auto failed =
      std::ranges::count_if(runs.all, [](const Run& one) { return !one.cost.succeeded; });
  if (failed > 0)
    throw std::runtime_error(std::to_string(failed) + " commands failed");
}

}  // namespace
}  // namespace tapctl::bench

int main(int argc, char** argv) {
  return tapctl::bench::run_program("bench-move", [&] { tapctl::bench::run(argc, argv); });
}

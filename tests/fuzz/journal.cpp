// SPDX-License-Identifier: MIT
// Fuzz target: the files that a transaction leaves, and, since a checksum stops nearly all of what
// is random, the values behind it by themselves.
#include "txn/journal.hpp"

#include "fuzz/round_trip.hpp"
#include "fuzz/target.hpp"
#include "plan/ip_line.hpp"
#include "support/full_values.hpp"
#include "util/error.hpp"

namespace {

using namespace tapctl;
using fuzz::require;

/// The first byte of an input.
enum Kind : uint8_t { file, transaction, committed, plan, snapshot, memory, kinds };

template <class T>
std::optional<T> read(std::string_view bytes) {
  try {
    return archive::Reader(bytes).get<T>();
  } catch (const Error&) {
    return std::nullopt;
  }
}

template <class T>
void check(std::string_view bytes) {
  if (const auto value = read<T>(bytes))
    fuzz::require_round_trip(*value);
}

void check_file(std::string_view bytes) {
  if (const auto value = parse_journal(bytes))
    require(journal_bytes(*value) == bytes, "a journal that is taken is written as it was", bytes);
}

/// What is left to do after an undo is printed.
void check_plan(std::string_view bytes) {
  check<Plan>(bytes);
  const Plan plan = read<Plan>(bytes).value_or(Plan{});
  for (const Step& step : plan.steps) {
    for (const Op& op : step.ops)
      fuzz::require_printable(ip_line(op));
  }
}

Plan every_step() {
  Plan result;
  for (const Op& op : test::every_operation())
    result.steps.push_back({.ops = {op}, .undo = {op}});
  return result;
}

std::string seed(Kind kind, const std::string& bytes) {
  return std::string(1, static_cast<char>(kind)) + bytes;
}

}  // namespace

std::vector<std::string> tapctl::fuzz::seeds() {
  const Transaction full = test::full_transaction();
  return {seed(file, journal_bytes(full)),
          seed(transaction, archive::pack(full)),
          seed(committed, archive::pack(Committed{.transaction = full, .after = full.before})),
          seed(plan, archive::pack(every_step())),
          seed(snapshot, archive::pack(full.before)),
          seed(memory, archive::pack(test::full_memory()))};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  switch (input.byte() % kinds) {
    case file:
      check_file(input.rest());
      break;
    case transaction:
      check<Transaction>(input.rest());
      break;
    case committed:
      check<Committed>(input.rest());
      break;
    case plan:
      check_plan(input.rest());
      break;
    case snapshot:
      check<Snapshot>(input.rest());
      break;
    default:
      check<BridgeMemory>(input.rest());
  }
  return 0;
}

// SPDX-License-Identifier: MIT
// Memory runs out: at one allocation, or at all from one on, of the process or of its guardian. The
// state is the one from before or the one after, and the exit status says which.
//
// A malloc() of the tests' own comes before libc's, and counts for each of the two by itself.
// Allocations are sampled; TAPCTL_LONG_TESTS=1 takes them all.
#include "support/cli_test.hpp"
#include "support/failing_malloc.hpp"
#include "support/scenario.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <new>
#include <stdexcept>

namespace tapctl::test {
namespace {

/// The plan of the next run, in a file in memory.
class SharedPlan {
 public:
  SharedPlan() : file_(memfd_create("malloc-plan", MFD_CLOEXEC)) {
    if (!file_ || ftruncate(file_.get(), sizeof(MallocPlan)) != 0)
      throw std::runtime_error("no memory file");
    memory_ = mmap(nullptr, sizeof(MallocPlan), PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0);
    if (memory_ == MAP_FAILED)
      throw std::runtime_error("no mapping");
    clear();
  }
  SharedPlan(const SharedPlan&) = delete;
  SharedPlan& operator=(const SharedPlan&) = delete;
  ~SharedPlan() { munmap(memory_, sizeof(MallocPlan)); }

  void clear() { plan_ = new (memory_) MallocPlan; }
  MallocPlan* operator->() { return plan_; }
  [[nodiscard]] std::string path() const {
    return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(file_.get());
  }

 private:
  Fd file_;
  void* memory_ = nullptr;
  MallocPlan* plan_ = nullptr;
};

enum class Lasts : bool { no, yes };

class Allocation : public ScenarioTest {
 protected:
  /// The scenario's command, with the malloc() before libc's.
  [[nodiscard]] Argv command() const {
    Argv argv{"env", "LD_PRELOAD=" FAILING_MALLOC,
              std::string(malloc_plan_variable) + "=" + plan_.path(), tapctl_path()};
    argv.insert(argv.end(), GetParam().command.begin(), GetParam().command.end());
    return argv;
  }

  /// How many allocations the undisturbed process makes.
  int rehearse() {
    rehearse_as(command(), [] {});
    EXPECT_GT(plan_->main.count, 100U) << "nothing was counted";
    return static_cast<int>(plan_->main.count);
  }

  void expect_survives_in_main(int number, Lasts lasts) {
    SCOPED_TRACE("allocation " + std::to_string(number));
    plan_.clear();
    plan_->lasts = lasts == Lasts::yes;
    plan_->main.fail_at = static_cast<uint64_t>(number);
    const Result result = run(command());
    EXPECT_LE(result.status, 3) << "ended by a signal: " << result.err;
    if (result.status == 1 || result.status == 2) {
      EXPECT_FALSE(journal_is_there()) << "it ended before all was as before";
    }
    if (result.status != 0) {
      EXPECT_NE(result.err, "");
    }
    ++statuses_[static_cast<size_t>(std::clamp(result.status, 0, 4))];
    expect_one_of_both(result);
  }

  void expect_survives_everywhere(Lasts lasts) {
    const int count = rehearse();
    for (const int number : chosen(count, 8)) {
      expect_survives_in_main(number, lasts);
      if (HasFailure())
        return;
    }
    std::printf("%d of %d allocations: %d committed, %d failed, %d partial; %d recovered\n", runs_,
                count, statuses_[0], statuses_[1] + statuses_[2], statuses_[3], recovered_);
  }

  SharedPlan plan_;
  std::array<int, 5> statuses_{};
};

TEST_P(Allocation, OneFails) {
  expect_survives_everywhere(Lasts::no);
}

TEST_P(Allocation, AllFailFromOneOn) {
  expect_survives_everywhere(Lasts::yes);
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Allocation, ::testing::ValuesIn(scenarios()),
                         [](const auto& each) { return each.param.name; });

/// The main process is killed, and then the guardian, which was ready, has no memory to undo it.
class GuardianAllocation : public Allocation {
 protected:
  /// Kills the main process at its allocation `death`; the guardian's allocation `number` fails.
  Result kill_main(int death, uint64_t number, Lasts lasts) {
    plan_.clear();
    plan_->lasts = lasts == Lasts::yes;
    plan_->main.die_at = static_cast<uint64_t>(death);
    plan_->guardian.fail_at = number;
    return run(command());
  }

  /// How many allocations an undo takes after the guardian was ready: it reserves its heap, the
  /// largest piece of all, right before that. They vary, since a guardian waits for the kernel.
  int count_undo(int death) {
    const Result result = kill_main(death, 0, Lasts::no);
    const Result recovery = tapctl({"recover"});  // the guardian has ended then
    const bool is_undone = result.status == 128 + SIGKILL && recovery.out == "nothing to recover\n";
    ready_at_ = plan_->guardian.largest_at;
    const int count = is_undone ? static_cast<int>(plan_->guardian.count - ready_at_) : 0;
    build_host();
    return count;
  }

  /// The allocation of the main process at whose death there is most to undo.
  int best_death(int allocations) {
    int best = 0;
    int most = 0;
    for (int tenths = 5; tenths < 10; ++tenths) {
      const int death = allocations * tenths / 10;
      const int count = count_undo(death);
      if (count > most)
        best = death;
      most = std::max(most, count);
    }
    return best;
  }

  void expect_survives_in_guardian(Lasts lasts) {
    const int death = best_death(rehearse());
    const int count = count_undo(death);
    ASSERT_GT(count, 50) << "the guardian had nothing to undo";
    int failed = 0;
    for (const int number : chosen(count, 6)) {
      SCOPED_TRACE("allocation " + std::to_string(number) + " of the guardian when it is ready");
      const Result result = kill_main(death, ready_at_ + static_cast<uint64_t>(number), lasts);
      EXPECT_TRUE(result.status == 128 + SIGKILL || result.status == 0) << result.err;
      expect_one_of_both(result);
      failed += plan_->guardian.failed > 0 ? 1 : 0;
      if (HasFailure())
        return;
    }
    EXPECT_GT(failed, runs_ / 2);
    std::printf("%d of %d allocations of the guardian, %d failed: %d left to recover\n", runs_,
                count, failed, recovered_);
  }

 private:
  uint64_t ready_at_ = 0;
};

TEST_P(GuardianAllocation, OneFails) {
  expect_survives_in_guardian(Lasts::no);
}

TEST_P(GuardianAllocation, AllFailFromOneOn) {
  expect_survives_in_guardian(Lasts::yes);
}

std::vector<Scenario> guarded_scenarios() {
  std::vector<Scenario> guarded;
  std::ranges::copy_if(scenarios(), std::back_inserter(guarded), [](const Scenario& scenario) {
    const std::string_view name = scenario.name;
    return name == "Bridge" || name == "Unbridge" || name == "AddWithEverything";
  });
  return guarded;
}

INSTANTIATE_TEST_SUITE_P(Scenarios, GuardianAllocation, ::testing::ValuesIn(guarded_scenarios()),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace tapctl::test

// SPDX-License-Identifier: MIT
// The process that takes a change back when the one that makes it dies, hangs, or is not confirmed
// in time.
//
// It wakes up for four reasons: the main process says that it is done; its end of the pipe closes
// without that, so it is dead; the deadline has passed; or somebody has decided in the journal
// (`tapctl confirm`, `tapctl rollback`). It is not told to die with its parent (PR_SET_PDEATHSIG):
// that comes when a thread ends, and is lost when privileges change.
#include "txn/guardian.hpp"

#include "txn/recover.hpp"
#include "txn/recovery_timer.hpp"
#include "util/error.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

namespace tapctl {
namespace {

/// Through either pipe; what it means is in Progress.
constexpr char message = 'm';
/// More than an undo of some thousand operations takes.
constexpr size_t heap_reserve = size_t{8} * 1024 * 1024;
constexpr int undo_tries = 3;
/// The guardian, where it lives, is to be first.
constexpr std::chrono::seconds timer_margin{30};

/// The exit status of the guardian. With any other it has not come to an end.
enum EndStatus : int { ended = 0, failed = 1, rolled_back = 10, committed = 11 };

/// What a guardian waits for and works on. All of it is had before the fork, so that what is
/// missing is an error that says so.
struct Senses {
  Fd control;       ///< the read end of the main process's pipe
  Fd main_process;  ///< pidfd
  Fd journal;       ///< inotify of its directory
  Fd timer;         ///< CLOCK_BOOTTIME
};

Fd required(Fd fd, const char* what) {
  if (!fd)
    throw Error::from_errno("guardian: " + std::string(what), errno);
  return fd;
}

bool set_timer(const Fd& timer, int64_t deadline) {
  itimerspec when{};
  when.it_value.tv_sec = deadline / 1000;
  when.it_value.tv_nsec = deadline % 1000 * 1'000'000;
  return timerfd_settime(timer.get(), TFD_TIMER_ABSTIME, &when, nullptr) == 0;
}

Senses open_senses(const TransactionFiles& files, Fd control, int64_t deadline) {
  Senses senses{
      .control = std::move(control),
      .main_process =
          required(Fd(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0))), "pidfd_open"),
      .journal = required(files.watch(), "inotify"),
      .timer = required(Fd(timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK)), "timerfd")};
  if (!set_timer(senses.timer, deadline))
    throw Error::from_errno("guardian: timerfd", errno);
  return senses;
}

/// Waits without end for the process to be gone.
void kill_process(const Fd& process) {
  syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
  pollfd gone{.fd = process.get(), .events = POLLIN, .revents = 0};
  while (poll(&gone, 1, -1) < 0 && errno == EINTR) {
  }
}

/// Freed again, but kept by the allocator, and touched, so that later allocations find it.
void reserve_heap() {
  mallopt(M_TRIM_THRESHOLD, 2 * heap_reserve);
  mallopt(M_MMAP_THRESHOLD, 2 * heap_reserve);
  void* memory = malloc(heap_reserve);  // NOLINT(cppcoreguidelines-no-malloc)
  if (memory == nullptr)
    return;
  memset(memory, 1, heap_reserve);
  free(memory);  // NOLINT(cppcoreguidelines-no-malloc)
}

/// A daemon that nothing ends by accident.
void detach() {
  setsid();
  for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU,
                           SIGXFSZ, SIGXCPU, SIGUSR1, SIGUSR2, SIGALRM})
    std::signal(number, SIG_IGN);  // NOLINT(cert-err33-c): these can be ignored
  prctl(PR_SET_NAME, "tapctl-guardian");
  if (chdir("/") != 0)
    return;
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd <= 2; ++fd)
    dup2(null, fd);
  close(null);
  const Fd score(open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  if (score && write(score.get(), "-1000", 5) < 0)
    return;  // needs CAP_SYS_RESOURCE; goes without
}

/// The process itself, behind the fork.
class Watch {
 public:
  Watch(const TransactionFiles& files, const Transaction& transaction, const Progress& progress,
        Senses senses)
      : files_(files), transaction_(transaction), progress_(progress), senses_(std::move(senses)) {}

  /// Returns at the end of the transaction.
  EndStatus run(Kernel& kernel) {
    for (;;) {
      std::array<pollfd, 3> waits{{{.fd = senses_.control.get(), .events = POLLIN, .revents = 0},
                                   {.fd = senses_.journal.get(), .events = POLLIN, .revents = 0},
                                   {.fd = senses_.timer.get(), .events = POLLIN, .revents = 0}}};
      if (poll(waits.data(), waits.size(), -1) < 0)
        continue;
      if (waits[1].revents != 0)
        forget_events();
      if (waits[0].revents != 0) {
        hear();
        waits[2].revents = 0;  // the timer may have been set anew
      }
      if (progress_->phase == Progress::Phase::over)
        return ended;
      const bool is_late = waits[2].revents != 0;
      if (is_late && !is_dead_ && !is_waiting())
        kill_process(senses_.main_process);
      if (progress_->phase == Progress::Phase::over)
        return ended;  // it came to its end just before it was killed
      const bool is_at_end = is_dead_ || is_late;
      if (is_at_end)
        static_cast<void>(files_.decide(Decision::undo));
      // Files that somebody removed decide nothing.
      const Decision decided =
          files_.decision().value_or(is_at_end ? Decision::undo : Decision::none);
      if (is_at_end || (is_waiting() && decided != Decision::none))
        return end(kernel, decided, cause(decided, is_late));
    }
  }

 private:
  [[nodiscard]] bool is_waiting() const { return progress_->phase == Progress::Phase::waiting; }

  /// A word of the main process, or its end.
  void hear() {
    char word = 0;
    const ssize_t size = read(senses_.control.get(), &word, 1);
    if (size == 0) {
      is_dead_ = !is_waiting();
      senses_.control = Fd();
    }
    if (is_waiting())
      set_timer(senses_.timer, progress_->deadline);
  }

  void forget_events() const {
    std::array<char, 4096> events{};
    while (read(senses_.journal.get(), events.data(), events.size()) > 0) {
    }
  }

  /// Why it is undone, for the log.
  [[nodiscard]] const char* cause(Decision decided, bool is_late) const {
    if (decided == Decision::finish)
      return "";
    if (is_dead_)
      return "tapctl did not finish it";
    if (!is_late)
      return "rollback was asked for";
    return is_waiting() ? "it was not confirmed in time" : "it took too long";
  }

  EndStatus end(Kernel& kernel, Decision decided, const char* cause) {
    Outcome outcome;
    for (int i = 0; i < undo_tries; ++i) {
      try {
        outcome = recover(kernel, transaction_, progress_->started, decided);
      } catch (const Error& error) {
        outcome.kind = OutcomeKind::partial;
        outcome.differences = {error.line()};
      }
      if (outcome.kind != OutcomeKind::partial)
        break;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    files_.append_log(transaction_, outcome.kind, cause);
    syslog(LOG_DAEMON | LOG_WARNING, "tapctl: transaction %s: %s (%s)", transaction_.id.c_str(),
           outcome_name(outcome.kind), transaction_.command.c_str());
    if (outcome.kind == OutcomeKind::partial)
      return failed;  // the next tapctl tries again, and can say what is left
    files_.close(outcome.kind);
    return outcome.kind == OutcomeKind::rolled_back ? rolled_back : committed;
  }

  const TransactionFiles& files_;
  const Transaction& transaction_;
  const Progress& progress_;
  Senses senses_;
  bool is_dead_ = false;
};

/// `ready` stays open: its end tells the main process of this one's.
EndStatus guard(const TransactionFiles& files, const Transaction& transaction,
                const Progress& progress, const KernelFactory& factory, Senses senses,
                const Fd& ready) {
  try {
    detach();
    const std::unique_ptr<Kernel> kernel = factory();
    Watch watch(files, transaction, progress, std::move(senses));
    reserve_heap();
    // Where the main process has ended by now, the pipe says so next.
    static_cast<void>(write(ready.get(), &message, 1) == 1);
    return watch.run(*kernel);
  } catch (...) {
    return failed;
  }
}

struct Pipe {
  Fd out;
  Fd in;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    throw Error::from_errno("guardian: pipe", errno);
  return {.out = Fd(ends[0]), .in = Fd(ends[1])};
}

}  // namespace

Guardian::Guardian(const TransactionFiles& files, const Transaction& transaction,
                   const KernelFactory& kernel, const GuardianTerms& terms) try
    : files_(files), progress_(files.create_progress()) {
  progress_->started = static_cast<uint32_t>(terms.started);
  files.write_journal(transaction);
  if (terms.decision != Decision::none)
    static_cast<void>(files.decide(terms.decision));
  if (!transaction.plan.moved.empty() || terms.confirm.count() > 0)
    has_timer_ = start_recovery_timer(transaction.id, terms.limit + terms.confirm + timer_margin);
  try {
    start(transaction, kernel, terms.limit);
  } catch (const Error&) {
    if (has_timer_)
      stop_recovery_timer(transaction.id);
    throw;
  }
} catch (const Error&) {  // no member is left here
  files.close(OutcomeKind::failed);
  throw;
}

void Guardian::start(const Transaction& transaction, const KernelFactory& kernel,
                     std::chrono::milliseconds limit) {
  Pipe control = make_pipe();
  Pipe ready = make_pipe();
  Senses senses = open_senses(files_, std::move(control.out), boottime_ms() + limit.count());
  pid_ = fork();
  if (pid_ < 0)
    throw Error::from_errno("guardian: fork", errno);
  if (pid_ == 0) {
    control.in = Fd();
    ready.out = Fd();
    const EndStatus status =
        guard(files_, transaction, progress_, kernel, std::move(senses), ready.in);
    if (status != failed && has_timer_)
      stop_recovery_timer(transaction.id);
    _exit(status);
  }
  control_ = std::move(control.in);
  life_ = std::move(ready.out);
  ready.in = Fd();
  char word = 0;
  ssize_t size = 0;
  do {
    size = read(life_.get(), &word, 1);
  } while (size < 0 && errno == EINTR);
  if (size != 1) {
    waitpid(pid_, nullptr, 0);
    throw Error("guardian: ended before it was ready");
  }
}

Guardian::~Guardian() = default;

bool Guardian::is_alive() const {
  pollfd end{.fd = life_.get(), .events = POLLIN, .revents = 0};
  return poll(&end, 1, 0) == 0;
}

void Guardian::tell() {
  while (write(control_.get(), &message, 1) < 0 && errno == EINTR) {
  }
  control_ = Fd();
}

void Guardian::end(OutcomeKind kind) {
  progress_->phase = Progress::Phase::over;
  files_.close(kind);
  tell();
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

OutcomeKind Guardian::give_up() {
  control_ = Fd();
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == rolled_back)
    return OutcomeKind::rolled_back;
  return WIFEXITED(status) && WEXITSTATUS(status) == committed ? OutcomeKind::committed
                                                               : OutcomeKind::partial;
}

void Guardian::leave() {
  tell();
}

}  // namespace tapctl

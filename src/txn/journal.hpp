// SPDX-License-Identifier: MIT
// The files of this namespace's transactions in /run/tapctl: journal, progress, the last committed
// one, and the log.
//
// The journal is written once, before the first change, and renamed into place. Who renames it away
// first decides what becomes of the transaction: "finish" or "undo". So a late `confirm` and a
// deadline cannot both win.
#pragma once

#include "kernel/run_dir.hpp"
#include "txn/execute.hpp"
#include "txn/transaction.hpp"
#include "util/fd.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tapctl {

/// How far a transaction is, in memory that outlives the process that writes it: a shared mapping
/// of a file whose blocks are there already, so that a store cannot fail and SIGKILL loses none.
class Progress {
 public:
  enum class Phase : uint32_t { running, waiting, over };

  struct State {
    std::atomic<uint32_t> started{0};  ///< steps that may have changed something
    std::atomic<Phase> phase{Phase::running};
    std::atomic<int64_t> deadline{0};  ///< of `waiting`: CLOCK_BOOTTIME in ms
  };

  /// Takes the file, which has its full size. Throws Error.
  explicit Progress(const Fd& file);
  Progress(Progress&& other) noexcept;
  Progress& operator=(Progress&&) = delete;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  [[nodiscard]] State& operator*() const { return *state_; }
  [[nodiscard]] State* operator->() const { return state_; }

 private:
  State* state_ = nullptr;
};

/// Milliseconds of CLOCK_BOOTTIME, which goes on while the machine sleeps.
int64_t boottime_ms();

enum class Decision { none, finish, undo };

/// One line of `tapctl log`.
struct LogEntry {
  std::string id;
  int64_t time = 0;     ///< seconds since the epoch
  std::string outcome;  ///< "committed", "rolled_back", "partial"
  std::string command;
  std::string reason;    ///< why it is not committed; "" where it is
  bool is_last = false;  ///< `rollback` takes it back; not known to read_log()
};

/// A journal as its file has it, and back: nothing where the bytes are not exactly what this
/// version wrote in this boot.
std::string journal_bytes(const Transaction& transaction);
std::optional<Transaction> parse_journal(std::string_view bytes);

/// Of what is kept for `rollback`.
enum class Rank {
  next,  ///< until close() says whether it becomes the last one
  last,
};

/// The files. Holds their directory open, so that what has to be done at the end of a change needs
/// no new descriptor.
class TransactionFiles {
 public:
  /// Throws Error where the directory cannot be had; IfAbsent::leave: where there is none, nothing
  /// is found in it.
  explicit TransactionFiles(IfAbsent if_absent = IfAbsent::create);

  /// Throws Error; nothing is left when it does.
  void write_journal(const Transaction& transaction) const;

  /// The journal of a transaction that is not over. Nothing when there is none. One of another
  /// boot, and one that is damaged or that another version wrote, counts as none: it is never acted
  /// on.
  [[nodiscard]] std::optional<Transaction> read_journal() const;

  /// What has been decided about the journal that is there; nothing when there is none.
  [[nodiscard]] std::optional<Decision> decision() const;

  /// True when it is decided like that now: nobody else had decided otherwise before.
  [[nodiscard]] bool decide(Decision wanted) const;

  /// The transaction is over. Where it is committed, it is the last one from now on; otherwise the
  /// last one is still that from before it.
  void close(OutcomeKind kind) const;
  /// Under the lock, where no transaction is there: what another boot or version, or a process that
  /// was killed, has left. Throws Error.
  void remove_leftovers() const;

  /// Throws Error when the file cannot be made (ENOSPC, EROFS, EFBIG, ...).
  [[nodiscard]] Progress create_progress() const;
  /// Throws Error when it is not there.
  [[nodiscard]] Progress open_progress() const;

  /// Keeps the transaction for `rollback`. Throws Error; there is none of that rank then.
  void keep(Rank rank, const Transaction& transaction, const Snapshot& after) const;
  [[nodiscard]] std::optional<Committed> read_last() const;
  void remove_last() const;

  /// Appends; what cannot be written is lost, since nothing depends on it.
  void append_log(const Transaction& transaction, OutcomeKind outcome,
                  std::string_view reason = {}) const;
  /// Oldest first.
  [[nodiscard]] std::vector<LogEntry> read_log() const;

  /// For the guardian: tells of files that come and go here. Empty, with errno, where inotify is
  /// not to be had.
  [[nodiscard]] Fd watch() const;

 private:
  [[nodiscard]] bool has(const char* name) const;

  Fd directory_;
};

}  // namespace tapctl

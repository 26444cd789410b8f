// SPDX-License-Identifier: MIT
// The files of this namespace's transactions in /run/tapctl.
//
// A file is a line that says what it is, the boot id, a checksum, then the values of
// txn/archive.hpp. None of it is trusted: see parse_record.
#include "txn/journal.hpp"

#include "kernel/run_dir.hpp"
#include "txn/archive.hpp"
#include "txn/fields.hpp"
#include "util/directory.hpp"
#include "util/error.hpp"
#include "util/file.hpp"
#include "util/text.hpp"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <string_view>
#include <utility>

namespace tapctl {
namespace {

constexpr const char* journal_name = "journal";
constexpr const char* undo_name = "undo";
constexpr const char* finish_name = "finish";
constexpr const char* last_name = "last";
constexpr const char* next_name = "next";
constexpr const char* progress_name = "progress";
constexpr const char* log_name = "log";
/// Of a transaction that is not over.
constexpr std::array transaction_names{next_name, journal_name, finish_name, undo_name,
                                       progress_name};
constexpr std::string_view format_line = "tapctl journal 2\n";
/// A full view of the internet (1,000,000 routes) takes about 100 bytes each, twice.
constexpr size_t most_bytes = size_t{512} * 1024 * 1024;
/// Stands between the command and the reason, neither of which holds one.
constexpr char reason_mark = '\t';
/// Of the log: it is cut to the newer half when it gets longer.
constexpr size_t most_log_bytes = size_t{64} * 1024;

std::string subject_of(const char* name) {
  return "file '/run/tapctl/.../" + std::string(name) + "'";
}

/// The lines that every file begins with in this boot.
std::string first_lines() {
  return std::string(format_line) + boot_id() + "\n";
}

/// FNV-1a: against a torn or flipped file, not against an attacker, who cannot write here.
uint64_t checksum(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325U;
  for (const char byte : bytes)
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
  return hash;
}

/// What stands before `payload` in a file.
std::string head_of(std::string_view payload) {
  archive::Writer sum;
  sum.put(checksum(payload));
  return first_lines() + sum.take();
}

/// Either all of it is there under `name`, or nothing has changed.
void write_record(const Fd& directory, const char* name, const std::string& payload) {
  replace_file(directory, name, head_of(payload) + payload, subject_of(name));
}

/// The value in the bytes of a file, or nothing where they are not exactly what this version wrote
/// in this boot.
template <class T>
std::optional<T> parse_record(std::string_view bytes) {
  const std::string head = first_lines();
  if (!bytes.starts_with(head))
    return std::nullopt;
  try {
    archive::Reader sum(bytes.substr(head.size()));
    const auto wanted = sum.get<uint64_t>();
    const std::string_view payload = bytes.substr(head.size() + sizeof wanted);
    if (checksum(payload) != wanted)
      return std::nullopt;
    archive::Reader reader(payload);
    auto value = reader.get<T>();
    return reader.at_end() ? std::optional(std::move(value)) : std::nullopt;
  } catch (const Error& error) {
    rethrow_if_exhausted(error);
    return std::nullopt;
  }
}

Fd open_file(const Fd& directory, const char* name, int flags = 0) {
  Fd file(openat(directory.get(), name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags, 0600));
  if (!file)
    throw Error::from_errno(subject_of(name) + ": open", errno);
  return file;
}

template <class T>
std::optional<T> read_record(const Fd& directory, const char* name) {
  const auto bytes = read_file(directory, name, most_bytes);
  return bytes ? parse_record<T>(*bytes) : std::nullopt;
}

/// What a process that was killed has left: also what it had begun to write, whatever that was to
/// be called in the end.
bool is_unfinished(std::string_view name) {
  return std::ranges::find(transaction_names, name) != transaction_names.end() ||
         name.ends_with(".new");
}

}  // namespace

std::string new_id() {
  uint32_t number = 0;
  if (getrandom(&number, sizeof number, 0) != sizeof number)
    throw Error::from_errno("random number", errno);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string id;
  for (int i = 0; i < 6; ++i, number >>= 4U)
    id += digits[number & 0xfU];
  return id;
}

int64_t boottime_ms() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

std::string journal_bytes(const Transaction& transaction) {
  const std::string payload = archive::pack(transaction);
  return head_of(payload) + payload;
}

std::optional<Transaction> parse_journal(std::string_view bytes) {
  return parse_record<Transaction>(bytes);
}

Progress::Progress(const Fd& file) {
  const std::string subject = subject_of(progress_name);
  if (const int errnum = posix_fallocate(file.get(), 0, sizeof(State)); errnum != 0)
    throw Error::from_errno(subject + ": reserve", errnum);
  void* memory = mmap(nullptr, sizeof(State), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (memory == MAP_FAILED)
    throw Error::from_errno(subject + ": map", errno);
  state_ = static_cast<State*>(memory);
}

Progress::Progress(Progress&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}

Progress::~Progress() {
  if (state_ != nullptr)
    munmap(state_, sizeof(State));
}

TransactionFiles::TransactionFiles(IfAbsent if_absent)
    : directory_(open_namespace_dir(if_absent)) {}

bool TransactionFiles::has(const char* name) const {
  return directory_ && faccessat(directory_.get(), name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void TransactionFiles::write_journal(const Transaction& transaction) const {
  write_record(directory_, journal_name, archive::pack(transaction));
}

std::optional<Transaction> TransactionFiles::read_journal() const {
  for (const char* name : {undo_name, finish_name, journal_name}) {
    if (auto transaction = read_record<Transaction>(directory_, name))
      return transaction;
  }
  return std::nullopt;
}

std::optional<Decision> TransactionFiles::decision() const {
  if (has(undo_name))
    return Decision::undo;
  if (has(finish_name))
    return Decision::finish;
  return has(journal_name) ? std::optional(Decision::none) : std::nullopt;
}

bool TransactionFiles::decide(Decision wanted) const {
  const char* name = wanted == Decision::undo ? undo_name : finish_name;
  const bool is_first =
      directory_ && renameat(directory_.get(), journal_name, directory_.get(), name) == 0;
  return is_first || decision() == wanted;
}

void TransactionFiles::close(OutcomeKind kind) const {
  if (!directory_)
    return;
  if (kind == OutcomeKind::committed &&
      renameat(directory_.get(), next_name, directory_.get(), last_name) != 0)
    remove_last();  // an older one is not the last any more
  for (const char* name : transaction_names)
    unlinkat(directory_.get(), name, 0);
}

void TransactionFiles::remove_leftovers() const {
  const Directory names = directory_ ? open_directory(directory_.get(), ".") : nullptr;
  while (const dirent* entry = names ? next_entry(names) : nullptr) {
    if (is_unfinished(entry->d_name))
      unlinkat(directory_.get(), entry->d_name, 0);
  }
}

Progress TransactionFiles::create_progress() const {
  unlinkat(directory_.get(), progress_name, 0);
  return Progress(open_file(directory_, progress_name, O_CREAT | O_EXCL));
}

Progress TransactionFiles::open_progress() const {
  return Progress(open_file(directory_, progress_name));
}

void TransactionFiles::keep(Rank rank, const Transaction& transaction,
                            const Snapshot& after) const {
  const char* name = rank == Rank::last ? last_name : next_name;
  try {
    // As pack(Committed), without a copy of both: each is big where there are 10,000 devices.
    write_record(directory_, name, archive::pack(transaction) + archive::pack(after));
  } catch (const Error&) {
    unlinkat(directory_.get(), name, 0);
    throw;
  }
}

std::optional<Committed> TransactionFiles::read_last() const {
  return read_record<Committed>(directory_, last_name);
}

void TransactionFiles::remove_last() const {
  if (directory_)
    unlinkat(directory_.get(), last_name, 0);
}

void TransactionFiles::append_log(const Transaction& transaction, OutcomeKind outcome,
                                  std::string_view reason) const {
  try {
    // It is quoted for a shell, which is printable, and backslashes mean something there.
    const std::string& typed = transaction.command;
    std::string line = transaction.id + " " + std::to_string(std::time(nullptr)) + " " +
                       outcome_name(outcome) + " " +
                       (is_printable(typed) ? typed : printable(typed));
    if (!reason.empty())
      line += reason_mark + (is_printable(reason) ? std::string(reason) : printable(reason));
    line += '\n';
    const std::string subject = subject_of(log_name);
    const Fd file = open_file(directory_, log_name, O_CREAT | O_APPEND);
    struct stat status {};
    if (fstat(file.get(), &status) == 0 &&
        static_cast<size_t>(status.st_size) + line.size() <= most_log_bytes)
      return write_all(file, line, subject);
    std::string kept = read_file(directory_, log_name, most_bytes).value_or("");
    kept.erase(0, kept.find('\n', kept.size() / 2) + 1);
    replace_file(directory_, log_name, kept + line, subject);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): nothing depends on it
  }
}

std::vector<LogEntry> TransactionFiles::read_log() const {
  const std::string text = read_file(directory_, log_name, most_bytes).value_or("");
  std::vector<LogEntry> entries;
  std::string_view left = text;
  const auto word = [](std::string_view& line) {
    const std::string_view taken = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(taken.size() + 1, line.size()));
    return std::string(taken);
  };
  while (!left.empty()) {
    std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(line.size() + 1, left.size()));
    LogEntry entry;
    entry.id = word(line);
    const auto time = parse_decimal(word(line));
    entry.outcome = word(line);
    entry.command = line.substr(0, line.find(reason_mark));
    line.remove_prefix(entry.command.size());
    entry.reason = line.substr(std::min<size_t>(line.size(), 1));
    if (!time || entry.outcome.empty())
      continue;
    entry.time = static_cast<int64_t>(*time);
    entries.push_back(std::move(entry));
  }
  return entries;
}

Fd TransactionFiles::watch() const {
  Fd watch(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  const std::string path = "/proc/self/fd/" + std::to_string(directory_.get());
  constexpr uint32_t changes = IN_MOVED_FROM | IN_DELETE | IN_MOVED_TO;
  if (!watch || inotify_add_watch(watch.get(), path.c_str(), changes) < 0)
    return {};
  return watch;
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The files of this namespace's transactions in /run/tapctl.
//
// A file is a line that says what it is, the boot id, a checksum, then the values of
// txn/archive.hpp. None of it is trusted: see read_record.
#include "txn/journal.hpp"

#include "kernel/run_dir.hpp"
#include "txn/archive.hpp"
#include "txn/fields.hpp"
#include "util/directory.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

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
constexpr const char* progress_name = "progress";
constexpr const char* log_name = "log";
constexpr std::string_view format_line = "tapctl journal 1\n";
/// A full view of the internet (1,000,000 routes) takes about 100 bytes each, twice.
constexpr size_t most_bytes = size_t{512} * 1024 * 1024;
/// Of the log: it is cut to the newer half when it gets longer.
constexpr size_t most_log_bytes = size_t{64} * 1024;

std::string subject_of(const char* name) {
  return "file '/run/tapctl/.../" + std::string(name) + "'";
}

std::string boot_id() {
  const Fd file(open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  std::array<char, 64> buffer{};
  const ssize_t size = file ? read(file.get(), buffer.data(), buffer.size()) : -1;
  return size > 0 ? std::string(buffer.data(), static_cast<size_t>(size)) : std::string("\n");
}

/// FNV-1a: against a torn or flipped file, not against an attacker, who cannot write here.
uint64_t checksum(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325U;
  for (const char byte : bytes)
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
  return hash;
}

void write_all(const Fd& file, std::string_view bytes, const std::string& subject) {
  while (!bytes.empty()) {
    const ssize_t written = write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR)
      throw Error::from_errno(subject + ": write", errno);
    bytes.remove_prefix(written > 0 ? static_cast<size_t>(written) : 0);
  }
}

Fd create_file(const Fd& directory, const char* name, int flags = 0) {
  Fd file(openat(directory.get(), name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | flags, 0600));
  if (!file)
    throw Error::from_errno(subject_of(name) + ": create", errno);
  return file;
}

/// Either all of it is there under `name`, or nothing has changed.
void write_record(const Fd& directory, const char* name, const std::string& payload) {
  const std::string temporary = std::string(name) + ".new";
  const std::string subject = subject_of(name);
  archive::Writer sum;
  sum.put(checksum(payload));
  try {
    unlinkat(directory.get(), temporary.c_str(), 0);
    const Fd file = create_file(directory, temporary.c_str(), O_EXCL);
    write_all(file, std::string(format_line) + boot_id() + sum.take(), subject);
    write_all(file, payload, subject);
    // On tmpfs this does nothing, and nothing is needed: what it describes ends with the boot too.
    if (fsync(file.get()) != 0)
      throw Error::from_errno(subject + ": sync", errno);
    if (renameat(directory.get(), temporary.c_str(), directory.get(), name) != 0)
      throw Error::from_errno(subject + ": rename", errno);
  } catch (const Error&) {
    unlinkat(directory.get(), temporary.c_str(), 0);
    throw;
  }
}

/// Nothing for what is no plain file of this user's alone.
std::optional<std::string> read_file(const Fd& directory, const char* name) {
  if (!directory)
    return std::nullopt;
  const Fd file(openat(directory.get(), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
      status.st_nlink != 1 || status.st_uid != geteuid() ||
      static_cast<size_t>(status.st_size) > most_bytes)
    return std::nullopt;
  std::string bytes(static_cast<size_t>(status.st_size), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t size = read(file.get(), bytes.data() + done, bytes.size() - done);
    if (size == 0 || (size < 0 && errno != EINTR))
      return std::nullopt;
    done += size > 0 ? static_cast<size_t>(size) : 0;
  }
  return bytes;
}

/// The value in the file, or nothing where it is not exactly what this version wrote in this boot.
template <class T>
std::optional<T> read_record(const Fd& directory, const char* name) {
  const auto bytes = read_file(directory, name);
  const std::string head = std::string(format_line) + boot_id();
  if (!bytes || !bytes->starts_with(head))
    return std::nullopt;
  try {
    archive::Reader sum(std::string_view(*bytes).substr(head.size()));
    const auto wanted = sum.get<uint64_t>();
    const std::string_view payload = std::string_view(*bytes).substr(head.size() + sizeof wanted);
    if (checksum(payload) != wanted)
      return std::nullopt;
    archive::Reader reader(payload);
    auto value = reader.get<T>();
    return reader.at_end() ? std::optional(std::move(value)) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

template <class T>
std::string pack(const T& value) {
  archive::Writer writer;
  writer.put(value);
  return writer.take();
}

void remove(const Fd& directory, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (directory)
      unlinkat(directory.get(), name, 0);
  }
}

/// What a process that was killed had begun to write here, whatever it is called in the end.
void remove_unfinished(const Fd& directory) {
  const Directory names = directory ? open_directory(directory.get(), ".") : nullptr;
  while (const dirent* entry = names ? next_entry(names) : nullptr) {
    if (std::string_view(entry->d_name).ends_with(".new"))
      unlinkat(directory.get(), entry->d_name, 0);
  }
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
  write_record(directory_, journal_name, pack(transaction));
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

void TransactionFiles::remove_journal() const {
  remove(directory_, {journal_name, finish_name, undo_name, progress_name});
  remove_unfinished(directory_);
}

Progress TransactionFiles::create_progress() const {
  unlinkat(directory_.get(), progress_name, 0);
  return Progress(create_file(directory_, progress_name, O_EXCL));
}

Progress TransactionFiles::open_progress() const {
  const Fd file(openat(directory_.get(), progress_name, O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  if (!file)
    throw Error::from_errno(subject_of(progress_name) + ": open", errno);
  return Progress(file);
}

void TransactionFiles::write_last(const Committed& committed) const {
  write_record(directory_, last_name, pack(committed));
}

std::optional<Committed> TransactionFiles::read_last() const {
  return read_record<Committed>(directory_, last_name);
}

void TransactionFiles::remove_last() const {
  remove(directory_, {last_name});
}

void TransactionFiles::append_log(const Transaction& transaction, OutcomeKind outcome) const {
  try {
    // It is quoted for a shell, which is printable, and backslashes mean something there.
    const std::string& typed = transaction.command;
    const std::string command = is_printable(typed) ? typed : printable(typed);
    std::string kept = read_file(directory_, log_name).value_or("");
    std::string line = transaction.id + " " + std::to_string(std::time(nullptr)) + " " +
                       outcome_name(outcome) + " " + command + "\n";
    if (kept.size() + line.size() > most_log_bytes) {
      kept.erase(0, kept.find('\n', kept.size() / 2) + 1);
      line.insert(0, kept);
      unlinkat(directory_.get(), log_name, 0);
    }
    write_all(create_file(directory_, log_name, O_APPEND), line, subject_of(log_name));
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): nothing depends on it
  }
}

std::vector<LogEntry> TransactionFiles::read_log() const {
  const std::string text = read_file(directory_, log_name).value_or("");
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
    entry.command = line;
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

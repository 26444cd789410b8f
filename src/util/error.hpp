// SPDX-License-Identifier: MIT
// The one exception type: what failed, on what, why, and what the user can do about it.
#pragma once

#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace tapctl {

/// What an Error means for the exit status (interface.md: exit status).
enum class ErrorKind {
  failure,  ///< exit 1: it was tried, or refused, and nothing changed
  usage,    ///< exit 2: the request itself is wrong and nothing was tried
};

/// A failure with everything a message needs. `message` is lower case, without a full stop,
/// outermost context first, names in single quotes; the other fields are empty where they do not
/// apply. Text from outside (names, the kernel's words) is stored raw and escaped when printed.
class Error : public std::exception {
 public:
  explicit Error(std::string text, ErrorKind what_kind = ErrorKind::failure)
      : message(std::move(text)), kind(what_kind) {}

  /// An error with a raw errno value (positive), not folded by any library.
  static Error from_errno(std::string message, int errnum);

  /// Prefixes `outer + ": "` and returns itself, for use where a layer adds what it was doing.
  Error& context(std::string_view outer) &;
  Error& with_hint(std::string text) &;
  /// The same for one that is made and thrown at once.
  Error context(std::string_view outer) &&;
  Error with_hint(std::string text) &&;

  /// The whole first line as the user sees it: message, errno text, the kernel's words.
  [[nodiscard]] std::string line() const;
  [[nodiscard]] const char* what() const noexcept override { return message.c_str(); }

  std::string message;
  int errnum = 0;                    ///< raw errno, or 0
  std::string kernel;                ///< the kernel's extended ack, or empty
  std::string hint;                  ///< what the user can do, or empty
  std::vector<std::string> details;  ///< lines below the first, such as each mistake in a file
  ErrorKind kind;
  bool unknown = false;  ///< the answer was lost: it may be done or not, and only reading tells
  bool partial = false;  ///< a part of it was done all the same, or will yet be
};

/// An allocation failed: an error like any other, so that all that is undone for one is undone for
/// this. Making and copying it allocates nothing but what the C++ runtime has in reserve.
class OutOfMemory final : public Error, public std::bad_alloc {
 public:
  OutOfMemory() : Error("out of memory") {}
  [[nodiscard]] const char* what() const noexcept override { return Error::what(); }
};

/// The new-handler of the program: operator new throws OutOfMemory.
[[noreturn]] void throw_out_of_memory();

/// Throws Error where `errnum` says that this process or the system has no more files or memory.
/// What could not be opened for that reason may well be there, and must not be taken as absent.
void throw_if_exhausted(std::string_view subject, int errnum);

/// The same in a handler that takes every other error as absence.
void rethrow_if_exhausted(const Error& error);

/// The request is wrong; nothing was tried (exit 2).
Error usage_error(std::string message, std::string hint = {});

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Builds and formats Error.
#include "util/error.hpp"

#include <cerrno>
#include <cstring>

namespace tapctl {
namespace {

bool is_exhaustion(int errnum) {
  return errnum == EMFILE || errnum == ENFILE || errnum == ENOMEM;
}

}  // namespace

Error Error::from_errno(std::string message, int errnum) {
  Error error(std::move(message));
  error.errnum = errnum;
  return error;
}

Error& Error::context(std::string_view outer) & {
  message = std::string(outer) + ": " + message;
  return *this;
}

Error& Error::with_hint(std::string text) & {
  hint = std::move(text);
  return *this;
}

Error Error::context(std::string_view outer) && {
  return std::move(context(outer));
}

Error Error::with_hint(std::string text) && {
  return std::move(with_hint(std::move(text)));
}

std::string Error::line() const {
  std::string text = message;
  if (errnum != 0) {
    const char* description = strerrordesc_np(errnum);
    text += ": " + (description != nullptr ? std::string(description) : std::to_string(errnum));
  }
  if (!kernel.empty())
    text += " (kernel: " + kernel + ")";
  return text;
}

void throw_if_exhausted(std::string_view subject, int errnum) {
  if (is_exhaustion(errnum))
    throw Error::from_errno(std::string(subject), errnum);
}

void rethrow_if_exhausted(const Error& error) {
  if (is_exhaustion(error.errnum) || dynamic_cast<const OutOfMemory*>(&error) != nullptr)
    throw;  // the one that is being handled, as it is
}

void throw_out_of_memory() {
  throw OutOfMemory();
}

Error usage_error(std::string message, std::string hint) {
  Error error(std::move(message), ErrorKind::usage);
  error.hint = std::move(hint);
  return error;
}

}  // namespace tapctl

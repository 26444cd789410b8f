// SPDX-License-Identifier: MIT
// Builds and formats Error.
#include "util/error.hpp"

#include <cstring>

namespace tapctl {

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

void throw_out_of_memory() {
  throw OutOfMemory();
}

Error usage_error(std::string message, std::string hint) {
  Error error(std::move(message), ErrorKind::usage);
  error.hint = std::move(hint);
  return error;
}

}  // namespace tapctl

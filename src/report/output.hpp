// SPDX-License-Identifier: MIT
// Writing to stdout and stderr: whole texts, with every failure noticed.
#pragma once

#include "report/report.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace tapctl {

/// Writes and flushes; throws Error (ENOSPC, EBADF, EPIPE, ...) when not all of it could be
/// written.
void write_stdout(std::string_view text);

/// Takes the next piece of a text.
using TextSink = std::function<void(std::string_view)>;

/// Lets `print` write a long text to stdout in pieces, without keeping all of it. Throws as above.
void write_stdout_in_pieces(const std::function<void(const TextSink&)>& print);

/// Writes as far as it goes: there is nobody left to tell about a failure.
void write_stderr(std::string_view text);

/// Text that may already hold escaped names, with control characters and malformed UTF-8 escaped.
/// Unlike printable() it leaves a backslash as it is.
std::string without_controls(std::string_view text);

/// Whether stdout gets colour: `--color`, else NO_COLOR (no-color.org), else whether it is a
/// terminal.
bool use_color(Color color);

}  // namespace tapctl

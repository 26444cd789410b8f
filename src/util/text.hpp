// SPDX-License-Identifier: MIT
// Small text tools: strict numbers, escaping for a terminal, joining, globs, "did you mean".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tapctl {

/// A decimal number without sign, blanks or trailing text, or nothing.
std::optional<uint64_t> parse_decimal(std::string_view text);

/// `text` in single quotes and made printable, as names stand in messages.
std::string quote(std::string_view text);

/// `text` with everything that is not printable ASCII or well-formed printable UTF-8 as `\xNN`, and
/// a backslash doubled: safe on a terminal whatever bytes came from outside.
std::string printable(std::string_view text);

/// True when printable() has nothing to escape but backslashes.
bool is_printable(std::string_view text);

/// True for well-formed UTF-8 (no overlong forms, no surrogates).
bool is_utf8(std::string_view text);

std::string join(std::span<const std::string> parts, std::string_view separator);

/// True when `name` matches the shell pattern: `*`, `?`, `[...]`, as fnmatch(3).
bool glob_match(const std::string& pattern, const std::string& name);

/// The candidate nearest to `word` when it is near enough to be a slip of the finger, else nothing.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace tapctl

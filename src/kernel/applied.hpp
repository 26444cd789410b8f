// SPDX-License-Identifier: MIT
// What `apply` made, for `down`: one JSON file a namespace in /run/tapctl, with an entry for each
// configuration file.
#pragma once

#include "model/snapshot.hpp"

#include <string>

namespace tapctl {

/// Nothing where nothing is kept of `file`, or what is kept is damaged or of an earlier boot.
Applied read_applied(const std::string& file);

/// An ifindex of 0 is looked up; an `applied` with nothing in it is removed. Throws Error when it
/// cannot be written, or when a link is not there.
void keep_applied(const std::string& file, const Applied& applied);

}  // namespace tapctl

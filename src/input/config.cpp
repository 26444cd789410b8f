// SPDX-License-Identifier: MIT
// Which files are a configuration, and in which order they are read.
#include "input/config.hpp"

#include "input/config_file.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace tapctl {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> parts_of(const std::string& file) {
  std::vector<std::string> parts{file};
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(file + ".d", error)) {
    if (entry.path().extension() == ".json")
      parts.push_back(entry.path().string());
  }
  if (error && error != std::errc::no_such_file_or_directory)
    throw Error::from_errno("directory " + quote(file + ".d") + ": read", error.value());
  std::ranges::sort(parts.begin() + 1, parts.end());
  return parts;
}

}  // namespace

std::string config_path(const std::string& file) {
  return fs::absolute(file).lexically_normal().string();
}

Config read_config(const std::string& file) {
  std::vector<ConfigPart> parts;
  for (const std::string& part : parts_of(file)) {
    if (auto text = read_config_text(part))
      parts.push_back({.file = part, .text = std::move(*text)});
  }
  if (parts.empty())
    throw Error::from_errno("file " + quote(file) + ": read", ENOENT)
        .with_hint("tapctl save writes one from what is there; tapctl.json(5) describes it");
  Config config = parse_config(parts);
  config.request.file = config_path(file);
  return config;
}

}  // namespace tapctl

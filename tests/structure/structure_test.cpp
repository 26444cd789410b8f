// SPDX-License-Identifier: MIT
// The layers and fences of ARCHITECTURE.md, checked on the #include lines of src/.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

/// From left to right: a file may include what stands in its own layer or to the left of it.
constexpr std::array<std::string_view, 11> layers{"util",   "model",  "plan",    "doctor",
                                                  "kernel", "txn",    "report",  "input",
                                                  "cli",    "compat", "main.cpp"};

/// Layers to the right of kernel/ know its seam alone; these also build or enter the real one.
bool may_know_the_real_kernel(std::string_view layer) {
  return layer == "kernel" || layer == "cli" || layer == "main.cpp";
}

struct Fence {
  std::regex header;
  std::regex allowed;  ///< files, relative to src/
};

const std::vector<Fence>& fences() {
  static const std::vector<Fence> all{
      {std::regex("<(linux|netlink)/.*|<sys/ioctl\\.h>|<net/if.*"), std::regex("kernel/.*")},
      {std::regex("<CLI/.*"), std::regex("cli/.*")},
      {std::regex("<nlohmann/.*"),
       std::regex("report/json[^/]*|report/[^/]*_json[^/]*|kernel/kept_json\\.[ch]pp|"
                  "input/json_tree\\.cpp|input/config_text\\.cpp")},
      {std::regex("<(format|expected|source_location)>"), std::regex("none")},
      {std::regex("<(chrono|fstream|filesystem|unistd\\.h|fcntl\\.h|sys/.*|iostream|cstdio)>"),
       std::regex("(?!plan/|model/|doctor/).*")}};
  return all;
}

size_t rank(std::string_view layer) {
  return static_cast<size_t>(std::ranges::find(layers, layer) - layers.begin());
}

std::string_view layer_of(std::string_view path) {
  return path.substr(0, path.find('/'));
}

/// Why file `path` (relative to src/) must not include `header` (with its quotes or brackets), or
/// "".
std::string violation(const std::string& path, const std::string& header) {
  for (const auto& fence : fences())
    if (std::regex_match(header, fence.header) && !std::regex_match(path, fence.allowed))
      return path + " includes " + header + ", which is fenced off there";
  if (header.front() != '"')
    return {};
  const std::string target = header.substr(1, header.size() - 2);
  const auto from = layer_of(path);
  const auto to = layer_of(target);
  if (rank(to) == layers.size())
    return path + " includes " + header + ", which belongs to no layer";
  if (rank(to) > rank(from))
    return path + " includes " + header + " from a layer to the right";
  const bool is_seam =
      target == "kernel/kernel.hpp" || (from == "txn" && target == "kernel/run_dir.hpp");
  if (to == "kernel" && !is_seam && !may_know_the_real_kernel(from))
    return path + " includes " + header + " past the seam kernel/kernel.hpp";
  return {};
}

std::vector<std::string> headers_of(const fs::path& file) {
  static const std::regex include(R"re(\s*#\s*include\s*(<[^>]*>|"[^"]*").*)re");
  std::vector<std::string> headers;
  std::ifstream stream(file);
  std::smatch match;
  for (std::string line; std::getline(stream, line);)
    if (std::regex_match(line, match, include))
      headers.push_back(match[1]);
  return headers;
}

std::vector<std::string> violations_below(const fs::path& src) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(src))
    if (const auto extension = entry.path().extension();
        extension == ".cpp" || extension == ".hpp") {
      const std::string path = fs::relative(entry.path(), src).string();
      if (rank(layer_of(path)) == layers.size())
        found.push_back(path + " belongs to no layer");
      for (const auto& header : headers_of(entry.path()))
        if (auto why = violation(path, header); !why.empty())
          found.push_back(std::move(why));
    }
  return found;
}

const fs::path source_folder = TAPCTL_SOURCE;

TEST(Structure, LayersAndFencesHold) {
  EXPECT_EQ(violations_below(source_folder / "src"), std::vector<std::string>{});
}

TEST(Structure, PlantedViolationsAreFound) {
  EXPECT_NE(violation("model/link.cpp", "\"plan/op.hpp\""), "");
  EXPECT_NE(violation("txn/execute.cpp", "\"kernel/linux_kernel.hpp\""), "");
  EXPECT_NE(violation("util/text.cpp", "\"cli/run.hpp\""), "");
  EXPECT_NE(violation("txn/execute.cpp", "\"helper/acl.hpp\""), "");
  EXPECT_NE(violation("plan/plan.cpp", "<linux/if.h>"), "");
  EXPECT_NE(violation("report/text.cpp", "<net/if.h>"), "");
  EXPECT_NE(violation("cli/add.cpp", "<sys/ioctl.h>"), "");
  EXPECT_NE(violation("report/report.cpp", "<CLI/CLI.hpp>"), "");
  EXPECT_NE(violation("plan/plan.cpp", "<nlohmann/json.hpp>"), "");
  EXPECT_NE(violation("plan/plan.cpp", "<fstream>"), "");
  EXPECT_NE(violation("plan/plan.cpp", "<chrono>"), "");
  EXPECT_NE(violation("doctor/diagnose.cpp", "\"kernel/kernel.hpp\""), "");
  EXPECT_NE(violation("doctor/diagnose.cpp", "<fstream>"), "");
  EXPECT_NE(violation("cli/front_end.cpp", "\"compat/brctl.hpp\""), "");
  EXPECT_NE(violation("compat/brctl.cpp", "\"kernel/linux_kernel.hpp\""), "");
  EXPECT_NE(violation("compat/brctl.cpp", "<CLI/CLI.hpp>"), "");
}

TEST(Structure, AllowedIncludesAreNotFound) {
  EXPECT_EQ(violation("plan/plan.cpp", "\"model/snapshot.hpp\""), "");
  EXPECT_EQ(violation("txn/execute.cpp", "\"kernel/kernel.hpp\""), "");
  EXPECT_EQ(violation("cli/run.cpp", "\"kernel/linux_kernel.hpp\""), "");
  EXPECT_EQ(violation("kernel/nl.cpp", "<linux/rtnetlink.h>"), "");
  EXPECT_EQ(violation("cli/add.cpp", "<CLI/CLI.hpp>"), "");
  EXPECT_EQ(violation("report/status_json.cpp", "<nlohmann/json.hpp>"), "");
  EXPECT_EQ(violation("kernel/kept_json.cpp", "<nlohmann/json.hpp>"), "");
}

TEST(Structure, EveryFileSaysWhatItIsFor) {
  for (const char* folder : {"src", "tests", "bench"})
    for (const auto& entry : fs::recursive_directory_iterator(source_folder / folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp")
        continue;
      std::ifstream stream(entry.path());
      std::string first;
      std::string second;
      std::getline(stream, first);
      std::getline(stream, second);
      EXPECT_EQ(first, "// SPDX-License-Identifier: MIT") << entry.path();
      EXPECT_TRUE(second.starts_with("// ")) << entry.path();
    }
}

}  // namespace

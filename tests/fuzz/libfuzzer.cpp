// SPDX-License-Identifier: MIT
// With libFuzzer: puts the seeds into the first folder of the command line, before they are read.
#include "fuzz/target.hpp"

#include <filesystem>
#include <fstream>

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  namespace fs = std::filesystem;
  for (int i = 1; i < *argc; ++i) {
    const fs::path folder = (*argv)[i];
    if (!fs::is_directory(folder))
      continue;
    size_t number = 0;
    for (const std::string& seed : tapctl::fuzz::seeds())
      std::ofstream(folder / ("seed-" + std::to_string(number++)), std::ios::binary) << seed;
    break;
  }
  return 0;
}

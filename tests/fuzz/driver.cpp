// SPDX-License-Identifier: MIT
// Runs a fuzz target without libFuzzer: on its seeds, and on a fixed number of mutations of them.
//
// usage: fuzz-TARGET [ROUNDS [SEED]]
//
// Round n depends on SEED + n alone, so that the last one before a failure can be run again by
// itself: fuzz-TARGET 1 NUMBER, with the number that is printed.
#include "fuzz/target.hpp"

#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <random>

/// Of the sanitizers, which end the program without a signal; null without them.
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace {

using tapctl::fuzz::seeds;

constexpr uint64_t default_rounds = 5'000;
constexpr size_t most_mutations = 6;

/// Of the round that runs now, ready to be written when it fails.
std::array<char, 64> round_line{};

void name_round(uint64_t seed) {
  std::snprintf(round_line.data(), round_line.size(), "again: ROUNDS 1, SEED %lu\n", seed);
}

void say_round() {
  const size_t size = std::string_view(round_line.data()).size();
  static_cast<void>(::write(STDERR_FILENO, round_line.data(), size) < 0);
}

void fail(int signal) {
  say_round();
  std::signal(signal, SIG_DFL);  // NOLINT(cert-err33-c): it was set a moment ago
  std::raise(signal);            // NOLINT(cert-err33-c): the end in any case
}

class Mutator {
 public:
  Mutator(const std::vector<std::string>& corpus, uint64_t seed) : corpus_(corpus), random_(seed) {}

  std::string next() {
    std::string bytes = any_seed();
    for (size_t left = 1 + below(most_mutations); left > 0; --left)
      mutate(bytes);
    return bytes;
  }

 private:
  size_t below(size_t limit) { return limit == 0 ? 0 : random_() % limit; }
  const std::string& any_seed() { return corpus_[below(corpus_.size())]; }

  void mutate(std::string& bytes) {
    const size_t at = below(bytes.size() + 1);
    switch (below(6)) {
      case 0:  // flip
        if (at < bytes.size())
          bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 1:  // cut
        bytes.erase(at, 1 + below(below(4) == 0 ? bytes.size() : 8));
        break;
      case 2:  // insert
        bytes.insert(at, 1 + below(16), static_cast<char>(below(256)));
        break;
      case 3:
        splice(bytes, at);
        break;
      case 4:
        put_number(bytes, at);
        break;
      default:  // overwrite
        if (at < bytes.size())
          bytes[at] = static_cast<char>(below(256));
    }
  }

  /// A piece of another seed, in place of what is there or between it.
  void splice(std::string& bytes, size_t at) {
    const std::string& other = any_seed();
    const size_t from = below(other.size() + 1);
    bytes.replace(at, below(2) * below(64), other, from, 1 + below(64));
  }

  /// A length or number at which something usually changes.
  void put_number(std::string& bytes, size_t at) {
    static constexpr std::array<uint64_t, 14> numbers{
        0, 1, 3, 4, 15, 16, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff, ~0ULL};
    const uint64_t number = numbers.at(below(numbers.size()));
    const size_t size = size_t{1} << below(4);
    if (at + size <= bytes.size())
      bytes.replace(at, size, reinterpret_cast<const char*>(&number), size);
  }

  const std::vector<std::string>& corpus_;
  std::mt19937_64 random_;
};

/// In a buffer of exactly that size, so that a sanitizer sees a read behind its end.
void run_on(const std::string& bytes) {
  const std::vector<uint8_t> copy(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(copy.data(), copy.size());
}

uint64_t number_from(const char* text) {
  uint64_t number = 0;
  const std::string_view digits(text);
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

}  // namespace

int main(int argc, char** argv) {
  const uint64_t rounds = argc > 1 ? number_from(argv[1]) : default_rounds;
  const uint64_t seed = argc > 2 ? number_from(argv[2]) : std::random_device{}();
  for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE})
    std::signal(number, fail);  // NOLINT(cert-err33-c): without it the seed is not said again
  if (__sanitizer_set_death_callback != nullptr)
    __sanitizer_set_death_callback(say_round);
  const std::vector<std::string> corpus = seeds();
  std::printf("%zu seeds, %lu rounds from %lu\n", corpus.size(), rounds, seed);
  std::fflush(stdout);
  for (const std::string& bytes : corpus)
    run_on(bytes);
  for (uint64_t i = 0; i < rounds; ++i) {
    name_round(seed + i);
    run_on(Mutator(corpus, seed + i).next());
  }
  return 0;
}

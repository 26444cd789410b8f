// SPDX-License-Identifier: MIT
// A malloc() for LD_PRELOAD that fails where a MallocPlan says so; else it is libc's.
//
// It counts from main() on: what static objects allocate before it can only end the program.
#include "support/failing_malloc.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>

// libc's own, under the names that stay when malloc() is replaced.
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
}

namespace {

using tapctl::test::MallocPlan;
using tapctl::test::ProcessPlan;

using Main = int(int argc, char** argv, char** environment);

MallocPlan* plan = nullptr;
pid_t main_process = 0;
Main* real_main = nullptr;

void map_plan() {
  const char* path = std::getenv(tapctl::test::malloc_plan_variable);
  const int fd = path != nullptr ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0)
    return;
  void* memory = mmap(nullptr, sizeof(MallocPlan), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (memory == MAP_FAILED)
    return;
  main_process = getpid();
  plan = static_cast<MallocPlan*>(memory);
}

int counted_main(int argc, char** argv, char** environment) {
  map_plan();
  return real_main(argc, argv, environment);
}

bool fails(size_t size) {
  if (plan == nullptr)
    return false;
  ProcessPlan& mine = getpid() == main_process ? plan->main : plan->guardian;
  const uint64_t number = ++mine.count;
  if (size > mine.largest) {
    mine.largest = size;
    mine.largest_at = number;
  }
  if (number == mine.die_at)
    kill(getpid(), SIGKILL);
  const uint64_t at = mine.fail_at;
  if (at == 0 || number < at || (number > at && !plan->lasts))
    return false;
  ++mine.failed;
  errno = ENOMEM;
  return true;
}

}  // namespace

extern "C" {

int __libc_start_main(Main* main, int argc, char** argv, void (*init)(), void (*fini)(),
                      void (*loader_fini)(), void* stack) {
  using Start = int(Main*, int, char**, void (*)(), void (*)(), void (*)(), void*);
  auto* start = reinterpret_cast<Start*>(dlsym(RTLD_NEXT, "__libc_start_main"));
  real_main = main;
  return start(counted_main, argc, argv, init, fini, loader_fini, stack);
}

void* malloc(size_t size) {
  return fails(size) ? nullptr : __libc_malloc(size);
}

void* calloc(size_t count, size_t size) {
  return fails(size) ? nullptr : __libc_calloc(count, size);
}

void* realloc(void* memory, size_t size) {
  return fails(size) ? nullptr : __libc_realloc(memory, size);
}

void* memalign(size_t alignment, size_t size) {
  return fails(size) ? nullptr : __libc_memalign(alignment, size);
}

void* aligned_alloc(size_t alignment, size_t size) {
  return fails(size) ? nullptr : __libc_memalign(alignment, size);
}

int posix_memalign(void** memory, size_t alignment, size_t size) {
  void* taken = fails(size) ? nullptr : __libc_memalign(alignment, size);
  if (taken == nullptr)
    return ENOMEM;
  *memory = taken;
  return 0;
}
}

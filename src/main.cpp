// SPDX-License-Identifier: MIT
// Puts the process in order before anything else runs, and picks the front end by argv[0].
#include "cli/command.hpp"
#include "report/output.hpp"
#include "util/error.hpp"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <new>
#include <string_view>
#include <utility>

namespace {

/// Programs that tapctl stands in for where it is called by their name.
constexpr std::array<std::string_view, 2> drop_ins = {"brctl", "tunctl"};

/// A closed fd 0, 1 or 2 would be given to the next socket, and messages would go into it. Reading
/// finds nothing there, and writing still fails, as it has to.
void open_standard_fds() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (fcntl(fd, F_GETFD) == -1 && errno == EBADF)
      open("/dev/null", O_RDONLY);
  }
}

/// An exception where none can pass: memory ran out in a destructor of a JSON value, or the like.
/// What was begun is the guardian's now. Status 3: it is not known what was done.
[[noreturn]] void end_at_once() {
  tapctl::write_stderr(
      "tapctl: out of memory, or a fault of its own\nhint: tapctl recover waits until all is as "
      "before\n");
  _exit(3);
}

int run(std::string_view program, std::vector<std::string> arguments) {
  const std::string_view base = program.substr(program.rfind('/') + 1);
  if (std::ranges::find(drop_ins, base) != drop_ins.end())
    return tapctl::run_drop_in(std::string(base), std::move(arguments));
  return tapctl::run_tapctl(std::move(arguments));
}

}  // namespace

int main(int argc, char** argv) {
  open_standard_fds();
  if (argc < 1) {
    tapctl::write_stderr("tapctl: called without a program name\n");
    return 2;
  }
  if (getauxval(AT_SECURE) != 0) {
    tapctl::write_stderr("tapctl: refuses to run setuid, setgid or with file capabilities\n");
    return 2;
  }
  umask(077);
  // What the caller left open is no business of ours, nor of a guardian that outlives this process.
  close_range(3, ~0U, 0);
  // What cannot be written is an error with an exit status, not a signal.
  for (const int number : {SIGPIPE, SIGXFSZ})
    std::signal(number, SIG_IGN);  // NOLINT(cert-err33-c): these can be ignored
  // Where the caller ignores this one, the kernel tells nobody how a child ended.
  std::signal(SIGCHLD, SIG_DFL);  // NOLINT(cert-err33-c): as above
  std::set_new_handler(tapctl::throw_out_of_memory);
  std::set_terminate(end_at_once);
  try {
    return run(argv[0], {argv + 1, argv + argc});
  } catch (const std::bad_alloc&) {  // not even for the message
    tapctl::write_stderr("tapctl: out of memory\n");
    return 1;
  }
}

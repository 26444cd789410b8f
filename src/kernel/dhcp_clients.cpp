// SPDX-License-Identifier: MIT
// Finds, ends and starts DHCP clients.
#include "kernel/dhcp_clients.hpp"

#include "kernel/processes.hpp"
#include "kernel/text_file.hpp"
#include "util/error.hpp"
#include "util/fd.hpp"
#include "util/file.hpp"
#include "util/process.hpp"
#include "util/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <sstream>
#include <string_view>
#include <thread>

namespace tapctl {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

constexpr const char* service_program = "/usr/bin/systemd-run";
constexpr const char* control_program = "/usr/bin/systemctl";
constexpr const char* search_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr const char* own_script_variable = "TAPCTL_UDHCPC_SCRIPT=";
constexpr const char* standard_udhcpc_script = "/etc/udhcpc/default.script";
constexpr auto time_to_end = 2s;
/// A client that goes to the background is longer on its way, and one whose options it does not
/// know is over sooner.
constexpr auto time_to_start = 5s;
constexpr auto time_to_fail = 100ms;

/// A program that nobody but root can have put there.
bool is_roots_program(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == 0 &&
         (status.st_mode & (S_IWGRP | S_IWOTH)) == 0 && (status.st_mode & S_IXUSR) != 0;
}

std::optional<std::string> installed_path(DhcpProgram program) {
  std::istringstream folders(search_path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string path = folder + "/" + dhcp_program_name(program);
    if (is_roots_program(path))
      return path;
  }
  return std::nullopt;
}

/// busybox by the name of its applet, so that the process is called that too.
std::string called_as(const DhcpClient& client) {
  const auto path = installed_path(client.program);
  return path && file_identity(*path) == file_identity(client.path) ? *path : client.path;
}

/// What tapctl gives udhcpc as its script, beside this executable, or as it is installed.
std::string udhcpc_script() {
  const std::string program = link_target("/proc/self/exe");
  const std::string folder = program.substr(0, program.rfind('/'));
  for (const char* relative : {"/../share/tapctl/udhcpc-script", "/share/tapctl/udhcpc-script"}) {
    std::string script = folder + relative;
    if (access(script.c_str(), X_OK) == 0)
      return script;
  }
  throw Error::from_errno("script udhcpc-script beside " + quote(program), ENOENT);
}

/// What /proc separates and ends by NUL.
Words split_words(const std::string& text) {
  Words words;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\0', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

/// State and parent in /proc/PID/stat, which stand behind a command that can hold anything.
struct Status {
  char state = 'X';
  int parent = 0;
};

Status status_of(const std::string& process) {
  const std::string text = read_text(process + "/stat").value_or("");
  Status status;
  const size_t command_end = text.rfind(')');
  if (command_end != std::string::npos)
    std::istringstream(text.substr(command_end + 1)) >> status.state >> status.parent;
  return status;
}

/// Of one that tapctl started, the script that the user had.
void give_back_script(DhcpClient& client) {
  const auto script = option_of(client, "-s");
  if (client.program != DhcpProgram::udhcpc || !script || !script->ends_with("/udhcpc-script"))
    return;
  const std::string variables =
      read_text("/proc/" + std::to_string(client.pid) + "/environ").value_or("");
  const std::string_view name = own_script_variable;
  for (const std::string& variable : split_words(variables)) {
    if (variable.starts_with(name))
      set_option(client, "-s", variable.substr(name.size()));
  }
}

/// A process of a DHCP client's program.
struct ClientProcess {
  std::optional<DhcpClient> client;  ///< absent: a helper of dhcpcd
  int parent = 0;
  bool is_roots = false;
};
using ClientProcesses = std::map<int, ClientProcess>;

/// Those of programs that nobody but root can have put there, by their pid.
ClientProcesses client_processes() {
  ClientProcesses processes;
  for_each_process([&](int pid, const std::string& process) {
    const std::string path = link_target(process + "/exe");
    if (is_elsewhere(process) || !is_roots_program(path))
      return;
    auto client =
        parse_dhcp_client(pid, path, split_words(read_text(process + "/cmdline").value_or("")));
    if (client)
      client->path = called_as(*client);
    const std::string name = client ? dhcp_program_name(client->program) : "dhcpcd";
    const std::string& called = client ? client->path : path;
    struct stat status {};
    if ((called.ends_with("/" + name) || called.ends_with("/busybox")) &&
        stat(process.c_str(), &status) == 0)
      processes.emplace(pid, ClientProcess{.client = std::move(client),
                                           .parent = status_of(process).parent,
                                           .is_roots = status.st_uid == 0});
  });
  return processes;
}

/// dhcpcd gives up its privileges, but for a helper.
bool is_roots(const ClientProcesses& processes, int pid) {
  return processes.at(pid).is_roots || std::ranges::any_of(processes, [&](const auto& entry) {
           return entry.second.parent == pid && entry.second.is_roots;
         });
}

/// Without those that another one started, such as a script that is just being forked.
std::vector<DhcpClient> all_clients() {
  std::vector<DhcpClient> clients;
  const ClientProcesses processes = client_processes();
  for (const auto& [pid, process] : processes) {
    if (!process.client || processes.contains(process.parent) || !is_roots(processes, pid))
      continue;
    clients.push_back(*process.client);
    give_back_script(clients.back());
  }
  return clients;
}

bool is_over(int pid) {
  const char state = status_of("/proc/" + std::to_string(pid)).state;
  return state == 'Z' || state == 'X';
}

/// The processes and all that they started, such as the helpers of dhcpcd and a running script.
std::set<int> with_descendants(std::set<int> processes) {
  std::map<int, int> parents;
  for_each_process([&](int pid, const std::string& process) {
    parents.emplace(pid, status_of(process).parent);
  });
  for (bool grows = true; grows;) {
    grows = false;
    for (const auto& [pid, parent] : parents)
      grows |= processes.contains(parent) && processes.insert(pid).second;
  }
  return processes;
}

/// Best effort: without it the client asks for any address, and gets the one of its MAC.
void hand_over_lease(const DhcpClient& from, const DhcpClient& to) {
  const Words sources = lease_files(from);
  const Words targets = lease_files(to);
  for (size_t i = 0; i < std::min(sources.size(), targets.size()); ++i) {
    const auto lease = read_text(sources[i]);
    if (!lease)
      continue;
    const bool is_text = to.program == DhcpProgram::dhclient;
    const std::string bytes = is_text ? retarget_leases(*lease, from.link, to.link) : *lease;
    const Fd file(open(targets[i].c_str(),
                       O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (is_text ? O_APPEND : O_TRUNC),
                       0644));
    if (file)
      try_write_all(file.get(), bytes);
  }
}

/// udhcpc with tapctl's script before its own.
Words prepare_udhcpc(DhcpClient& client) {
  const std::string starts = "/run/udhcpc." + client.link.str() + ".starts";
  const std::string script = option_of(client, "-s").value_or(standard_udhcpc_script);
  set_option(client, "-s", udhcpc_script());
  const Fd file(open(starts.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file)
    throw Error::from_errno("file " + quote(starts), errno);
  return {own_script_variable + script, "TAPCTL_UDHCPC_STARTS=" + starts};
}

std::string subject_of(const DhcpClient& client) {
  return op_subject(StartClient{.client = client});
}

void start_as_service(const DhcpClient& client, const Words& environment) {
  Words words{service_program,
              "--quiet",
              "--collect",
              "--no-ask-password",
              std::string("--service-type=") + (stays_in_front(client) ? "exec" : "forking"),
              "--property=KillMode=process",
              "--property=Before=network.target",  // at shutdown: after all that needs the network
              "--description=DHCP client of " + client.link.str()};
  for (const std::string& variable : environment)
    words.push_back("--setenv=" + variable);
  words.insert(words.end(), {"--", client.path});
  if (!client.path.ends_with(dhcp_program_name(client.program)))  // busybox
    words.push_back(dhcp_program_name(client.program));
  words.insert(words.end(), client.argv.begin() + 1, client.argv.end());
  if (!run(std::move(words)))
    throw Error(subject_of(client) + ": systemd could not start it");
}

void start_here(const DhcpClient& client, Words environment) {
  environment.push_back(std::string("PATH=") + search_path);
  const auto pid = spawn(client.path, client.argv, std::move(environment));
  if (!pid)
    throw Error::from_errno(subject_of(client), errno);
  const auto deadline = std::chrono::steady_clock::now() +
                        (stays_in_front(client) ? std::chrono::milliseconds(time_to_fail)
                                                : std::chrono::milliseconds(time_to_start));
  int status = 0;
  while (waitpid(*pid, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline)
      return;
    std::this_thread::sleep_for(2ms);
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Error(subject_of(client) + ": ended at once, with " +
                (WIFEXITED(status) ? "status " + std::to_string(WEXITSTATUS(status))
                                   : "signal " + std::to_string(WTERMSIG(status))));
}

/// Those of this program that serve the link, with all that they started.
std::set<int> processes_of(const DhcpClient& wanted) {
  std::set<int> processes;
  for (const DhcpClient& client : all_clients()) {
    if (same_client(client, wanted))
      processes.insert(client.pid);
  }
  return processes.empty() ? processes : with_descendants(std::move(processes));
}

/// systemd's services are in the network namespace of PID 1.
bool is_left_to_systemd() {
  return is_systemd_running() &&
         file_identity("/proc/thread-self/ns/net") == file_identity("/proc/1/ns/net");
}

}  // namespace

std::vector<DhcpClient> find_dhcp_clients(const std::set<IfName>& links) {
  std::vector<DhcpClient> clients = all_clients();
  std::erase_if(clients, [&](const DhcpClient& client) {
    return !client.link.empty() && !links.contains(client.link);
  });
  std::ranges::sort(clients, {}, &DhcpClient::pid);
  return clients;
}

std::map<DhcpProgram, std::string> installed_dhcp_programs() {
  std::map<DhcpProgram, std::string> installed;
  for (const DhcpProgram program : dhcp_programs) {
    if (const auto path = installed_path(program))
      installed.emplace(program, *path);
  }
  return installed;
}

bool is_host_going_down() {
  return is_left_to_systemd() && output_of({control_program, "is-system-running"}) == "stopping\n";
}

void end_client(const EndClient& op) {
  std::set<int> processes = processes_of(op.client);
  if (processes.empty())
    throw Error::from_errno(op_subject(op), ESRCH);
  const auto deadline = std::chrono::steady_clock::now() + time_to_end;
  // Again, since one that was just going to the background is another process by now.
  for (; !processes.empty(); processes = processes_of(op.client)) {
    for (const int pid : processes)
      kill(pid, SIGKILL);
    while (!std::ranges::all_of(processes, is_over)) {
      if (std::chrono::steady_clock::now() > deadline) {
        Error error = Error::from_errno(op_subject(op) + ": does not end", ETIMEDOUT);
        error.partial = true;
        throw Error(error);
      }
      std::this_thread::sleep_for(1ms);
    }
  }
}

void start_client(const StartClient& op) {
  DhcpClient client = op.client;
  if (!processes_of(client).empty())
    throw Error::from_errno(op_subject(op), EEXIST);
  if (op.successor_of)
    hand_over_lease(*op.successor_of, client);
  const Words environment =
      client.program == DhcpProgram::udhcpc ? prepare_udhcpc(client) : Words{};
  if (is_left_to_systemd())
    start_as_service(client, environment);
  else
    start_here(client, environment);
}

}  // namespace tapctl

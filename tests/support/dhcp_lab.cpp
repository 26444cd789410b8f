// SPDX-License-Identifier: MIT
// See dhcp_lab.hpp.
#include "support/dhcp_lab.hpp"

#include "support/netns.hpp"
#include "support/rich_host.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace tapctl::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
namespace fs = std::filesystem;

const std::string server_log = "/run/dnsmasq.log";

/// An empty folder, and a file that a client may write, in place of what the machine has.
void hide(const std::string& folder) {
  if (fs::is_directory(folder) &&
      mount("tmpfs", folder.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") != 0)
    throw std::runtime_error(folder + " cannot be hidden");
}

void hide_resolver() {
  std::ofstream("/run/resolv.conf").close();
  if (mount("/run/resolv.conf", "/etc/resolv.conf", nullptr, MS_BIND, nullptr) != 0)
    throw std::runtime_error("/etc/resolv.conf cannot be hidden");
}

struct Process {
  pid_t pid = 0;
  pid_t parent = 0;
  std::string line;
};

/// Nothing where it is no DHCP client. Throws where it ended meanwhile.
std::optional<Process> read_client(const std::string& pid) {
  const std::string command = read_file("/proc/" + pid + "/comm");
  if (command != "dhclient\n" && command != "dhcpcd\n" && command != "udhcpc\n")
    return std::nullopt;
  std::string line = read_file("/proc/" + pid + "/cmdline");
  if (line.empty())
    return std::nullopt;
  std::ranges::replace(line, '\0', ' ');
  pid_t parent = 0;
  const std::string status = read_file("/proc/" + pid + "/stat");
  std::sscanf(status.c_str(), "%*d (%*[^)]) %*c %d", &parent);
  return Process{.pid = std::stoi(pid),
                 .parent = parent,
                 .line = line.substr(0, line.find_last_not_of(' ') + 1)};
}

std::vector<Process> clients_here() {
  std::vector<Process> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string pid = entry.path().filename();
    std::error_code error;
    if (pid.find_first_not_of("0123456789") != std::string::npos ||
        !fs::equivalent("/proc/" + pid + "/ns/net", "/proc/self/ns/net", error) || error)
      continue;
    try {
      if (auto client = read_client(pid))
        found.push_back(std::move(*client));
    } catch (const std::runtime_error&) {  // it ended
    }
  }
  return found;
}

}  // namespace

DhcpLab::DhcpLab() {
  if (unshare(CLONE_NEWUTS) != 0)
    throw std::runtime_error("no namespace for the host's name");
  hide("/var/lib/dhcp");
  hide("/var/lib/dhcpcd");
  hide_resolver();
  add_netns("lan");
  ip_batch("link add eth0 type veth peer name eth0 netns lan\n");
  {
    const InNetns lan("lan");
    ip_batch(
        "link set lo up\n"
        "addr add 10.0.0.254/24 dev eth0\n"
        "link set eth0 up\n");
  }
  write_file("/proc/sys/net/ipv6/conf/eth0/accept_dad", "0");
  ip_batch("link set eth0 up\n");
  server_ = std::make_unique<Running>(
      Argv{"ip", "netns", "exec", "lan", "dnsmasq", "--no-daemon", "--conf-file=/dev/null",
           "--port=0", "--interface=eth0", "--bind-interfaces", "--user=root", "--leasefile-ro",
           "--dhcp-range=10.0.0.50,10.0.0.99,2m", "--dhcp-option=option:T1,3s",
           "--dhcp-authoritative", "--no-ping", "--log-facility=" + server_log});
  const bool has_started = wait_until(
      [] {
        return fs::exists(server_log) && read_file(server_log).find("started") != std::string::npos;
      },
      10s);
  if (!has_started)
    throw std::runtime_error("dnsmasq does not start: " + server_->err());
}

DhcpLab::~DhcpLab() {
  for (const Process& process : clients_here())
    kill(process.pid, SIGKILL);
}

void DhcpLab::obtain(const Argv& client) const {
  must_run(client);
  if (!wait_until([] { return !lease_on("eth0")["addresses"].empty(); }, 20s))
    throw std::runtime_error(client.front() + " got no lease: " + read_file(server_log));
}

size_t DhcpLab::said(const std::string& message) const {
  const std::string log = read_file(server_log);
  size_t count = 0;
  for (size_t at = log.find(message); at != std::string::npos; at = log.find(message, at + 1))
    ++count;
  return count;
}

bool DhcpLab::has_said(const std::string& message, size_t count) const {
  return wait_until([&] { return said(message) >= count; }, 20s);
}

void ask_udhcpc_to_renew() {
  for (const Process& process : clients_here()) {
    if (process.line.starts_with("udhcpc"))
      kill(process.pid, SIGUSR1);
  }
}

std::vector<std::string> dhcp_clients() {
  std::vector<std::string> lines;
  const std::vector<Process> clients = clients_here();
  for (const Process& process : clients) {
    const bool is_child =
        std::ranges::find(clients, process.parent, &Process::pid) != clients.end();
    if (!is_child)
      lines.push_back(process.line);
  }
  std::ranges::sort(lines);
  return lines;
}

json lease_on(const std::string& link) {
  json result = {{"addresses", json::array()}, {"routes", json::array()}};
  for (const json& entry : json::parse(must_run({"ip", "-j", "-4", "addr", "show", "dev", link})))
    for (const json& address : entry.value("addr_info", json::array()))
      result["addresses"].push_back({address["local"], address["prefixlen"]});
  for (json route : json::parse(must_run({"ip", "-j", "-4", "route", "show", "dev", link})))
    result["routes"].push_back(route);
  return result;
}

uint32_t lifetime_on(const std::string& link) {
  const json shown = json::parse(must_run({"ip", "-j", "-4", "addr", "show", "dev", link}));
  return shown[0]["addr_info"][0]["valid_life_time"];
}

}  // namespace tapctl::test

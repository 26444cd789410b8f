// SPDX-License-Identifier: MIT
// DHCP clients that serve one link: what their command lines say, and the same client for another
// link.
#pragma once

#include "model/ifname.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tapctl {

enum class DhcpProgram : uint8_t { dhclient, dhcpcd, udhcpc };

/// In the order in which `auto` prefers them.
inline constexpr std::array dhcp_programs = {DhcpProgram::dhclient, DhcpProgram::dhcpcd,
                                             DhcpProgram::udhcpc};

const char* dhcp_program_name(DhcpProgram program);
std::optional<DhcpProgram> find_dhcp_program(const std::string& name);

struct DhcpClient {
  DhcpProgram program = DhcpProgram::dhclient;
  /// The one that it serves; empty for one that serves several, or all that there are.
  IfName link;
  std::string path;               ///< of its executable
  std::vector<std::string> argv;  ///< its name too
  int pid = 0;                    ///< 0: it does not run
  bool operator==(const DhcpClient&) const = default;
};

/// The same program for the same family: dhclient needs one process for each.
bool same_kind(const DhcpClient& a, const DhcpClient& b);

/// The same for the same link too.
bool same_client(const DhcpClient& a, const DhcpClient& b);

/// What a process is whose executable is `path` and whose command line is `argv`, as /proc shows
/// it; nothing where it is no DHCP client. Of one that dhcpcd's title hides, `argv` is what starts
/// the like of it.
std::optional<DhcpClient> parse_dhcp_client(int pid, const std::string& path,
                                            const std::vector<std::string>& argv);

/// As moved() makes them.
DhcpClient new_dhcp_client(DhcpProgram program, const std::string& path, const IfName& link);

/// The same for another link, with files of its own, or for its own with the files that it has. It
/// goes to the background at once, and does not give up where no server answers. Options that are
/// not known stay where they are.
DhcpClient moved(const DhcpClient& client, const IfName& to);

/// What of its command line cannot be carried over to another link: "option '-Z': is not known".
std::optional<std::string> why_it_stays(const DhcpClient& client);

/// True for one that does not go to the background by itself, but can be left alone in front.
bool stays_in_front(const DhcpClient& client);

/// The files in which dhclient and dhcpcd keep a lease of this client's link, by their full path;
/// none for udhcpc, which keeps none.
std::vector<std::string> lease_files(const DhcpClient& client);

/// The value of an option such as "-s"; nothing where it is not given.
std::optional<std::string> option_of(const DhcpClient& client, const std::string& option);
void set_option(DhcpClient& client, const std::string& option, const std::string& value);

/// What dhclient has to find in its lease file to ask for what `text`, such a file, has of `from`.
std::string retarget_leases(const std::string& text, const IfName& from, const IfName& to);

}  // namespace tapctl

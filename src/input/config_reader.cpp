// SPDX-License-Identifier: MIT
// From the text of configuration files to what they ask for. Everything that can be known to be
// wrong without a look at the kernel is found here, since only here its line is known.
#include "input/config.hpp"
#include "input/section.hpp"
#include "input/values.hpp"
#include "model/settings.hpp"
#include "plan/device_checks.hpp"
#include "util/text.hpp"

#include <algorithm>
#include <map>

namespace tapctl {
namespace {

using Kind = JsonNode::Kind;

constexpr uint32_t known_schema = 1;
constexpr std::chrono::seconds longest_wait{3600};

auto number(Range range) {
  return [=](const std::string& text) { return parse_number("", text, range); };
}

auto small_number(Range range) {
  return
      [=](const std::string& text) { return static_cast<uint16_t>(parse_number("", text, range)); };
}

auto time(Range range) {
  return [=](const std::string& text) { return parse_time("", text, range); };
}

std::optional<bool> if_true(std::optional<bool> flag) {
  return flag == true ? flag : std::nullopt;
}

/// Reads the files one after the other into one Config.
class ConfigReader {
 public:
  void read(const std::string& file, const std::string& text) {
    mistakes_.set_file(file);
    const auto root = parse_json(text, mistakes_);
    if (!root)
      return;
    Section top(*root, "", mistakes_);
    top.value("$schema", Kind::text,
              [](const std::string& place) { return place; });  // for editors
    top.value("schema", Kind::number, [](const std::string& version) {
      if (version != std::to_string(known_schema))
        throw usage_error("is " + version + ", and this tapctl knows 1");
      return version;
    });
    if (const auto wait = top.value("wait", Kind::text, [](const std::string& limit) {
          return parse_duration("", limit, longest_wait);
        }))
      config_.wait = *wait;
    read_safety(top);
    top.list("devices", [&](const JsonNode& node, const std::string& path) {
      read_device(Section(node, path, mistakes_));
    });
    top.list("bridges", [&](const JsonNode& node, const std::string& path) {
      read_bridge(Section(node, path, mistakes_));
    });
    if (root->kind == Kind::object)
      top.finish();
  }

  Config take() {
    join_devices_to_bridges();
    mistakes_.require_none();
    return std::move(config_);
  }

 private:
  void read_safety(Section& top) {
    const auto check = top.value("check", Kind::text, [](const std::string& whom) {
      parse_check("", whom);
      return whom;
    });
    const auto timeout = top.value("timeout", Kind::text, [](const std::string& limit) {
      parse_duration("", limit, longest_timeout);
      return limit;
    });
    if (check)
      config_.safety.check = check;
    if (timeout)
      config_.safety.timeout = timeout;
  }

  /// Notes a name that something has already.
  bool is_new(Section& section, const IfName& name) {
    const auto [place, inserted] = places_.emplace(name, mistakes_.place(section.line()));
    if (!inserted)
      section.mistake_of("ifname",
                         name.quoted() + " is described in " + place->second.str() + " already");
    return inserted;
  }

  void read_device(Section section) {
    AddRequest request;
    const auto pattern = section.value("ifname", Kind::text, NameTemplate::parse);
    request.wish = read_wish(section);
    request.any_user = section.flag("any_user").value_or(false);
    request.default_owner = invoking_user();
    request.random_mac = random_mac(high_mac);
    const auto count = section.value("count", Kind::number, number(range::count));
    const Port settings = read_port_settings(section);
    section.finish();
    if (!pattern) {
      section.require("ifname", "every device needs one");
      return;
    }
    if (pattern->has_number() != count.has_value())
      section.mistake_of(
          "ifname", pattern->has_number()
                        ? quote(pattern->str()) + " needs a count: with 3, tap%d is tap0 to tap2"
                        : quote(pattern->str()) + " is one device, and count asks for several");
    for (const IfName& name : names_of(section, *pattern, count.value_or(1))) {
      if (!is_new(section, name))
        continue;
      request.names.push_back(NameTemplate::parse(name.str()));
      if (!is_empty(settings))
        config_.request.device_ports.push_back({.port = name, .settings = settings});
    }
    require_sense(section, request);
    config_.request.devices.push_back(std::move(request));
  }

  /// In a file the numbers are fixed: a second `apply` means the same devices.
  static std::vector<IfName> names_of(Section& section, const NameTemplate& pattern,
                                      uint32_t count) {
    std::vector<IfName> names;
    try {
      for (uint32_t i = 0; i < count; ++i)
        names.push_back(pattern.expand(i));
    } catch (const OutOfMemory&) {
      throw;
    } catch (const Error& error) {
      section.mistake_of("ifname", error.line());
    }
    return names;
  }

  static void require_sense(Section& section, const AddRequest& request) {
    if (request.any_user && (request.wish.owner || request.wish.group))
      section.mistake_of("any_user", "excludes owner and group");
    try {
      require_consistent(request.wish);
    } catch (const OutOfMemory&) {
      throw;
    } catch (const Error& error) {
      section.mistake(error.line());
    }
  }

  static DeviceWish read_wish(Section& section) {
    DeviceWish wish;
    const auto named = [](auto parse) {
      return [parse](const std::string& text) { return parse("", text); };
    };
    wish.mode = section.value("mode", Kind::text, named(parse_mode));
    wish.owner = section.text_or_number("owner", parse_user);
    wish.group = section.text_or_number("group", parse_group);
    wish.link.mac = section.value("address", Kind::text, Mac::parse);
    wish.link.mtu = section.value("mtu", Kind::number, number(range::mtu));
    wish.link.txqueuelen = section.value("txqueuelen", Kind::number, number(range::txqueuelen));
    wish.link.alias = section.value("ifalias", Kind::text, named(parse_alias));
    wish.link.up = section.flag("up");
    wish.link.master = section.value("master", Kind::text, IfName::parse);
    wish.peer = section.value("peer", Kind::text, IpAddress::parse);
    wish.addresses = section.texts("addresses", [&](const std::string& text) {
      return parse_address(text, wish.peer.has_value());
    });
    wish.multi_queue = if_true(section.flag("multi_queue"));
    wish.vnet_hdr = section.flag("vnet_hdr");
    wish.pi = section.flag("pi");
    return wish;
  }

  static Port read_port_settings(Section& section) {
    Port settings;
    auto port = section.section("port");
    if (!port)
      return settings;
    settings.cost = port->value("cost", Kind::number, number(range::port_cost));
    settings.priority = port->value("priority", Kind::number, small_number(range::port_priority));
    settings.hairpin = port->flag("hairpin");
    settings.isolated = port->flag("isolated");
    settings.learning = port->flag("learning");
    settings.flood = port->flag("flood");
    settings.guard = port->flag("guard");
    port->finish();
    return settings;
  }

  void read_bridge(Section section) {
    BridgeWish wish;
    BridgeRequest& bridge = wish.bridge;
    const auto name = section.value("ifname", Kind::text, IfName::parse);
    bridge.addresses = section.texts("addresses", Prefix::parse);
    bridge.gateways = section.texts("gateways", IpAddress::parse);
    bridge.mac = section.value("address", Kind::text, Mac::parse);
    bridge.mtu = section.value("mtu", Kind::number, number(range::mtu));
    bridge.settings = read_settings(section);
    bridge.uplink = section.value("uplink", Kind::text, IfName::parse);
    bridge.no_move = !section.flag("move").value_or(true);
    bridge.move_from = section.value("move_from", Kind::text, IfName::parse);
    bridge.nf =
        section.value("nf", Kind::text, [](const std::string& text) { return parse_nf("", text); })
            .value_or(NfWish::keep);
    bridge.dhcp = section.value("dhcp", Kind::text,
                                [](const std::string& text) { return parse_dhcp("", text); });
    bridge.random_mac = random_mac(0x02);
    section.list("ports", [&](const JsonNode& node, const std::string& path) {
      if (auto port = read_port(section, node, path))
        wish.ports.push_back(std::move(*port));
    });
    section.finish();
    if (!name) {
      section.require("ifname", "every bridge needs one");
      return;
    }
    bridge.bridge = *name;
    is_new(section, *name);
    if (std::ranges::any_of(wish.ports,
                            [&](const PortWish& port) { return port.link.name == *name; }))
      section.mistake_of("ports", name->quoted() + " cannot be a port of itself");
    const auto is_uplink = [&](const PortWish& port) { return port.link.name == bridge.uplink; };
    if (bridge.dhcp && bridge.no_move)
      section.mistake_of("dhcp", "the client goes where the addresses go, and \"move\" is false");
    if (bridge.uplink && std::ranges::none_of(wish.ports, is_uplink))
      section.mistake_of("uplink", bridge.uplink->quoted() + " is not among the ports");
    config_.request.bridges.push_back(std::move(wish));
  }

  static Bridge read_settings(Section& section) {
    Bridge settings;
    settings.stp = section.flag("stp_state");
    settings.forward_delay = section.value("forward_delay", Kind::text, time(range::forward_delay));
    settings.hello_time = section.value("hello_time", Kind::text, time(range::hello_time));
    settings.max_age = section.value("max_age", Kind::text, time(range::max_age));
    settings.ageing_time = section.value("ageing_time", Kind::text, time(range::ageing_time));
    settings.priority =
        section.value("priority", Kind::number, small_number(range::bridge_priority));
    settings.vlan_filtering = section.flag("vlan_filtering");
    settings.mcast_snooping = section.flag("mcast_snooping");
    return settings;
  }

  std::optional<PortWish> read_port(Section& bridge, const JsonNode& node,
                                    const std::string& path) {
    PortWish wish;
    if (node.kind == Kind::text) {
      wish.link.name = bridge.parsed(node, path, IfName::parse);
    } else if (node.kind == Kind::object) {
      read_port_object(Section(node, path, mistakes_), wish);
    } else {
      mistakes_.add(node.line, path, "is neither a name nor an object");
    }
    if (wish.link == LinkMatch{})
      return std::nullopt;
    if (wish.link.name) {
      const auto [place, inserted] =
          port_places_.emplace(*wish.link.name, mistakes_.place(node.line));
      if (!inserted)
        mistakes_.add(
            node.line, path,
            wish.link.name->quoted() + " is a port in " + place->second.str() + " already");
    }
    return wish;
  }

  static void read_port_object(Section section, PortWish& wish) {
    wish.link.name = section.value("ifname", Kind::text, IfName::parse);
    wish.link.mac = section.value("address", Kind::text, Mac::parse);
    wish.link.permanent_mac = section.value("perm_address", Kind::text, Mac::parse);
    wish.settings = read_port_settings(section);
    if (wish.link == LinkMatch{})
      section.mistake("needs ifname, address or perm_address");
    section.finish();
  }

  AddRequest* device(const IfName& name) {
    for (AddRequest& request : config_.request.devices) {
      for (const NameTemplate& known : request.names) {
        if (known.str() == name.str())
          return &request;
      }
    }
    return nullptr;
  }

  /// A device of the file that is named among the ports of a bridge is a device with that master.
  void join_devices_to_bridges() {
    for (BridgeWish& bridge : config_.request.bridges) {
      std::erase_if(bridge.ports, [&](const PortWish& port) {
        AddRequest* request = port.link.name ? device(*port.link.name) : nullptr;
        if (request != nullptr)
          make_port(*request, port, bridge.bridge.bridge);
        return request != nullptr;
      });
    }
    for (PortRequest& port : config_.request.device_ports)
      port.bridge = device(port.port)->wish.link.master;
  }

  void make_port(AddRequest& request, const PortWish& port, const IfName& bridge) {
    const IfName& name = *port.link.name;
    if (!is_empty(port.settings))
      config_.request.device_ports.push_back({.port = name, .settings = port.settings});
    if (request.wish.link.master == bridge)
      return;
    if (request.wish.link.master) {
      mistakes_.add(port_places_.at(name), name.quoted() + " is a device with the master " +
                                               request.wish.link.master->quoted());
      return;
    }
    if (request.names.size() == 1) {
      request.wish.link.master = bridge;
      return;
    }
    // One of several: it parts from the others.
    AddRequest one = request;
    std::erase_if(request.names, [&](const auto& known) { return known.str() == name.str(); });
    one.names = {NameTemplate::parse(name.str())};
    one.random_mac = random_mac(high_mac);
    one.wish.link.master = bridge;
    config_.request.devices.push_back(std::move(one));
  }

  Mistakes mistakes_;
  Config config_;
  std::map<IfName, Place> places_;       ///< of devices and bridges
  std::map<IfName, Place> port_places_;  ///< of names among ports
};

}  // namespace

Config parse_config(const std::vector<ConfigPart>& parts) {
  ConfigReader reader;
  for (const auto& [file, text] : parts)
    reader.read(file, text);
  return reader.take();
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Requests as the command line makes them, in a line each.
#pragma once

#include "plan/request.hpp"

#include <string>
#include <vector>

namespace tapctl::test {

inline std::vector<IfName> names(const std::vector<std::string>& texts) {
  std::vector<IfName> result;
  result.reserve(texts.size());
  for (const auto& text : texts)
    result.push_back(IfName::parse(text));
  return result;
}

/// `tapctl add NAME --user 54321`
inline AddRequest add(const std::string& name) {
  AddRequest request;
  request.names = {NameTemplate::parse(name)};
  request.wish.owner = 54321;
  request.random_mac = Mac::parse("fe:00:00:00:00:10");
  return request;
}

/// `tapctl bridge BR PORT...`
inline BridgeRequest bridge(const std::string& name, const std::vector<std::string>& ports) {
  BridgeRequest request;
  request.bridge = IfName::parse(name);
  request.ports = names(ports);
  request.random_mac = Mac::parse("fe:00:00:00:00:20");
  return request;
}

/// `tapctl unbridge BR [PORT...]`
inline UnbridgeRequest unbridge(const std::string& name,
                                const std::vector<std::string>& ports = {}) {
  return {.bridge = IfName::parse(name), .ports = names(ports), .keep_bridge = false};
}

/// `tapctl del NAME...`
inline DelRequest del(const std::vector<std::string>& devices) {
  DelRequest request;
  request.names = names(devices);
  return request;
}

}  // namespace tapctl::test

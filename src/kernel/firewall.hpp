// SPDX-License-Identifier: MIT
// Which chains at the forward hook drop what they do not accept: nftables and the older iptables.
#pragma once

#include "kernel/nl.hpp"
#include "model/host_facts.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tapctl {

/// Fills `dropping`, `has_docker` and `unseen`. Loads no module and makes no table: what is not
/// there yet drops nothing.
void read_firewall(HostFacts& facts);

/// A chain of nftables.
struct NftChain {
  uint8_t family = 0;  ///< NFPROTO_*
  std::string table;
  std::string name;
  bool is_forward = false;  ///< a base chain at the forward hook
  bool drops = false;       ///< by its policy
};
std::optional<NftChain> decode_chain(nl::Bytes payload);

/// A rule of nftables, as far as doctor needs it.
struct NftRule {
  uint8_t family = 0;
  std::string table;
  std::string chain;
  std::set<std::string> named;  ///< see DroppingChain::named
  bool drops_all = false;       ///< whatever the packet: drop or reject without a condition
};
std::optional<NftRule> decode_rule_of_nft(nl::Bytes payload);

/// The part for the older iptables: tables of the kernel's that are not nftables.
void read_legacy_tables(HostFacts& facts);

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Asks nf_tables for chains and rules.
//
// A rule is not evaluated. Two things are taken from it: the names of links that it compares with,
// since a rule for a bridge is likely to accept its traffic, and whether it drops or rejects
// everything, which at the end of a chain is what firewalld has in place of a policy.
#include "kernel/firewall.hpp"

#include "kernel/nl_socket.hpp"
#include "kernel/text_file.hpp"

#include <endian.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <tuple>

namespace tapctl {
namespace {

constexpr const char* subject = "nftables";

/// The kernel loads nf_tables when it is asked for it. True when it is there already, or can never
/// be loaded: /proc/modules is missing where the kernel has no modules at all.
bool has_nf_tables() {
  const auto modules = read_text("/proc/modules");
  if (!modules || modules->starts_with("nf_tables ") ||
      modules->find("\nnf_tables ") != std::string::npos)
    return true;
  utsname system{};
  uname(&system);
  const auto builtin = read_text(std::string("/lib/modules/") +
                                 static_cast<const char*>(system.release) + "/modules.builtin");
  return builtin && builtin->find("/nf_tables.ko") != std::string::npos;
}

nl::Message dump_request(uint16_t type) {
  const nfgenmsg header{.nfgen_family = NFPROTO_UNSPEC, .version = NFNETLINK_V0, .res_id = 0};
  return {static_cast<uint16_t>((NFNL_SUBSYS_NFTABLES << 8U) | type), 0, header};
}

/// Numbers of nftables are big-endian.
std::optional<uint32_t> number(const nl::Attrs& attrs, uint16_t type) {
  const auto value = attrs.get<uint32_t>(type);
  return value ? std::optional(be32toh(*value)) : std::nullopt;
}

bool compares_link_name(const nl::Attrs& meta) {
  static constexpr std::array keys = {NFT_META_IIFNAME, NFT_META_OIFNAME, NFT_META_BRI_IIFNAME,
                                      NFT_META_BRI_OIFNAME};
  const auto key = number(meta, NFTA_META_KEY);
  return key && std::ranges::find(keys, static_cast<nft_meta_keys>(*key)) != keys.end();
}

/// Up to the first NUL.
std::string text_of(nl::Bytes bytes) {
  const std::string text(bytes.begin(), bytes.end());
  return text.substr(0, text.find('\0'));
}

/// Takes the expressions of a rule one after the other.
class RuleReader {
 public:
  void read(const std::string& name, const nl::Attrs& data) {
    if (name == "cmp" && is_name_loaded_)
      rule_.named.insert(
          text_of(data.nested(NFTA_CMP_DATA).find(NFTA_DATA_VALUE).value_or(nl::Bytes{})));
    if (name == "match" && data.string(NFTA_MATCH_NAME) == "physdev")
      rule_.named.insert("physdev");
    is_name_loaded_ = name == "meta" && compares_link_name(data);
    if (is_drop(name, data))
      drops_ = true;
    else if (name != "counter" && name != "log")
      is_conditional_ = true;
  }

  NftRule result() {
    rule_.drops_all = drops_ && !is_conditional_;
    return std::move(rule_);
  }

 private:
  static bool is_drop(const std::string& name, const nl::Attrs& data) {
    if (name == "reject")
      return true;
    if (name == "target")
      return data.string(NFTA_TARGET_NAME) == "REJECT";
    if (name != "immediate")
      return false;
    const nl::Attrs verdict = data.nested(NFTA_IMMEDIATE_DATA).nested(NFTA_DATA_VERDICT);
    return number(verdict, NFTA_VERDICT_CODE) == NF_DROP;
  }

  NftRule rule_;
  bool is_name_loaded_ = false;
  bool drops_ = false;
  bool is_conditional_ = false;
};

std::optional<FilterFamily> family_of(uint8_t protocol) {
  switch (protocol) {
    case NFPROTO_IPV4:
      return FilterFamily::ipv4;
    case NFPROTO_IPV6:
      return FilterFamily::ipv6;
    case NFPROTO_INET:
      return FilterFamily::inet;
    case NFPROTO_BRIDGE:
      return FilterFamily::bridge;
    default:
      return std::nullopt;
  }
}

using TableKey = std::pair<uint8_t, std::string>;
using ChainKey = std::tuple<uint8_t, std::string, std::string>;

struct Rules {
  std::map<TableKey, std::set<std::string>> named;
  std::map<ChainKey, bool> last_drops_all;
};

Rules read_rules(nl::Socket& socket) {
  Rules rules;
  for (const nl::Received& object : socket.dump(dump_request(NFT_MSG_GETRULE))) {
    const auto rule = decode_rule_of_nft(object.payload);
    if (!rule)
      continue;
    rules.named[{rule->family, rule->table}].insert(rule->named.begin(), rule->named.end());
    rules.last_drops_all[{rule->family, rule->table, rule->chain}] = rule->drops_all;
  }
  return rules;
}

void read_nftables(HostFacts& facts) {
  nl::Socket socket(nl::Protocol::netfilter);
  std::vector<NftChain> forward;
  for (const nl::Received& object : socket.dump(dump_request(NFT_MSG_GETCHAIN))) {
    auto chain = decode_chain(object.payload);
    if (!chain)
      continue;
    facts.has_docker = facts.has_docker || chain->name == "DOCKER-USER";
    if (chain->is_forward)
      forward.push_back(*std::move(chain));
  }
  if (forward.empty())
    return;
  Rules rules = read_rules(socket);
  for (const NftChain& chain : forward) {
    const auto family = family_of(chain.family);
    const bool ends = rules.last_drops_all[{chain.family, chain.table, chain.name}];
    if (!family || (!chain.drops && !ends))
      continue;
    facts.dropping.push_back({.family = *family,
                              .table = chain.table,
                              .name = chain.name,
                              .how = chain.drops ? "policy drop" : "its last rule drops the rest",
                              .named = rules.named[{chain.family, chain.table}]});
  }
}

}  // namespace

std::optional<NftChain> decode_chain(nl::Bytes payload) {
  const auto message = nl::parse<nfgenmsg>(payload);
  if (!message)
    return std::nullopt;
  const nl::Attrs& attrs = message->attrs;
  const auto hook = number(attrs.nested(NFTA_CHAIN_HOOK), NFTA_HOOK_HOOKNUM);
  // NF_BR_FORWARD of linux/netfilter_bridge.h is the same number.
  return NftChain{.family = message->header.nfgen_family,
                  .table = attrs.string(NFTA_CHAIN_TABLE).value_or(""),
                  .name = attrs.string(NFTA_CHAIN_NAME).value_or(""),
                  .is_forward = hook == NF_INET_FORWARD,
                  .drops = number(attrs, NFTA_CHAIN_POLICY) == NF_DROP};
}

std::optional<NftRule> decode_rule_of_nft(nl::Bytes payload) {
  const auto message = nl::parse<nfgenmsg>(payload);
  if (!message)
    return std::nullopt;
  const nl::Attrs& attrs = message->attrs;
  RuleReader reader;
  for (const nl::Attr& element : attrs.nested(NFTA_RULE_EXPRESSIONS)) {
    const nl::Attrs expression(element.payload);
    reader.read(expression.string(NFTA_EXPR_NAME).value_or(""), expression.nested(NFTA_EXPR_DATA));
  }
  NftRule rule = reader.result();
  rule.family = message->header.nfgen_family;
  rule.table = attrs.string(NFTA_RULE_TABLE).value_or("");
  rule.chain = attrs.string(NFTA_RULE_CHAIN).value_or("");
  return rule;
}

void read_firewall(HostFacts& facts) {
  if (!facts.has_capability) {
    facts.unseen.push_back({"the packet filter's rules", "needs CAP_NET_ADMIN"});
    return;
  }
  try {
    if (has_nf_tables())
      read_nftables(facts);
  } catch (const Error& error) {
    facts.unseen.push_back({subject, error.line()});
  }
  read_legacy_tables(facts);
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// Operations as JSON.
#include "plan/ip_line.hpp"
#include "report/json_values.hpp"

namespace tapctl {
namespace {

/// Adds the fields of one operation to `out`.
struct Fields {
  Json& out;

  void operator()(const CreateTun& op) const { device(op.name, op.tun); }
  void operator()(const SetTun& op) const { device(op.name, op.tun); }
  void operator()(const HoldTun& op) const { device(op.name, op.tun); }
  void operator()(const ReleaseTun& op) const { put_name(out, "ifname", op.name); }
  void operator()(const CreateBridge& op) const {
    put_name(out, "ifname", op.name);
    put_settings(out, op.link);
    put_settings(out, op.bridge);
  }
  void operator()(const SetLink& op) const {
    put_name(out, "dev", op.link);
    put_settings(out, op.set);
  }
  void operator()(const SetBridge& op) const {
    put_name(out, "dev", op.bridge);
    put_settings(out, op.set);
  }
  void operator()(const SetPort& op) const {
    put_name(out, "dev", op.port);
    put_settings(out, op.set);
  }
  void operator()(const DeleteLinks& op) const {
    out["links"] = Json::array();
    for (const IfName& name : op.names) {
      Json link = Json::object();
      put_name(link, "ifname", name);
      out["links"].push_back(link);
    }
  }
  void operator()(const AddAddress& op) const {
    address(op.address);
    out["dad"] = op.dad == Dad::perform;
  }
  void operator()(const UpdateAddress& op) const { address(op.address); }
  void operator()(const DeleteAddress& op) const { address(op.address); }
  void operator()(const AddRoute& op) const {
    out["how"] = op.how == RouteAdd::replace ? "replace" : "append";
    out["route"] = to_json(op.route);
  }
  void operator()(const DeleteRoute& op) const { out["route"] = to_json(op.route); }
  void operator()(const AddRule& op) const { out["rule"] = to_json(op.rule); }
  void operator()(const DeleteRule& op) const { out["rule"] = to_json(op.rule); }
  void operator()(const AddNeighbour& op) const { neighbour(op.neighbour); }
  void operator()(const DeleteNeighbour& op) const { neighbour(op.neighbour); }
  void operator()(const SetSysctl& op) const {
    put_text(out, "path", op.path);
    put_text(out, "value", op.value);
  }
  void operator()(const Remember& op) const {
    put_name(out, "dev", op.bridge);
    put_name(out, "uplink", op.memory.uplink);
  }
  void operator()(const Forget& op) const { put_name(out, "dev", op.bridge); }
  void operator()(const KeepApplied& op) const { put_text(out, "file", op.file); }
  void operator()(const EndClient& op) const { client(op.client); }
  void operator()(const StartClient& op) const { client(op.client); }

 private:
  void client(const DhcpClient& client) const {
    out["client"] = dhcp_program_name(client.program);
    put_name(out, "dev", client.link);
  }
  void device(const IfName& name, const TunDevice& tun) const {
    put_name(out, "ifname", name);
    put_tun(out, tun);
  }
  void address(const Address& address) const {
    put_name(out, "dev", address.link);
    out["address"] = to_json(address);
  }
  void neighbour(const Neighbour& neighbour) const {
    put_name(out, "dev", neighbour.link);
    out["neighbour"] = to_json(neighbour);
  }
};

}  // namespace

Json to_json(const Op& op) {
  Json out = {{"op", op_name(op)}};
  std::visit(Fields{out}, op);
  out["ip"] = ip_line(op);
  return out;
}

}  // namespace tapctl

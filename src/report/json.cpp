// SPDX-License-Identifier: MIT
// The JSON document of a mutation, and of an error that came before one.
#include "report/json.hpp"

#include "report/json_values.hpp"

#include <cstring>

namespace tapctl {
namespace {

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

void put_text_or_null(Json& object, const std::string& key, const std::string& text) {
  if (text.empty())
    object[key] = nullptr;
  else
    put_text(object, key, text);
}

/// The kernel's words have a key of their own.
std::string message_of(Error error) {
  error.kernel.clear();
  return error.line();
}

Json error_json(const Error& error) {
  const char* name = error.errnum == 0 ? nullptr : strerrorname_np(error.errnum);
  Json json = {{"message", message_of(error)},
               {"errno", error.errnum == 0 ? Json(nullptr) : Json(error.errnum)},
               {"errno_name", name == nullptr ? Json(nullptr) : Json(name)},
               {"kernel", text_or_null(error.kernel)},
               {"hint", text_or_null(error.hint)}};
  for (const std::string& line : error.details)
    json["details"].push_back(without_controls(line));
  return json;
}

Json change_json(const Change& change) {
  Json out = Json::object();
  put_text(out, "subject", change.subject);
  out["attribute"] = change.attribute;
  put_text_or_null(out, "before", change.before);
  put_text_or_null(out, "after", change.after);
  return out;
}

Json mutation(const std::string& command, OutcomeKind kind) {
  Json out = {{"schema", 1}};
  put_text_or_null(out, "command", command);
  out["outcome"] = outcome_name(kind);
  out["transaction"] = nullptr;
  for (const char* key : {"names", "steps", "changes", "hints"})
    out[key] = Json::array();
  out["error"] = nullptr;
  return out;
}

}  // namespace

std::string json_report(const Report& report) {
  Json out = mutation(report.command, report.outcome.kind);
  put_texts(out, "names", report.plan.names);
  out["transaction"] = text_or_null(report.outcome.id);
  if (report.outcome.confirm_within)
    out["confirm_within_ms"] = report.outcome.confirm_within->count();
  for (const Step& step : report.plan.steps) {
    for (const Op& op : step.ops)
      out["steps"].push_back(to_json(op));
  }
  for (const Change& change : report.plan.changes)
    out["changes"].push_back(change_json(change));
  out["hints"] = report.plan.hints;
  if (report.outcome.error)
    out["error"] = error_json(*report.outcome.error);
  if (report.outcome.kind == OutcomeKind::partial) {
    out["differences"] = report.outcome.differences;
    out["left"] = Json::array();
    for (const Op& op : report.outcome.left)
      out["left"].push_back(to_json(op));
  }
  return print_json(out);
}

std::string json_log(const std::vector<LogEntry>& entries) {
  Json out = {{"schema", 1}, {"command", "log"}, {"transactions", Json::array()}};
  for (const LogEntry& entry : entries) {
    Json item = {{"id", entry.id}, {"time", entry.time}, {"outcome", entry.outcome}};
    put_text(item, "command", entry.command);
    if (!entry.reason.empty())
      put_text(item, "reason", entry.reason);
    if (entry.is_last)
      item["is_last"] = true;
    out["transactions"].push_back(std::move(item));
  }
  return print_json(out);
}

std::string json_error(const std::string& command, const Error& error) {
  Json out = mutation(command, OutcomeKind::failed);
  out["error"] = error_json(error);
  return print_json(out);
}

}  // namespace tapctl

// SPDX-License-Identifier: MIT
// The published schemas: valid themselves, complete, and strict enough to find a fault.
#include "support/cli_test.hpp"
#include "support/json_schema.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>

namespace tapctl::test {
namespace {

using nlohmann::json;

const std::filesystem::path schema_folder = TAPCTL_SOURCE "/schema";

class Schema : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!no_validator().empty())
      TAPCTL_CANNOT_RUN(no_validator());
  }
};

/// By file name.
std::map<std::string, json> schemas() {
  std::map<std::string, json> all;
  for (const auto& entry : std::filesystem::directory_iterator(schema_folder)) {
    std::ifstream file(entry.path());
    all[entry.path().filename().string()] = json::parse(file);
  }
  return all;
}

/// Calls `visit` for each object in `value`, `value` first.
void for_each_object(const json& value, const std::function<void(const json&)>& visit) {
  if (value.is_object())
    visit(value);
  for (const json& item : value)
    if (item.is_structured())
      for_each_object(item, visit);
}

/// What `reference`, which stands in the file `from`, points to; null when that is nothing.
json target(const std::string& from, const std::string& reference) {
  const size_t hash = reference.find('#');
  const std::string file = hash == 0 ? from : reference.substr(0, hash);
  const json::json_pointer pointer(reference.substr(hash + 1));
  const auto all = schemas();
  const auto found = all.find(file);
  return found != all.end() && found->second.contains(pointer) ? found->second.at(pointer)
                                                               : json(nullptr);
}

TEST_F(Schema, IsAValidSchemaOf2020) {
  for (const auto& [name, schema] : schemas()) {
    EXPECT_EQ(schema_errors("2020-12", schema), "") << name;
    EXPECT_EQ(schema["$schema"], "https://json-schema.org/draft/2020-12/schema") << name;
    EXPECT_EQ(schema["$id"], name);
  }
}

TEST_F(Schema, OfAWrongSchemaIsAFault) {
  EXPECT_NE(schema_errors("2020-12", {{"type", "text"}}), "");
}

TEST_F(Schema, RefersToNothingThatIsMissing) {
  for (const auto& [name, schema] : schemas())
    for_each_object(schema, [&, &from = name](const json& object) {
      if (object.contains("$ref") && object["$ref"].is_string()) {
        EXPECT_FALSE(target(from, object["$ref"]).is_null()) << from << ": " << object["$ref"];
      }
    });
}

/// Keys of `object`, a schema in the file `name`, that neither it nor what it refers to describes.
std::vector<std::string> keys_without_description(const std::string& name, const json& object) {
  std::vector<std::string> keys;
  const json properties = object.value("properties", json::object());
  for (const auto& [key, value] : properties.items()) {
    const std::string reference = value.value("$ref", "");
    const bool is_told = !reference.empty() && target(name, reference).contains("description");
    if (!is_told && !value.contains("description"))
      keys.push_back(key);
  }
  return keys;
}

TEST_F(Schema, DescribesEveryKey) {
  for (const auto& [name, schema] : schemas()) {
    EXPECT_EQ(keys_without_description(name, schema), std::vector<std::string>{}) << name;
    const json definitions = schema.value("$defs", json::object());
    for (const auto& [key, definition] : definitions.items())
      EXPECT_EQ(keys_without_description(name, definition), std::vector<std::string>{})
          << name << ": " << key;
  }
}

TEST_F(Schema, IsThereForEveryCommand) {
  const json mutation = schemas().at("mutation.schema.json");
  const json changing = mutation["$defs"]["command"]["enum"];
  std::set<std::string> without_schema;
  std::set<std::string> commands;
  const std::string help = tapctl_ok({"--help"});
  const std::regex line("\n  ([a-z]+) ");
  const size_t start = help.find("Commands:");
  const std::string table = help.substr(start, help.find("\n\n", start) - start);
  for (std::sregex_iterator match(table.begin(), table.end(), line), end; match != end; ++match)
    commands.insert((*match)[1].str());
  EXPECT_GE(commands.size(), 15U);
  for (const std::string& command : commands) {
    const bool is_change = std::find(changing.begin(), changing.end(), command) != changing.end();
    if (!is_change && !std::filesystem::exists(schema_folder / (command + ".schema.json")))
      without_schema.insert(command);
  }
  EXPECT_EQ(without_schema, std::set<std::string>{});
  for (const json& command : changing)
    EXPECT_TRUE(commands.contains(command)) << command;
}

TEST_F(Schema, HasEveryFindingOfTheManPageAndNoOther) {
  std::ifstream file(TAPCTL_SOURCE "/man/tapctl.8");
  const std::regex item(R"(\.It Cm ([a-z-]+) Pq (problem|warning|info).*)");
  std::set<std::string> ids;
  std::smatch match;
  for (std::string line; std::getline(file, line);)
    if (std::regex_match(line, match, item))
      ids.insert(match[1]);
  const json finding = schemas().at("doctor.schema.json")["$defs"]["finding"];
  EXPECT_EQ(finding["properties"]["id"]["enum"].get<std::set<std::string>>(), ids);
}

class SchemaOfOutput : public NetnsTest {
 protected:
  void SetUp() override {
    NetnsTest::SetUp();
    if (!IsSkipped() && !no_validator().empty())
      TAPCTL_CANNOT_RUN(no_validator());
  }
};

/// `document` with one object changed.
std::string errors_with(const std::string& name, json document, const std::string& pointer,
                        const std::function<void(json&)>& change) {
  change(document.at(json::json_pointer(pointer)));
  return schema_errors(name, document);
}

TEST_F(SchemaOfOutput, FindsAKeyThatIsMissingUnknownOrOfAnotherType) {
  must_run({"ip", "addr", "add", "10.0.0.1/24", "dev", "lo"});
  must_run({"ip", "link", "add", "br0", "type", "bridge"});
  const json change = tapctl_json({"add", "tap0", "--mtu", "1400"});
  must_run({"ip", "link", "set", "tap0", "master", "br0"});
  const json status = tapctl_json({"status", "br0", "lo"});
  struct Place {
    std::string name;
    json document;
    std::string object;
    std::string key;
  };
  for (const Place& place :
       {Place{"mutation", change, "", "names"}, Place{"mutation", change, "/steps/0", "ip"},
        Place{"mutation", change, "/steps/0", "owner"},
        Place{"mutation", change, "/changes/0", "subject"}, Place{"status", status, "", "pending"},
        Place{"status", status, "/bridges/0", "mtu"},
        Place{"status", status, "/bridges/0/filtered", "iptables"},
        Place{"status", status, "/bridges/0/ports/0", "mode"},
        Place{"status", status, "/links/0/addresses/0", "flags"}}) {
    SCOPED_TRACE(place.name + place.object + " " + place.key);
    const auto errors = [&](const std::function<void(json&)>& edit) {
      return errors_with(place.name, place.document, place.object, edit);
    };
    EXPECT_EQ(errors([](json&) {}), "");
    EXPECT_NE(errors([&](json& object) { object.erase(place.key); }), "");
    EXPECT_NE(errors([&](json& object) { object[place.key] = 1.5; }), "");
    EXPECT_NE(errors([](json& object) { object["new_key"] = 1; }), "");
  }
}

}  // namespace
}  // namespace tapctl::test

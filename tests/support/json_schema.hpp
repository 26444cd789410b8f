// SPDX-License-Identifier: MIT
// Validates what tapctl prints as JSON against the published schemas, by a validator that shares no
// code with tapctl: Debian's python3-jsonschema.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace tapctl::test {

/// Why there is no validator on this machine; "" where there is one.
std::string no_validator();

/// What is wrong with `document` by schema/NAME.schema.json, or by "2020-12", the schema of
/// schemas;
/// "" when nothing is. Throws std::runtime_error where there is no validator.
std::string schema_errors(const std::string& name, const nlohmann::json& document);

/// Fails the test where `text` is no JSON, or not what the schema of its command says; the test
/// cannot run where there is no validator.
void expect_valid_json(const std::string& text);

/// The document that `text` is, after expect_valid_json(); a discarded value when it is none.
nlohmann::json valid_json(const std::string& text);

}  // namespace tapctl::test

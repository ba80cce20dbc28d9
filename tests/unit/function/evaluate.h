#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "function/registry.h"
#include "function/session_constants.h"

namespace doline {

/// Calls scalar functions of a registry without plans or expressions: a row in, a text out.
class Evaluator {
 public:
  explicit Evaluator(const FunctionRegistry& registry, SessionConstants session = {})
      : registry_(registry), session_(std::move(session)) {}

  /// The result for arguments written "TYPE:text" ("DECIMAL(5,2):1.50", "VARCHAR[]:[a, b]",
  /// "INTEGER:NULL"), as text; "error: …" where the row or the call fails. The call is made in
  /// every layout a kernel meets (rows among others and NULLs, constants beside columns, sparse
  /// selections, under TRY), and all must agree; otherwise the result begins with "DISAGREE".
  std::string operator()(std::string_view name, const std::vector<std::string>& arguments) const;
  /// The type of the result.
  std::string type_of(std::string_view name, const std::vector<std::string>& arguments) const;

 private:
  const FunctionRegistry& registry_;
  const SessionConstants session_;  // zoned results are shown in its zone
};

/// "DECIMAL(5,2)", "INTEGER[]", "VARCHAR".
TypeRef type_named(std::string_view name);

/// One constant row of a type, from text; "NULL" is NULL.
Column column_of(TypeRef type, std::string_view text);

}  // namespace doline

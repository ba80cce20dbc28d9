#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "function/aggregate_function.h"
#include "function/scalar_function.h"

namespace doline {

/// Every SQL function, by name and alias. Built once, at first use; immutable and thread-safe
/// afterwards.
class FunctionRegistry {
 public:
  static const FunctionRegistry& instance();
  /// An empty one, for instance() and tests of single files.
  FunctionRegistry() = default;
  FunctionRegistry(FunctionRegistry&&) = default;  // addresses of functions stay

  /// Case-insensitive; null when unknown.
  const ScalarFunction* scalar(std::string_view name) const;
  const AggregateDeclaration* aggregate(std::string_view name) const;
  const std::deque<ScalarFunction>& scalars() const { return scalars_; }
  const std::deque<AggregateDeclaration>& aggregates() const { return aggregates_; }
  /// Names and aliases of both kinds.
  std::vector<std::string> names() const;

  /// Used by the register_… functions below; a name taken twice is an internal error.
  void add(ScalarFunction function);
  void add(AggregateDeclaration function);
  /// More overloads for a name that is declared elsewhere: operators on dates, lists, JSON. They
  /// come before its overload that takes anything at all, if it has one.
  void extend(std::string_view name, std::vector<ScalarOverload> overloads);

 private:
  std::deque<ScalarFunction> scalars_;
  std::deque<AggregateDeclaration> aggregates_;
  std::unordered_map<std::string, ScalarFunction*> scalar_by_name_;
  std::unordered_map<std::string, AggregateDeclaration*> aggregate_by_name_;
};

// One per file of functions; called by the registry's constructor.
void register_operators(FunctionRegistry& registry);  // arithmetic, comparison, bits
void register_numeric_functions(FunctionRegistry& registry);
void register_string_functions(FunctionRegistry& registry);
void register_pattern_functions(FunctionRegistry& registry);  // LIKE, regexp_*
void register_hash_functions(FunctionRegistry& registry);
void register_date_functions(FunctionRegistry& registry);
void register_nested_functions(FunctionRegistry& registry);  // list, struct, map
void register_lambda_functions(FunctionRegistry& registry);
void register_json_functions(FunctionRegistry& registry);
void register_session_functions(FunctionRegistry& registry);  // now, current_date, version …
void register_aggregates(FunctionRegistry& registry);

}  // namespace doline

#include "function/registry.h"

namespace doline {

namespace {

std::string lowered(std::string_view name) {
  std::string result(name);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return result;
}

template <class Function, class Map>
void index(Function& function, Map& by_name) {
  ASSERT(by_name.emplace(function.name, &function).second);
  for (const auto& alias : function.aliases) ASSERT(by_name.emplace(alias, &function).second);
}

}  // namespace

const FunctionRegistry& FunctionRegistry::instance() {
  static const FunctionRegistry registry;
  return registry;
}

FunctionRegistry::FunctionRegistry() {
  register_operators(*this);
  register_numeric_functions(*this);
  register_string_functions(*this);
  register_pattern_functions(*this);
  register_hash_functions(*this);
  register_date_functions(*this);
  register_nested_functions(*this);
  register_lambda_functions(*this);
  register_json_functions(*this);
  register_session_functions(*this);
  register_aggregates(*this);
}

void FunctionRegistry::add(ScalarFunction function) {
  scalars_.push_back(std::move(function));
  index(scalars_.back(), scalar_by_name_);
}

void FunctionRegistry::add(AggregateDeclaration function) {
  aggregates_.push_back(std::move(function));
  index(aggregates_.back(), aggregate_by_name_);
}

void FunctionRegistry::extend(std::string_view name, std::vector<ScalarOverload> overloads) {
  const auto found = scalar_by_name_.find(std::string(name));
  ASSERT(found != scalar_by_name_.end());
  auto& all = found->second->overloads;
  all.insert(all.end(), std::make_move_iterator(overloads.begin()), std::make_move_iterator(overloads.end()));
}

const ScalarFunction* FunctionRegistry::scalar(std::string_view name) const {
  const auto found = scalar_by_name_.find(lowered(name));
  return found == scalar_by_name_.end() ? nullptr : found->second;
}

const AggregateDeclaration* FunctionRegistry::aggregate(std::string_view name) const {
  const auto found = aggregate_by_name_.find(lowered(name));
  return found == aggregate_by_name_.end() ? nullptr : found->second;
}

std::vector<std::string> FunctionRegistry::names() const {
  std::vector<std::string> names;
  for (const auto& [name, function] : scalar_by_name_) names.push_back(name);
  for (const auto& [name, function] : aggregate_by_name_) names.push_back(name);
  return names;
}

}  // namespace doline

#include "function/registry.h"

#include <algorithm>

#include "base/ascii.h"

namespace doline {

namespace {

template <class Function, class Map>
void index(Function& function, Map& by_name) {
  ASSERT(by_name.emplace(function.name, &function).second);
  for (const auto& alias : function.aliases) ASSERT(by_name.emplace(alias, &function).second);
}

/// Overload resolution prefers the first of equally good ones, so this one comes last.
bool takes_anything(const ScalarOverload& overload) {
  return !overload.parameters.empty() &&
         std::all_of(
             overload.parameters.begin(), overload.parameters.end(),
             [](const TypePattern& pattern) { return pattern.kind == TypePattern::Kind::kAny; });
}

}  // namespace

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
  const auto generic = std::find_if(all.begin(), all.end(), takes_anything);
  all.insert(generic, std::make_move_iterator(overloads.begin()),
             std::make_move_iterator(overloads.end()));
}

const ScalarFunction* FunctionRegistry::scalar(std::string_view name) const {
  const auto found = scalar_by_name_.find(ascii_lower(name));
  return found == scalar_by_name_.end() ? nullptr : found->second;
}

const AggregateDeclaration* FunctionRegistry::aggregate(std::string_view name) const {
  const auto found = aggregate_by_name_.find(ascii_lower(name));
  return found == aggregate_by_name_.end() ? nullptr : found->second;
}

std::vector<std::string> FunctionRegistry::names() const {
  std::vector<std::string> names;
  for (const auto& [name, function] : scalar_by_name_) names.push_back(name);
  for (const auto& [name, function] : aggregate_by_name_) names.push_back(name);
  return names;
}

}  // namespace doline

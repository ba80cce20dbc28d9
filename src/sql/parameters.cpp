#include "sql/parameters.h"

#include "sql/tree_bytes.h"
#include "sql/visit.h"

namespace doline::sql {

namespace {

/// Changes a tree that nobody else has seen.
struct ParameterReplacer : EachField<ParameterReplacer> {
  explicit ParameterReplacer(const std::function<ExpressionRef(const Parameter&)>& replacement)
      : by(replacement) {}

  template <class T>
  void take(const T& value) {
    if constexpr (std::same_as<T, ExpressionRef>) {
      if (value && value->template is<Parameter>()) {
        const_cast<ExpressionRef&>(value) = by(value->template as<Parameter>());
        return;
      }
    }
    if constexpr (ReferenceField<T>) {
      if (value != nullptr) visit(*value, [&](const auto& node) { node.fields(node, *this); });
    } else if constexpr (ListField<T>) {
      for (const auto& element : value) take(element);
    } else if constexpr (StructField<T>) {
      T::fields(value, *this);
    }
  }

  const std::function<ExpressionRef(const Parameter&)>& by;
};

}  // namespace

StatementRef with_parameters_replaced(const Statement& statement,
                                      const std::function<ExpressionRef(const Parameter&)>& by) {
  const StatementRef copy = statement_from_bytes(to_bytes(statement));
  ParameterReplacer replace(by);
  visit(*copy, [&](const auto& node) { node.fields(node, replace); });
  return statement_from_bytes(to_bytes(*copy));  // heights of nodes may be others
}

std::set<std::string> parameters_of(const Statement& statement) {
  std::set<std::string> names;
  each_node(statement, [&]<class T>(const T& node) {
    if constexpr (std::same_as<T, Parameter>) names.insert(node.name);
  });
  return names;
}

}  // namespace doline::sql

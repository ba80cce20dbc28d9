#include "sql/parameter_rows.h"

#include "sql/build.h"
#include "sql/tree_bytes.h"
#include "sql/visit.h"

namespace doline::sql {

namespace {

ExpressionRef column_of(const std::string& table, const Parameter& parameter) {
  auto reference = std::make_shared<ColumnReference>();
  reference->names = {{table, {}}, {parameter.name, {}}};
  return finish(std::move(reference), parameter.span);
}

/// Puts a column in the place of each parameter of a tree that nobody else has seen.
struct ParameterReplacer : EachField<ParameterReplacer> {
  explicit ParameterReplacer(const std::string& its_table) : table(its_table) {}

  template <class T>
  void take(const T& value) {
    if constexpr (std::same_as<T, ExpressionRef>) {
      if (value && value->template is<Parameter>()) {
        const_cast<ExpressionRef&>(value) = column_of(table, value->template as<Parameter>());
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

  const std::string& table;
};

}  // namespace

StatementRef with_parameter_rows(const Statement& statement, const std::string& table) {
  const auto* given = statement.get_if<Insert>();
  if (!given || !given->query || !given->query->is<Values>()) return nullptr;
  if (given->query->as<Values>().rows.size() != 1) return nullptr;
  // Nobody else has seen this copy yet, so it may still change.
  const StatementRef copy = statement_from_bytes(to_bytes(statement));
  auto& insert = const_cast<Insert&>(copy->as<Insert>());
  const QueryRef row = insert.query;
  auto select = std::make_shared<Select>();
  for (const ExpressionRef& value : row->as<Values>().rows[0]) {
    if (value->is<Default>()) return nullptr;
    select->items.push_back({value, {}});
  }
  auto from = std::make_shared<TableName>();
  from->name = {{table, {}}};
  select->from = finish(std::move(from), row->span);
  ParameterReplacer replace(table);
  Select::fields(*select, replace);
  insert.query = finish(std::move(select), row->span);
  return copy;
}

}  // namespace doline::sql

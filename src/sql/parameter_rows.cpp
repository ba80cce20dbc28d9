#include "sql/parameter_rows.h"

#include "sql/build.h"
#include "sql/parameters.h"

namespace doline::sql {

namespace {

ExpressionRef column_of(const std::string& table, const Parameter& parameter) {
  auto reference = std::make_shared<ColumnReference>();
  reference->names = {{table, {}}, {parameter.name, {}}};
  return finish(std::move(reference), parameter.span);
}

}  // namespace

StatementRef with_parameter_rows(const Statement& statement, const std::string& table) {
  const auto* given = statement.get_if<Insert>();
  if (!given || !given->query || !given->query->is<Values>()) return nullptr;
  if (given->query->as<Values>().rows.size() != 1) return nullptr;
  // Nobody else has seen this copy yet, so it may still change.
  const StatementRef copy = with_parameters_replaced(
      statement, [&](const Parameter& parameter) { return column_of(table, parameter); });
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
  insert.query = finish(std::move(select), row->span);
  return copy;
}

}  // namespace doline::sql

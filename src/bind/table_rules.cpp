#include <algorithm>
#include <numeric>

#include "bind/query_binder.h"
#include "bind/table_rows.h"
#include "kernel/cast.h"
#include "plan/plan_expressions.h"
#include "sql/parser.h"

namespace doline {

namespace {

/// What a rule says stands in another text than the statement: errors are placed at `span` of this
/// one.
ExprRef placed_at(const ExprRef& expr, SourceSpan span) {
  std::vector<ExprRef> inputs = expr->inputs();
  if (inputs.empty()) return expr;  // fails only within something
  for (ExprRef& input : inputs) input = placed_at(input, span);
  const ExprRef copy = expr->with_inputs(std::move(inputs));
  const_cast<Expr&>(*copy).span = span;  // nobody else has it yet
  return copy;
}

ExprRef held_to(ExprRef value, ExprRef condition, std::string message, SourceSpan span) {
  return CallExpr::create("constraint_or_error",
                          {std::move(value), std::move(condition),
                           ConstantExpr::create(Value::text(std::move(message)))},
                          span);
}

}  // namespace

size_t column_place(const Table& table, const std::string& name, SourceSpan span) {
  const Schema& schema = table.schema();
  std::vector<std::string> known;
  for (size_t i = 0; i < schema.size(); ++i) {
    if (same_name(schema[i].name, name)) return i;
    known.push_back(schema[i].name);
  }
  Error error(ErrorCode::kColumnNotFound, span, "{} has no column \"{}\"", table.name(), name);
  error.add_note(fmt::format("the columns are {}", fmt::join(known, ", ")));
  const std::string near = nearest_name(name, known);
  if (!near.empty()) throw std::move(error).hint("did you mean \"" + near + "\"?");
  throw error;
}

ExprRef assigned(ExprRef value, const Field& column, SourceSpan span) {
  if (!can_cast(value->type, column.type)) {
    throw Error(ErrorCode::kTypeMismatch, span, "column \"{}\" is {} and cannot take {}",
                column.name, column.type->name(), value->type->name());
  }
  return CastExpr::create(std::move(value), column.type);
}

ExprRef default_of(const Table& table, size_t column, SourceSpan span, QueryBinder& binder) {
  const Field& field = table.schema()[column];
  const TableRules* rules = table.rules();
  if (!rules || rules->columns[column].default_value.empty())
    return ConstantExpr::create(Value::null(field.type));
  ExprContext context;
  context.clause = "DEFAULT";
  const ExprRef value =
      binder.expression(*sql::parse_expression(rules->columns[column].default_value), context);
  return CastExpr::create(placed_at(value, span), field.type, false, span);
}

std::vector<ExprRef> held_to_rules(const Table& table, const std::vector<uint32_t>& columns,
                                   SourceSpan span, QueryBinder& binder) {
  const TableRules* rules = table.rules();
  const Schema& schema = table.schema();
  std::vector<ExprRef> exprs;
  for (uint32_t i : columns) {
    ExprRef column = ColumnExpr::create(i, schema[i].type, schema[i].name, span);
    if (rules && rules->columns[i].not_null) {
      column = held_to(
          column, IsNullExpr::create(column, true),
          fmt::format("NULL in {}.{}, which is NOT NULL", table.name(), schema[i].name), span);
    }
    exprs.push_back(std::move(column));
  }
  if (!rules) return exprs;
  const Scope scope = Scope::of(schema, table.name());
  ExprContext context;
  context.scope = &scope;
  context.clause = "CHECK";
  for (const TableRules::Check& check : rules->checks) {
    const ExprRef condition = binder.condition(*sql::parse_expression(check.condition), context);
    // What reads nothing that is written holds as it did.
    const std::vector<uint32_t> read = columns_of(condition);
    if (columns.size() < schema.size() &&
        std::none_of(columns.begin(), columns.end(), [&](uint32_t column) {
          return std::find(read.begin(), read.end(), column) != read.end();
        })) {
      continue;
    }
    exprs[0] =
        held_to(exprs[0], placed_at(condition, span),
                fmt::format("a row of {} fails CHECK ({})", table.name(), check.condition), span);
  }
  return exprs;
}

std::vector<uint32_t> columns_of_checks(const Table& table, Catalog& catalog) {
  std::vector<uint32_t> columns;
  if (!table.rules()) return columns;
  const Parameters none;
  QueryBinder binder(catalog, none);
  const Scope scope = Scope::of(table.schema(), table.name());
  ExprContext context;
  context.scope = &scope;
  context.clause = "CHECK";
  for (const TableRules::Check& check : table.rules()->checks) {
    const auto read =
        columns_of(binder.condition(*sql::parse_expression(check.condition), context));
    columns.insert(columns.end(), read.begin(), read.end());
  }
  return columns;
}

}  // namespace doline

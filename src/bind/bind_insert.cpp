#include <algorithm>

#include "bind/query_binder.h"
#include "bind/table_rows.h"
#include "kernel/cast.h"
#include "sql/parser.h"

namespace doline {

namespace {

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

/// Where the given columns go, by position in the table.
std::vector<size_t> listed_places(const Table& table, const std::vector<sql::Identifier>& listed) {
  std::vector<size_t> places;
  for (const sql::Identifier& name : listed) {
    const size_t place = column_place(table, name.text, name.span);
    if (std::find(places.begin(), places.end(), place) != places.end()) {
      throw Error(ErrorCode::kBind, name.span, "column \"{}\" is named twice", name.text);
    }
    places.push_back(place);
  }
  if (listed.empty()) {
    for (size_t i = 0; i < table.schema().size(); ++i) places.push_back(i);
  }
  return places;
}

ExprRef assigned(ExprRef value, const Field& column, SourceSpan span) {
  if (!can_cast(value->type, column.type)) {
    throw Error(ErrorCode::kTypeMismatch, span, "column \"{}\" is {} and cannot take {}",
                column.name, column.type->name(), value->type->name());
  }
  return CastExpr::create(std::move(value), column.type);
}

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

ExprRef held_to(ExprRef value, ExprRef condition, std::string message, SourceSpan span) {
  return CallExpr::create("constraint_or_error",
                          {std::move(value), std::move(condition),
                           ConstantExpr::create(Value::text(std::move(message)))},
                          span);
}

/// NOT NULL and CHECK as expressions over the finished row.
PlanRef checked(PlanRef plan, const Table& table, SourceSpan span, QueryBinder& binder) {
  const TableRules* rules = table.rules();
  if (!rules) return plan;
  const Schema& schema = table.schema();
  std::vector<ExprRef> exprs;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < schema.size(); ++i) {
    ExprRef column = ColumnExpr::create(i, schema[i].type, schema[i].name, span);
    if (rules->columns[i].not_null) {
      column = held_to(
          column, IsNullExpr::create(column, true),
          fmt::format("NULL in {}.{}, which is NOT NULL", table.name(), schema[i].name), span);
    }
    exprs.push_back(std::move(column));
    names.push_back(schema[i].name);
  }
  const Scope scope = Scope::of(schema, table.name());
  ExprContext context;
  context.scope = &scope;
  context.clause = "CHECK";
  for (const TableRules::Check& check : rules->checks) {
    const ExprRef condition = binder.condition(*sql::parse_expression(check.condition), context);
    exprs[0] =
        held_to(exprs[0], placed_at(condition, span),
                fmt::format("a row of {} fails CHECK ({})", table.name(), check.condition), span);
  }
  return ProjectNode::create(std::move(plan), std::move(exprs), std::move(names));
}

/// VALUES of an INSERT: each value takes its column's type, and DEFAULT its default.
sql::QueryRef with_defaults(const sql::QueryRef& query, const Table& table,
                            const std::vector<size_t>& places) {
  const auto& values = query->as<sql::Values>();
  const auto is_default = [](const sql::ExpressionRef& value) { return value->is<sql::Default>(); };
  if (std::none_of(values.rows.begin(), values.rows.end(), [&](const auto& row) {
        return std::any_of(row.begin(), row.end(), is_default);
      })) {
    return query;
  }
  auto filled = std::make_shared<sql::Values>(values);
  const TableRules* rules = table.rules();
  for (auto& row : filled->rows) {
    for (size_t i = 0; i < row.size() && i < places.size(); ++i) {
      if (!is_default(row[i])) continue;
      const bool has_default = rules && !rules->columns[places[i]].default_value.empty();
      row[i] =
          sql::parse_expression(has_default ? rules->columns[places[i]].default_value : "NULL");
    }
  }
  return filled;
}

}  // namespace

PlanRef rows_for_table(PlanRef plan, const Table& table, const std::vector<sql::Identifier>& listed,
                       bool by_name, SourceSpan span, Catalog& catalog) {
  const Schema& schema = table.schema();
  const Parameters none;
  QueryBinder binder(catalog, none);
  std::vector<int64_t> from(schema.size(), -1);
  const size_t given = plan->schema.size();
  if (by_name) {
    for (size_t i = 0; i < given; ++i)
      from[column_place(table, plan->schema[i].name, span)] = static_cast<int64_t>(i);
  } else {
    const std::vector<size_t> places = listed_places(table, listed);
    if (given != places.size()) {
      Error error(ErrorCode::kBind, span, "{} {} for {} {} of {}", given,
                  given == 1 ? "value" : "values", places.size(),
                  places.size() == 1 ? "column" : "columns", table.name());
      if (listed.empty())
        throw std::move(error).hint("name the columns: INSERT INTO " + table.name() + " (…)");
      throw error;
    }
    for (size_t i = 0; i < given; ++i) from[places[i]] = static_cast<int64_t>(i);
  }
  std::vector<ExprRef> exprs;
  std::vector<std::string> names;
  for (size_t i = 0; i < schema.size(); ++i) {
    names.push_back(schema[i].name);
    if (from[i] < 0) {
      exprs.push_back(default_of(table, i, span, binder));
      continue;
    }
    const auto index = static_cast<uint32_t>(from[i]);
    exprs.push_back(
        assigned(ColumnExpr::create(index, plan->schema[index].type, plan->schema[index].name),
                 schema[i], span));
  }
  return checked(ProjectNode::create(std::move(plan), std::move(exprs), std::move(names)), table,
                 span, binder);
}

PlanRef bind_insert(const sql::Insert& insert, TableRef table, Catalog& catalog,
                    const Parameters& parameters) {
  if (insert.on_conflict.action != sql::ConflictAction::kFail) {
    throw Error(ErrorCode::kNotSupported, insert.span,
                "ON CONFLICT and OR REPLACE are not supported yet");
  }
  if (!insert.returning.empty()) {
    throw Error(ErrorCode::kNotSupported, insert.span, "RETURNING is not supported yet")
        .hint("SELECT the rows after they are inserted");
  }
  QueryBinder binder(catalog, parameters);
  PlanRef plan;
  if (!insert.query) {
    std::vector<ExprRef> defaults;
    std::vector<std::string> names;
    for (size_t i = 0; i < table->schema().size(); ++i) {
      defaults.push_back(default_of(*table, i, insert.span, binder));
      names.push_back(table->schema()[i].name);
    }
    plan = checked(
        ProjectNode::create(ValuesNode::single_row(), std::move(defaults), std::move(names)),
        *table, insert.span, binder);
    return WriteNode::to_table(std::move(plan), std::move(table));
  }
  CommonTables tables;
  for (const sql::CommonTable& definition : insert.with.tables) {
    auto entry = std::make_shared<CommonTableEntry>();
    entry->definition = &definition;
    entry->outer = tables;
    tables[folded(definition.name.text)] = std::move(entry);
  }
  sql::QueryRef query = insert.query;
  if (query->is<sql::Values>() && !insert.by_name) {
    const std::vector<size_t> places = listed_places(*table, insert.columns);
    query = with_defaults(query, *table, places);
    std::vector<TypeRef> types;
    for (size_t place : places) types.push_back(table->schema()[place].type);
    binder.set_value_types(std::move(types));
  }
  plan = rows_for_table(binder.bind(*query, tables), *table, insert.columns, insert.by_name,
                        query->span, catalog);
  return WriteNode::to_table(without_single_shares(plan), std::move(table));
}

}  // namespace doline

#include <algorithm>
#include <numeric>

#include "bind/query_binder.h"
#include "bind/table_rows.h"
#include "plan/plan_expressions.h"
#include "sql/parser.h"

namespace doline {

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

namespace {

/// The rows, of the table's columns, held to its rules.
PlanRef checked(PlanRef plan, const Table& table, SourceSpan span, QueryBinder& binder) {
  if (!table.rules()) return plan;
  std::vector<uint32_t> all(table.schema().size());
  std::iota(all.begin(), all.end(), 0);
  std::vector<ExprRef> exprs = held_to_rules(table, all, span, binder);
  return ProjectNode::create(std::move(plan), std::move(exprs), names_of(table.schema()));
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
    for (size_t i = 0; i < given; ++i) {
      int64_t& place = from[column_place(table, plan->schema[i].name, span)];
      if (place >= 0) {
        throw Error(ErrorCode::kBind, span, "two values are called \"{}\", and BY NAME takes one",
                    plan->schema[i].name);
      }
      place = static_cast<int64_t>(i);
    }
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
  QueryBinder binder(catalog, parameters);
  const auto inserted = [&](PlanRef rows) {
    if (insert.returning.empty()) return WriteNode::to_table(std::move(rows), table);
    const auto width = static_cast<uint32_t>(table->schema().size());
    Returned returned = bind_returning(insert.returning, *table, table->name(), binder);
    for (const ExprRef& expr : returned.exprs) {
      const std::vector<uint32_t> read = columns_of(expr);
      if (std::find(read.begin(), read.end(), width) == read.end()) continue;
      throw Error(ErrorCode::kColumnNotFound, insert.returning[0].expression->span,
                  "rows that are inserted have no rowid yet")
          .hint("a commit numbers them");
    }
    std::vector<ExprRef> exprs = output_columns(rows);
    std::vector<std::string> names = names_of(rows->schema);
    returned.append_to(exprs, names);
    const auto count = static_cast<uint32_t>(exprs.size()) - width;
    rows = ProjectNode::create(std::move(rows), std::move(exprs), std::move(names));
    return WriteNode::to_table(std::move(rows), table, WriteAction::kInsert, {}, count);
  };
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
    return inserted(std::move(plan));
  }
  const CommonTables tables = common_tables(insert.with);
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
  return inserted(without_single_shares(plan));
}

}  // namespace doline

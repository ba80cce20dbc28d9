// ALTER TABLE and ALTER VIEW: another state of the table, whose rows keep their places. What makes
// new values for all rows is an UPDATE of a column that was NULL until then.
#include <algorithm>
#include <numeric>

#include "bind/scope.h"
#include "bind/table_rows.h"
#include "engine/statements.h"
#include "sql/compare.h"
#include "sql/parser.h"
#include "sql/print.h"
#include "table/memory_table.h"

namespace doline {

namespace {

/// What DEFAULT, NOT NULL and the like of a column come to.
TableRules rules_of(const sql::ColumnDefinition& column, const Field& field, Catalog& catalog) {
  sql::CreateTable create;
  create.name = {column.name};
  create.columns = {column};
  TableRules rules = bind_rules(create, {field}, catalog);
  rules.columns.resize(1);
  return rules;
}

/// DEFAULT as rules keep it; Error(kTypeMismatch) where the column cannot take it.
std::string default_text(const sql::Identifier& column, const sql::ExpressionRef& value,
                         SourceSpan span, const Field& field, Catalog& catalog) {
  sql::ColumnDefinition definition;
  definition.name = column;
  sql::Constraint constraint;
  constraint.constraint = sql::ConstraintKind::kDefault;
  constraint.expression = value;
  constraint.span = span;
  definition.constraints.push_back(std::move(constraint));
  return rules_of(definition, field, catalog).columns[0].default_value;
}

Error taken(const Field& column, const Table& table, SourceSpan span) {
  return Error(ErrorCode::kAlreadyExists, span, "{} has a column \"{}\" already", table.name(),
               column.name);
}

}  // namespace

std::unique_ptr<Query> StatementRunner::alter(const sql::Alter& node) {
  const std::string& name = node.name.back().text;
  const NamesRef names = session_.names();
  if (find_view(*names, name)) {
    if (node.action != sql::AlterAction::kRename) {
      throw Error(ErrorCode::kBind, node.span, "\"{}\" is a view: ALTER only renames it", name)
          .hint("CREATE OR REPLACE VIEW says anew what it reads");
    }
    rename(node, {node.new_name.text, nullptr, *find_view(*names, name)});
    return nothing();
  }
  if (node.if_exists && !find_table(*names, name)) return nothing();
  const TableRef found = writable(node.name);
  const auto* table = dynamic_cast<const MemoryTable*>(found.get());
  if (!table) {
    throw Error(ErrorCode::kNotSupported, node.span, "{} cannot be altered", found->describe());
  }
  if (node.action == sql::AlterAction::kRename) {
    TableShape shape = table->shape();
    shape.name = node.new_name.text;
    rename(node, {node.new_name.text, table->reshaped(std::move(shape)), ""});
    return nothing();
  }
  if (TableRef altered = this->altered(node, *table))
    changes().put({table->name(), std::move(altered), ""}, Transaction::Replace::kAnything);
  return nothing();
}

void StatementRunner::rename(const sql::Alter& node, NamedThing thing) {
  const std::string name = thing.name;
  if (changes().rename(node.name.back().text, std::move(thing))) return;
  throw Error(ErrorCode::kAlreadyExists, node.new_name.span,
              "there is a table or view \"{}\" already", name);
}

TableRef StatementRunner::altered(const sql::Alter& node, const MemoryTable& table) {
  if (node.action == sql::AlterAction::kAddColumn) return with_column(node, table);
  if (node.action == sql::AlterAction::kSetSchema) {
    throw Error(ErrorCode::kNotSupported, node.span, "SET SCHEMA is not supported yet")
        .hint("all names are in main");
  }
  if (node.action == sql::AlterAction::kAddConstraint) {
    throw Error(ErrorCode::kNotSupported, node.span, "ADD CONSTRAINT is not supported yet")
        .hint("CREATE TABLE takes NOT NULL and CHECK; INSERT then brings the rows over");
  }
  if (node.column.size() > 1) {
    throw Error(ErrorCode::kNotSupported, node.column.front().span.to(node.column.back().span),
                "ALTER of a struct's fields is not supported yet")
        .hint("UPDATE with struct_update or struct_insert changes them");
  }
  TableShape shape = table.shape();
  const sql::Identifier& written = node.column.back();
  if (node.action == sql::AlterAction::kDropColumn && node.if_exists_inner &&
      std::none_of(shape.schema.begin(), shape.schema.end(),
                   [&](const Field& field) { return same_name(field.name, written.text); })) {
    return nullptr;
  }
  const size_t column = column_place(table, written.text, written.span);
  const auto at = static_cast<ptrdiff_t>(column);
  const auto require_no_check = [&](const char* what) {
    const std::vector<uint32_t> read = columns_of_checks(table, session_);
    if (std::find(read.begin(), read.end(), column) == read.end()) return;
    throw Error(ErrorCode::kNotSupported, written.span, "a CHECK of {} reads \"{}\": {}",
                table.name(), shape.schema[column].name, what);
  };
  switch (node.action) {
    case sql::AlterAction::kRenameColumn:
      for (size_t i = 0; i < shape.schema.size(); ++i) {
        if (i != column && same_name(shape.schema[i].name, node.new_name.text))
          throw taken(shape.schema[i], table, node.new_name.span);
      }
      require_no_check("it cannot be renamed");
      shape.schema[column].name = node.new_name.text;
      break;
    case sql::AlterAction::kDropColumn:
      require_no_check("it cannot be dropped");
      if (shape.schema.size() == 1) {
        throw Error(ErrorCode::kBind, written.span, "\"{}\" is the only column of {}", written.text,
                    table.name())
            .hint("DROP TABLE drops it with the table");
      }
      shape.schema.erase(shape.schema.begin() + at);
      shape.columns.erase(shape.columns.begin() + at);
      shape.rules.columns.erase(shape.rules.columns.begin() + at);
      break;
    case sql::AlterAction::kSetType:
      require_no_check("its type cannot be changed");
      return with_type(node, table, column);
    case sql::AlterAction::kSetDefault:
      shape.rules.columns[column].default_value = default_text(
          written, node.expression, node.expression->span, shape.schema[column], session_);
      break;
    case sql::AlterAction::kDropDefault:
      shape.rules.columns[column].default_value.clear();
      break;
    case sql::AlterAction::kSetNotNull: {
      const Prepared nulls = session_.prepare(fmt::format(
          "SELECT 1 FROM {} WHERE {} IS NULL LIMIT 1", sql::quote_identifier(table.name()),
          sql::quote_identifier(shape.schema[column].name)));
      const auto found = to_end(plan_of(*nulls.statement));
      if (const auto chunk = found->next(); chunk && !chunk->empty()) {
        throw Error(ErrorCode::kConstraint, written.span, "{}.{} holds NULL", table.name(),
                    shape.schema[column].name)
            .hint("UPDATE gives those rows a value, DELETE takes them out");
      }
      shape.rules.columns[column].not_null = true;
      break;
    }
    case sql::AlterAction::kDropNotNull:
      shape.rules.columns[column].not_null = false;
      break;
    case sql::AlterAction::kRename:
    case sql::AlterAction::kSetSchema:
    case sql::AlterAction::kAddColumn:
    case sql::AlterAction::kAddConstraint:
      UNREACHABLE();
  }
  return table.reshaped(std::move(shape));
}

/// `table` with values in a column that was NULL until now.
TableRef StatementRunner::filled(const TableRef& table, const std::string& column,
                                 sql::ExpressionRef value) {
  auto target = std::make_shared<sql::TableName>();
  target->name = {{table->name(), {}}};
  target->span = value->span;
  sql::Update update;
  update.table = target;
  update.span = value->span;
  update.assignments.push_back({{column, value->span}, std::move(value)});
  Filled outcome;
  to_end(bind_update(update, table, session_, parameters_), &outcome);
  return outcome.table;
}

TableRef StatementRunner::with_column(const sql::Alter& node, const MemoryTable& table) {
  const sql::ColumnDefinition& definition = node.definition;
  TableShape shape = table.shape();
  for (const Field& field : shape.schema) {
    if (!same_name(field.name, definition.name.text)) continue;
    if (node.if_exists_inner) return nullptr;
    throw taken(field, table, definition.name.span);
  }
  for (const sql::Constraint& constraint : definition.constraints) {
    if (constraint.constraint == sql::ConstraintKind::kCheck)
      throw Error(ErrorCode::kNotSupported, constraint.span,
                  "CHECK of a column that is added is not supported yet");
  }
  const Field field{definition.name.text, bind_type(*definition.type, session_)};
  const TableRules::Column rule = rules_of(definition, field, session_).columns[0];
  if (rule.not_null && rule.default_value.empty() && table.row_count() > 0) {
    throw Error(ErrorCode::kConstraint, definition.name.span,
                "\"{}\" is NOT NULL and has no DEFAULT for the rows that are there", field.name);
  }
  shape.schema.push_back(field);
  shape.rules.columns.push_back(rule);
  shape.columns.push_back(TableShape::kNew);
  TableRef altered = table.reshaped(std::move(shape));
  if (rule.default_value.empty()) return altered;
  auto value = std::make_shared<sql::Default>();
  value->span = definition.name.span;
  return filled(altered, field.name, std::move(value));
}

TableRef StatementRunner::with_type(const sql::Alter& node, const MemoryTable& table,
                                    size_t column) {
  TableShape shape = table.shape();
  const Field old = shape.schema[column];
  if (!node.type) {
    throw Error(ErrorCode::kNotSupported, node.span, "ALTER … TYPE USING wants a type")
        .hint("TYPE … USING …");
  }
  const Field field{old.name, bind_type(*node.type, session_)};
  const TableRules::Column& rule = shape.rules.columns[column];
  if (!rule.default_value.empty()) {
    try {
      default_text(node.column.back(), sql::parse_expression(rule.default_value),
                   node.column.back().span, field, session_);
    } catch (Error& error) {
      throw std::move(error).hint("it is the DEFAULT that does not fit: DROP DEFAULT first");
    }
  }
  std::string aside = old.name + " (new)";
  while (std::any_of(shape.schema.begin(), shape.schema.end(),
                     [&](const Field& other) { return same_name(other.name, aside); })) {
    aside += "_";
  }
  TableShape wider = shape;
  wider.schema.push_back({aside, field.type});
  wider.columns.push_back(TableShape::kNew);
  wider.rules.columns.push_back({"", rule.not_null});
  sql::ExpressionRef value = node.expression;
  if (!value) {
    auto itself = std::make_shared<sql::ColumnReference>();
    itself->names = {node.column.back()};
    itself->span = node.column.back().span;
    value = itself;
  }
  const TableRef filled = this->filled(table.reshaped(std::move(wider)), aside, value);
  shape.schema[column] = field;
  shape.columns[column] = static_cast<int64_t>(shape.schema.size());
  return static_cast<const MemoryTable&>(*filled).reshaped(std::move(shape));
}

}  // namespace doline

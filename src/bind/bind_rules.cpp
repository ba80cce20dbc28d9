#include <algorithm>

#include "bind/query_binder.h"
#include "kernel/cast.h"
#include "sql/print.h"

namespace doline {

namespace {

const char* name_of(sql::ConstraintKind kind) {
  switch (kind) {
    case sql::ConstraintKind::kNotNull:
      return "NOT NULL";
    case sql::ConstraintKind::kNull:
      return "NULL";
    case sql::ConstraintKind::kPrimaryKey:
      return "PRIMARY KEY";
    case sql::ConstraintKind::kUnique:
      return "UNIQUE";
    case sql::ConstraintKind::kCheck:
      return "CHECK";
    case sql::ConstraintKind::kDefault:
      return "DEFAULT";
    case sql::ConstraintKind::kGenerated:
      return "GENERATED ALWAYS AS";
    case sql::ConstraintKind::kForeignKey:
      return "REFERENCES";
  }
  UNREACHABLE();
}

[[noreturn]] void not_supported(const sql::Constraint& constraint) {
  Error error(ErrorCode::kNotSupported, constraint.span, "{} is not supported yet",
              name_of(constraint.constraint));
  switch (constraint.constraint) {
    case sql::ConstraintKind::kPrimaryKey:
      throw std::move(error).hint("NOT NULL, CHECK and DEFAULT are");
    case sql::ConstraintKind::kGenerated:
      throw std::move(error).hint("compute the column in a view");
    case sql::ConstraintKind::kUnique:
    case sql::ConstraintKind::kForeignKey:
      throw std::move(error).hint("SELECT DISTINCT or a join checks it when it matters");
    case sql::ConstraintKind::kNotNull:
    case sql::ConstraintKind::kNull:
    case sql::ConstraintKind::kCheck:
    case sql::ConstraintKind::kDefault:
      break;
  }
  throw error;
}

}  // namespace

TableRules bind_rules(const sql::CreateTable& create, const Schema& schema, Catalog& catalog) {
  TableRules rules;
  bool any = false;
  rules.columns.resize(schema.size());
  const Parameters none;
  QueryBinder binder(catalog, none);
  const Scope scope = Scope::of(schema, create.name.back().text);
  const auto check = [&](const sql::Constraint& constraint) {
    ExprContext context;
    context.scope = &scope;
    context.clause = "CHECK";
    binder.condition(*constraint.expression, context);
    rules.checks.push_back({sql::to_sql(*constraint.expression), constraint.name.text});
    any = true;
  };
  for (size_t i = 0; i < create.columns.size() && i < schema.size(); ++i) {
    for (const sql::Constraint& constraint : create.columns[i].constraints) {
      switch (constraint.constraint) {
        case sql::ConstraintKind::kNull:
          break;
        case sql::ConstraintKind::kNotNull:
          rules.columns[i].not_null = any = true;
          break;
        case sql::ConstraintKind::kCheck:
          check(constraint);
          break;
        case sql::ConstraintKind::kDefault: {
          ExprContext context;
          context.clause = "DEFAULT";
          const ExprRef value = binder.expression(*constraint.expression, context);
          if (!can_cast(value->type, schema[i].type)) {
            throw Error(ErrorCode::kTypeMismatch, constraint.span,
                        "column \"{}\" is {} and cannot take {}", schema[i].name,
                        schema[i].type->name(), value->type->name());
          }
          rules.columns[i].default_value = sql::to_sql(*constraint.expression);
          any = true;
          break;
        }
        case sql::ConstraintKind::kPrimaryKey:
        case sql::ConstraintKind::kUnique:
        case sql::ConstraintKind::kGenerated:
        case sql::ConstraintKind::kForeignKey:
          not_supported(constraint);
      }
    }
  }
  for (const sql::Constraint& constraint : create.constraints) {
    if (constraint.constraint != sql::ConstraintKind::kCheck) not_supported(constraint);
    check(constraint);
  }
  return any ? std::move(rules) : TableRules{};
}

}  // namespace doline

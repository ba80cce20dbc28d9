#include "base/assert.h"
#include "sql/printer.h"
#include "sql/visit.h"

namespace doline::sql {

namespace {

std::string_view words_of(ObjectKind object) {
  switch (object) {
    case ObjectKind::kTable:
      return "TABLE ";
    case ObjectKind::kView:
      return "VIEW ";
    case ObjectKind::kMaterializedView:
      return "MATERIALIZED VIEW ";
    case ObjectKind::kSchema:
      return "SCHEMA ";
    case ObjectKind::kType:
      return "TYPE ";
    case ObjectKind::kMacro:
      return "MACRO ";
    case ObjectKind::kTableMacro:
      return "MACRO TABLE ";
  }
  UNREACHABLE();
}

std::string_view words_of(SettingScope scope) {
  switch (scope) {
    case SettingScope::kDefault:
      return "";
    case SettingScope::kLocal:
      return "LOCAL ";
    case SettingScope::kSession:
      return "SESSION ";
    case SettingScope::kGlobal:
      return "GLOBAL ";
    case SettingScope::kVariable:
      return "VARIABLE ";
  }
  UNREACHABLE();
}

}  // namespace

std::string to_sql(const Statement& statement) {
  Printer printer;
  printer.statement(statement);
  return printer.take();
}

void Printer::statement(const Statement& node) {
  visit(node, [&](const auto& exact) { write(exact); });
}

void Printer::write(const SelectStatement& node) { query(*node.query); }

void Printer::put_create(IfTaken if_taken, bool temporary, std::string_view what,
                         const QualifiedName& name) {
  put("CREATE ");
  if (if_taken == IfTaken::kReplace) put("OR REPLACE ");
  if (temporary) put("TEMPORARY ");
  put(what);
  if (if_taken == IfTaken::kKeep) put("IF NOT EXISTS ");
  put_names(name);
}

void Printer::put_constraint(const Constraint& constraint) {
  if (!constraint.name.empty()) {
    put("CONSTRAINT ");
    put_name(constraint.name);
    put(" ");
  }
  const auto columns = [&](std::string_view words) {
    put(words);
    if (constraint.columns.empty()) return;
    put(" ");
    put_name_list(constraint.columns);
  };
  const auto in_parentheses = [&](std::string_view words) {
    put(words);
    if (constraint.expression != nullptr) expression(*constraint.expression);
    put(")");
  };
  switch (constraint.constraint) {
    case ConstraintKind::kNotNull:
      return put("NOT NULL");
    case ConstraintKind::kNull:
      return put("NULL");
    case ConstraintKind::kPrimaryKey:
      return columns("PRIMARY KEY");
    case ConstraintKind::kUnique:
      return columns("UNIQUE");
    case ConstraintKind::kCheck:
      return in_parentheses("CHECK (");
    case ConstraintKind::kDefault:
      put("DEFAULT ");
      if (constraint.expression != nullptr) expression(*constraint.expression);
      return;
    case ConstraintKind::kGenerated:
      return in_parentheses("GENERATED ALWAYS AS (");
    case ConstraintKind::kForeignKey:
      if (!constraint.columns.empty()) {
        columns("FOREIGN KEY");
        put(" ");
      }
      put("REFERENCES ");
      put_names(constraint.references);
      if (!constraint.referenced_columns.empty()) put_name_list(constraint.referenced_columns);
      return;
  }
}

void Printer::put_column(const ColumnDefinition& column) {
  put_name(column.name);
  if (column.type != nullptr) {
    put(" ");
    type(*column.type);
  }
  if (!column.collation.empty()) {
    put(" COLLATE ");
    put_names(column.collation);
  }
  for (const Constraint& constraint : column.constraints) {
    put(" ");
    put_constraint(constraint);
  }
}

void Printer::write(const CreateTable& node) {
  put_create(node.if_taken, node.temporary, "TABLE ", node.name);
  if (!node.columns.empty()) {
    put("(");
    join(node.columns, ", ", [&](const ColumnDefinition& column) { put_column(column); });
    for (const Constraint& constraint : node.constraints) {
      put(", ");
      put_constraint(constraint);
    }
    put(")");
  }
  if (node.query == nullptr) return;
  put(" AS ");
  query(*node.query);
  if (node.with_no_data) put(" WITH NO DATA");
}

void Printer::write(const CreateView& node) {
  put_create(node.if_taken, node.temporary, node.materialized ? "MATERIALIZED VIEW " : "VIEW ",
             node.name);
  if (!node.columns.empty()) put_name_list(node.columns);
  put(" AS ");
  query(*node.query);
}

void Printer::write(const CreateType& node) {
  put_create(node.if_taken, node.temporary, "TYPE ", node.name);
  put(" AS ");
  if (node.type != nullptr) type(*node.type);
  if (node.labels != nullptr) {
    put("ENUM (");
    query(*node.labels);
    put(")");
  }
}

void Printer::write(const CreateMacro& node) {
  put_create(node.if_taken, node.temporary, "MACRO ", node.name);
  join(node.overloads, ", ", [&](const MacroOverload& overload) {
    put("(");
    join(overload.parameters, ", ", [&](const MacroParameter& parameter) {
      put_name(parameter.name);
      if (parameter.type != nullptr) {
        put(" ");
        type(*parameter.type);
      }
      if (parameter.default_value != nullptr) {
        put(" := ");
        expression(*parameter.default_value);
      }
    });
    put(") AS ");
    if (overload.body != nullptr) expression(*overload.body);
    if (overload.query != nullptr) {
      put("TABLE (");
      query(*overload.query);
      put(")");
    }
  });
}

void Printer::write(const CreateSchema& node) {
  put_create(node.if_taken, false, "SCHEMA ", node.name);
}

void Printer::put_assignments(const std::vector<Assignment>& assignments) {
  join(assignments, ", ", [&](const Assignment& assignment) {
    put_name(assignment.column);
    put(" = ");
    expression(*assignment.value);
  });
}

void Printer::put_returning(const std::vector<NamedExpression>& items) {
  if (items.empty()) return;
  put(" RETURNING ");
  put_named_list(items);
}

void Printer::write(const Insert& node) {
  put_with(node.with);
  const OnConflict& conflict = node.on_conflict;
  put(conflict.action == ConflictAction::kReplace ? "INSERT OR REPLACE INTO " : "INSERT INTO ");
  put_names(node.table);
  if (!node.alias.empty()) {
    put(" AS ");
    put_name(node.alias);
  }
  if (!node.columns.empty()) {
    put(" ");
    put_name_list(node.columns);
  }
  put(node.by_name ? " BY NAME " : " ");
  if (node.query == nullptr) {
    put("DEFAULT VALUES");
  } else {
    query(*node.query);
  }
  if (conflict.action == ConflictAction::kNothing || conflict.action == ConflictAction::kUpdate) {
    put(" ON CONFLICT ");
    if (!conflict.columns.empty()) {
      put_name_list(conflict.columns);
      put(" ");
    }
    put(conflict.action == ConflictAction::kNothing ? "DO NOTHING" : "DO UPDATE SET ");
    put_assignments(conflict.assignments);
    if (conflict.condition != nullptr) {
      put(" WHERE ");
      expression(*conflict.condition);
    }
  }
  put_returning(node.returning);
}

void Printer::write(const Update& node) {
  put_with(node.with);
  put("UPDATE ");
  relation(*node.table);
  put(" SET ");
  put_assignments(node.assignments);
  if (node.from != nullptr) {
    put(" FROM ");
    relation(*node.from);
  }
  if (node.where != nullptr) {
    put(" WHERE ");
    expression(*node.where);
  }
  put_returning(node.returning);
}

void Printer::write(const Delete& node) {
  put_with(node.with);
  put("DELETE FROM ");
  relation(*node.table);
  if (node.using_relation != nullptr) {
    put(" USING ");
    relation(*node.using_relation);
  }
  if (node.where != nullptr) {
    put(" WHERE ");
    expression(*node.where);
  }
  put_returning(node.returning);
}

void Printer::write(const Drop& node) {
  put("DROP ");
  put(words_of(node.object));
  if (node.if_exists) put("IF EXISTS ");
  put_names(node.name);
  if (node.cascade) put(" CASCADE");
}

void Printer::write(const Alter& node) {
  put("ALTER ");
  put(words_of(node.object));
  if (node.if_exists) put("IF EXISTS ");
  put_names(node.name);
  const auto on_column = [&](std::string_view words) {
    put(" ALTER COLUMN ");
    put_names(node.column);
    put(words);
  };
  switch (node.action) {
    case AlterAction::kRename:
      put(" RENAME TO ");
      return put_name(node.new_name);
    case AlterAction::kSetSchema:
      put(" SET SCHEMA ");
      return put_name(node.new_name);
    case AlterAction::kRenameColumn:
      put(" RENAME COLUMN ");
      put_names(node.column);
      put(" TO ");
      return put_name(node.new_name);
    case AlterAction::kAddColumn:
      put(node.if_exists_inner ? " ADD COLUMN IF NOT EXISTS " : " ADD COLUMN ");
      return put_column(node.definition);
    case AlterAction::kDropColumn:
      put(node.if_exists_inner ? " DROP COLUMN IF EXISTS " : " DROP COLUMN ");
      put_names(node.column);
      if (node.cascade) put(" CASCADE");
      return;
    case AlterAction::kSetType:
      on_column(" TYPE");
      if (node.type != nullptr) {
        put(" ");
        type(*node.type);
      }
      if (node.expression != nullptr) {
        put(" USING ");
        expression(*node.expression);
      }
      return;
    case AlterAction::kSetDefault:
      on_column(" SET DEFAULT ");
      if (node.expression != nullptr) expression(*node.expression);
      return;
    case AlterAction::kDropDefault:
      return on_column(" DROP DEFAULT");
    case AlterAction::kSetNotNull:
      return on_column(" SET NOT NULL");
    case AlterAction::kDropNotNull:
      return on_column(" DROP NOT NULL");
    case AlterAction::kAddConstraint:
      put(" ADD ");
      for (const Constraint& constraint : node.definition.constraints) put_constraint(constraint);
      return;
  }
}

void Printer::put_options(const std::vector<Option>& options) {
  if (options.empty()) return;
  put(" (");
  join(options, ", ", [&](const Option& option) {
    put_name(option.name);
    if (option.values.empty()) return;
    put(option.values.size() > 1 ? " (" : " ");
    put_expressions(option.values);
    if (option.values.size() > 1) put(")");
  });
  put(")");
}

void Printer::write(const Copy& node) {
  put("COPY ");
  if (node.query != nullptr) {
    put("(");
    query(*node.query);
    put(")");
  } else {
    put_names(node.table);
    if (!node.columns.empty()) {
      put(" ");
      put_name_list(node.columns);
    }
  }
  put(node.is_from ? " FROM " : " TO ");
  const bool parenthesised = !node.path->is<Literal>();
  if (parenthesised) put("(");
  expression(*node.path);
  if (parenthesised) put(")");
  put_options(node.options);
}

void Printer::write(const Set& node) {
  put(node.values.empty() ? "RESET " : "SET ");
  put(words_of(node.scope));
  put_name(node.name);
  if (node.values.empty()) return;
  put(" = ");
  put_expressions(node.values);
}

void Printer::write(const Pragma& node) {
  put("PRAGMA ");
  put_name(node.name);
  if (node.arguments.empty()) return;
  put("(");
  put_arguments(node.arguments);
  put(")");
}

void Printer::write(const Explain& node) {
  put(node.analyze ? "EXPLAIN ANALYZE" : "EXPLAIN");
  put_options(node.options);
  put(" ");
  statement(*node.statement);
}

void Printer::write(const Prepare& node) {
  put("PREPARE ");
  put_name(node.name);
  if (!node.types.empty()) {
    put("(");
    join(node.types, ", ", [&](const TypeNameRef& parameter) { type(*parameter); });
    put(")");
  }
  put(" AS ");
  statement(*node.statement);
}

void Printer::write(const Execute& node) {
  put("EXECUTE ");
  put_name(node.name);
  if (node.arguments.empty()) return;
  put("(");
  put_arguments(node.arguments);
  put(")");
}

void Printer::write(const Deallocate& node) {
  put("DEALLOCATE ");
  if (node.name.empty()) {
    put("ALL");
  } else {
    put_name(node.name);
  }
}

void Printer::write(const Transaction& node) {
  switch (node.action) {
    case TransactionAction::kBegin:
      return put("BEGIN TRANSACTION");
    case TransactionAction::kBeginReadOnly:
      return put("BEGIN TRANSACTION READ ONLY");
    case TransactionAction::kCommit:
      return put("COMMIT");
    case TransactionAction::kRollback:
      return put("ROLLBACK");
  }
}

void Printer::write(const Use& node) {
  put("USE ");
  put_names(node.name);
}

void Printer::write(const Attach& node) {
  put(node.if_taken == IfTaken::kReplace ? "ATTACH OR REPLACE "
      : node.if_taken == IfTaken::kKeep  ? "ATTACH IF NOT EXISTS "
                                         : "ATTACH ");
  expression(*node.path);
  if (!node.name.empty()) {
    put(" AS ");
    put_name(node.name);
  }
  put_options(node.options);
}

void Printer::write(const Detach& node) {
  put(node.if_exists ? "DETACH DATABASE IF EXISTS " : "DETACH ");
  put_name(node.name);
}

void Printer::write(const Maintain& node) {
  switch (node.action) {
    case MaintainAction::kVacuum:
      put("VACUUM");
      break;
    case MaintainAction::kAnalyze:
      put("ANALYZE");
      break;
    case MaintainAction::kVacuumAnalyze:
      put("VACUUM ANALYZE");
      break;
    case MaintainAction::kCheckpoint:
      put("CHECKPOINT");
      break;
    case MaintainAction::kForceCheckpoint:
      put("FORCE CHECKPOINT");
      break;
  }
  if (node.name.empty()) return;
  put(" ");
  put_names(node.name);
  if (!node.columns.empty()) put_name_list(node.columns);
}

}  // namespace doline::sql

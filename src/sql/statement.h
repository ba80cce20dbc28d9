#pragma once

#include "sql/query.h"
#include "sql/type_name.h"

namespace doline::sql {

// X(tag, struct): the tag is the byte form's and never changes.
#define DOLINE_SQL_STATEMENTS(X) \
  X(1, SelectStatement)          \
  X(2, CreateTable)              \
  X(3, CreateView)               \
  X(4, CreateType)               \
  X(5, CreateMacro)              \
  X(6, CreateSchema)             \
  X(7, Insert)                   \
  X(8, Update)                   \
  X(9, Delete)                   \
  X(10, Drop)                    \
  X(11, Alter)                   \
  X(12, Copy)                    \
  X(13, Set)                     \
  X(14, Pragma)                  \
  X(15, Explain)                 \
  X(16, Prepare)                 \
  X(17, Execute)                 \
  X(18, Deallocate)              \
  X(19, Transaction)             \
  X(20, Use)                     \
  X(21, Attach)                  \
  X(22, Detach)                  \
  X(23, Maintain)

enum class StatementKind : uint8_t {
#define X(tag, name) k##name = tag,
  DOLINE_SQL_STATEMENTS(X)
#undef X
};

struct Statement : Node<StatementKind> {
 protected:
  using Node::Node;
};

template <StatementKind kThisKind>
struct StatementOf : Statement {
  static constexpr StatementKind kKind = kThisKind;
  StatementOf() : Statement(kKind) {}
};

/// Any query, also VALUES, DESCRIBE, SHOW, SUMMARIZE, PIVOT, and CALL f() as SELECT * FROM f().
struct SelectStatement final : StatementOf<StatementKind::kSelectStatement> {
  QueryRef query;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "query", self.query);
  }
};

/// What CREATE does when the name is taken: fail, keep the old one (IF NOT EXISTS), take its place.
enum class IfTaken : uint8_t { kFail, kKeep, kReplace };
constexpr IfTaken last_of(IfTaken) { return IfTaken::kReplace; }

enum class ConstraintKind : uint8_t {
  kNotNull,
  kNull,  // NULL allowed, said aloud
  kPrimaryKey,
  kUnique,
  kCheck,       // expression
  kDefault,     // expression
  kGenerated,   // expression
  kForeignKey,  // references (referenced_columns)
};
constexpr ConstraintKind last_of(ConstraintKind) { return ConstraintKind::kForeignKey; }

struct Constraint {
  ConstraintKind constraint = ConstraintKind::kNotNull;
  Identifier name;
  ExpressionRef expression;
  std::vector<Identifier> columns;  // of a table's constraint; a column's has none
  std::vector<Identifier> references;
  std::vector<Identifier> referenced_columns;
  SourceSpan span;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "constraint", self.constraint);
    v(2, "name", self.name);
    v.optional(3, "expression", self.expression);
    v(4, "columns", self.columns);
    v(5, "references", self.references);
    v(6, "referenced_columns", self.referenced_columns);
    v(7, "span", self.span);
  }
};

struct ColumnDefinition {
  Identifier name;
  TypeNameRef type;  // null where CREATE TABLE t(a, b) AS … names columns, or with kGenerated
  std::vector<Identifier> collation;
  std::vector<Constraint> constraints;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "name", self.name);
    v.optional(2, "type", self.type);
    v(3, "collation", self.collation);
    v(4, "constraints", self.constraints);
  }
};

struct CreateTable final : StatementOf<StatementKind::kCreateTable> {
  QualifiedName name;
  IfTaken if_taken = IfTaken::kFail;
  bool temporary = false;
  std::vector<ColumnDefinition> columns;
  std::vector<Constraint> constraints;
  QueryRef query;             // AS
  bool with_no_data = false;  // AS … WITH NO DATA: the columns only

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "name", self.name);
    v(2, "if_taken", self.if_taken);
    v(3, "temporary", self.temporary);
    v(4, "columns", self.columns);
    v(5, "constraints", self.constraints);
    v.optional(6, "query", self.query);
    v(7, "with_no_data", self.with_no_data);
  }
};

struct CreateView final : StatementOf<StatementKind::kCreateView> {
  QualifiedName name;
  IfTaken if_taken = IfTaken::kFail;
  bool temporary = false;
  bool materialized = false;
  std::vector<Identifier> columns;
  QueryRef query;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "name", self.name);
    v(2, "if_taken", self.if_taken);
    v(3, "temporary", self.temporary);
    v(4, "materialized", self.materialized);
    v(5, "columns", self.columns);
    v(6, "query", self.query);
  }
};

/// CREATE TYPE name AS type, or AS ENUM (SELECT …) with the labels from a query.
struct CreateType final : StatementOf<StatementKind::kCreateType> {
  QualifiedName name;
  IfTaken if_taken = IfTaken::kFail;
  bool temporary = false;
  TypeNameRef type;
  QueryRef labels;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "name", self.name);
    v(2, "if_taken", self.if_taken);
    v(3, "temporary", self.temporary);
    v.optional(4, "type", self.type);
    v.optional(5, "labels", self.labels);
  }
};

struct MacroParameter {
  Identifier name;
  TypeNameRef type;
  ExpressionRef default_value;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "name", self.name);
    v.optional(2, "type", self.type);
    v.optional(3, "default_value", self.default_value);
  }
};

/// One of `body` and `query` is set; all overloads of a macro have the same.
struct MacroOverload {
  std::vector<MacroParameter> parameters;
  ExpressionRef body;
  QueryRef query;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "parameters", self.parameters);
    v.optional(2, "body", self.body);
    v.optional(3, "query", self.query);
  }
};

/// CREATE MACRO (or FUNCTION) f(a, b := 1) AS a + b, or AS TABLE SELECT ….
struct CreateMacro final : StatementOf<StatementKind::kCreateMacro> {
  QualifiedName name;
  IfTaken if_taken = IfTaken::kFail;
  bool temporary = false;
  std::vector<MacroOverload> overloads;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "name", self.name);
    v(2, "if_taken", self.if_taken);
    v(3, "temporary", self.temporary);
    v.some(4, "overloads", self.overloads);
  }
};

struct CreateSchema final : StatementOf<StatementKind::kCreateSchema> {
  QualifiedName name;
  IfTaken if_taken = IfTaken::kFail;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "name", self.name);
    v(2, "if_taken", self.if_taken);
  }
};

struct Assignment {
  Identifier column;
  ExpressionRef value;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "column", self.column);
    v(2, "value", self.value);
  }
};

enum class ConflictAction : uint8_t {
  kFail,
  kReplace,  // INSERT OR REPLACE
  kNothing,  // INSERT OR IGNORE, ON CONFLICT DO NOTHING
  kUpdate,   // ON CONFLICT DO UPDATE SET assignments WHERE condition
};
constexpr ConflictAction last_of(ConflictAction) { return ConflictAction::kUpdate; }

struct OnConflict {
  ConflictAction action = ConflictAction::kFail;
  std::vector<Identifier> columns;
  std::vector<Assignment> assignments;
  ExpressionRef condition;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "action", self.action);
    v(2, "columns", self.columns);
    v(3, "assignments", self.assignments);
    v.optional(4, "condition", self.condition);
  }
};

struct Insert final : StatementOf<StatementKind::kInsert> {
  With with;
  QualifiedName table;
  Identifier alias;
  std::vector<Identifier> columns;
  bool by_name = false;
  QueryRef query;  // null: DEFAULT VALUES
  OnConflict on_conflict;
  std::vector<NamedExpression> returning;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "with", self.with);
    v.some(2, "table", self.table);
    v(3, "alias", self.alias);
    v(4, "columns", self.columns);
    v(5, "by_name", self.by_name);
    v.optional(6, "query", self.query);
    v(7, "on_conflict", self.on_conflict);
    v(8, "returning", self.returning);
  }
};

struct Update final : StatementOf<StatementKind::kUpdate> {
  With with;
  RelationRef table;
  std::vector<Assignment> assignments;
  RelationRef from;
  ExpressionRef where;
  std::vector<NamedExpression> returning;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "with", self.with);
    v(2, "table", self.table);
    v.some(3, "assignments", self.assignments);
    v.optional(4, "from", self.from);
    v.optional(5, "where", self.where);
    v(6, "returning", self.returning);
  }
};

/// DELETE, and TRUNCATE as DELETE without a condition.
struct Delete final : StatementOf<StatementKind::kDelete> {
  With with;
  RelationRef table;
  RelationRef using_relation;
  ExpressionRef where;
  std::vector<NamedExpression> returning;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "with", self.with);
    v(2, "table", self.table);
    v.optional(3, "using_relation", self.using_relation);
    v.optional(4, "where", self.where);
    v(5, "returning", self.returning);
  }
};

enum class ObjectKind : uint8_t {
  kTable,
  kView,
  kMaterializedView,
  kSchema,
  kType,
  kMacro,
  kTableMacro
};
constexpr ObjectKind last_of(ObjectKind) { return ObjectKind::kTableMacro; }

struct Drop final : StatementOf<StatementKind::kDrop> {
  ObjectKind object = ObjectKind::kTable;
  QualifiedName name;
  bool if_exists = false;
  bool cascade = false;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "object", self.object);
    v.some(2, "name", self.name);
    v(3, "if_exists", self.if_exists);
    v(4, "cascade", self.cascade);
  }
};

enum class AlterAction : uint8_t {
  kRename,         // to new_name
  kSetSchema,      // to new_name
  kRenameColumn,   // column to new_name
  kAddColumn,      // definition; `if_exists_inner`: IF NOT EXISTS
  kDropColumn,     // column; `if_exists_inner`: IF EXISTS
  kSetType,        // column to type, optionally USING expression
  kSetDefault,     // column to expression
  kDropDefault,    // column
  kSetNotNull,     // column
  kDropNotNull,    // column
  kAddConstraint,  // definition.constraints[0]
};
constexpr AlterAction last_of(AlterAction) { return AlterAction::kAddConstraint; }

/// ALTER TABLE and ALTER VIEW.
struct Alter final : StatementOf<StatementKind::kAlter> {
  ObjectKind object = ObjectKind::kTable;
  QualifiedName name;
  bool if_exists = false;
  AlterAction action = AlterAction::kRename;
  QualifiedName column;  // more parts than one: a field of a struct
  Identifier new_name;
  TypeNameRef type;
  ExpressionRef expression;
  ColumnDefinition definition;
  bool if_exists_inner = false;
  bool cascade = false;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "object", self.object);
    v.some(2, "name", self.name);
    v(3, "if_exists", self.if_exists);
    v(4, "action", self.action);
    v(5, "column", self.column);
    v(6, "new_name", self.new_name);
    v.optional(7, "type", self.type);
    v.optional(8, "expression", self.expression);
    // An unused definition has no name; a name that is missing is for the binder to refuse.
    v(9, "definition_name", self.definition.name);
    v.optional(10, "definition_type", self.definition.type);
    v(11, "definition_collation", self.definition.collation);
    v(12, "definition_constraints", self.definition.constraints);
    v(13, "if_exists_inner", self.if_exists_inner);
    v(14, "cascade", self.cascade);
  }
};

/// `HEADER`, `DELIMITER ','`, `PARTITION_BY (a, b)`: a bare word as a value is a ColumnReference.
struct Option {
  Identifier name;
  std::vector<ExpressionRef> values;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "name", self.name);
    v(2, "values", self.values);
  }
};

/// COPY table (columns) TO|FROM path (options); COPY (query) TO path (options).
struct Copy final : StatementOf<StatementKind::kCopy> {
  std::vector<Identifier> table;  // empty: query
  std::vector<Identifier> columns;
  QueryRef query;
  bool is_from = false;
  ExpressionRef path;  // a string, or an expression in parentheses
  std::vector<Option> options;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "table", self.table);
    v(2, "columns", self.columns);
    v.optional(3, "query", self.query);
    v(4, "is_from", self.is_from);
    v(5, "path", self.path);
    v(6, "options", self.options);
  }
};

enum class SettingScope : uint8_t { kDefault, kLocal, kSession, kGlobal, kVariable };
constexpr SettingScope last_of(SettingScope) { return SettingScope::kVariable; }

/// SET name = value, PRAGMA name = value, and RESET name (no value). A bare word as a value is a
/// ColumnReference. SET VARIABLE keeps a value for getvariable().
struct Set final : StatementOf<StatementKind::kSet> {
  SettingScope scope = SettingScope::kDefault;
  Identifier name;
  std::vector<ExpressionRef> values;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "scope", self.scope);
    v.some(2, "name", self.name);
    v(3, "values", self.values);
  }
};

/// PRAGMA name, PRAGMA name(arguments).
struct Pragma final : StatementOf<StatementKind::kPragma> {
  Identifier name;
  std::vector<Argument> arguments;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "name", self.name);
    v(2, "arguments", self.arguments);
  }
};

struct Explain final : StatementOf<StatementKind::kExplain> {
  bool analyze = false;
  std::vector<Option> options;
  StatementRef statement;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "analyze", self.analyze);
    v(2, "options", self.options);
    v(3, "statement", self.statement);
  }
};

struct Prepare final : StatementOf<StatementKind::kPrepare> {
  Identifier name;
  std::vector<TypeNameRef> types;
  StatementRef statement;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "name", self.name);
    v(2, "types", self.types);
    v(3, "statement", self.statement);
  }
};

struct Execute final : StatementOf<StatementKind::kExecute> {
  Identifier name;
  std::vector<Argument> arguments;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "name", self.name);
    v(2, "arguments", self.arguments);
  }
};

/// An empty name means all.
struct Deallocate final : StatementOf<StatementKind::kDeallocate> {
  Identifier name;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "name", self.name);
  }
};

enum class TransactionAction : uint8_t { kBegin, kBeginReadOnly, kCommit, kRollback };
constexpr TransactionAction last_of(TransactionAction) { return TransactionAction::kRollback; }

struct Transaction final : StatementOf<StatementKind::kTransaction> {
  TransactionAction action = TransactionAction::kBegin;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "action", self.action);
  }
};

struct Use final : StatementOf<StatementKind::kUse> {
  QualifiedName name;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "name", self.name);
  }
};

struct Attach final : StatementOf<StatementKind::kAttach> {
  ExpressionRef path;
  Identifier name;
  IfTaken if_taken = IfTaken::kFail;
  std::vector<Option> options;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "path", self.path);
    v(2, "name", self.name);
    v(3, "if_taken", self.if_taken);
    v(4, "options", self.options);
  }
};

struct Detach final : StatementOf<StatementKind::kDetach> {
  Identifier name;
  bool if_exists = false;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "name", self.name);
    v(2, "if_exists", self.if_exists);
  }
};

enum class MaintainAction : uint8_t {
  kVacuum,
  kAnalyze,
  kVacuumAnalyze,
  kCheckpoint,
  kForceCheckpoint
};
constexpr MaintainAction last_of(MaintainAction) { return MaintainAction::kForceCheckpoint; }

/// VACUUM and ANALYZE of a table (all tables if no name), CHECKPOINT of a database.
struct Maintain final : StatementOf<StatementKind::kMaintain> {
  MaintainAction action = MaintainAction::kVacuum;
  std::vector<Identifier> name;
  std::vector<Identifier> columns;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "action", self.action);
    v(2, "name", self.name);
    v(3, "columns", self.columns);
  }
};

}  // namespace doline::sql

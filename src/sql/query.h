#pragma once

#include "sql/expression.h"

namespace doline::sql {

// X(tag, struct): the tag is the byte form's and never changes.
#define DOLINE_SQL_RELATIONS(X) \
  X(1, TableName)               \
  X(2, TableFunction)           \
  X(3, SubqueryRelation)        \
  X(4, Join)                    \
  X(5, Pivot)                   \
  X(6, Unpivot)

#define DOLINE_SQL_QUERIES(X) \
  X(1, Select)                \
  X(2, SetOperation)          \
  X(3, Values)                \
  X(4, Describe)

enum class RelationKind : uint8_t {
#define X(tag, name) k##name = tag,
  DOLINE_SQL_RELATIONS(X)
#undef X
};

enum class QueryKind : uint8_t {
#define X(tag, name) k##name = tag,
  DOLINE_SQL_QUERIES(X)
#undef X
};

/// TABLESAMPLE and USING SAMPLE.
struct Sample {
  ExpressionRef amount;
  bool percent = false;  // else rows
  Identifier method;     // reservoir, bernoulli, system; empty: the binder's choice
  ExpressionRef seed;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "amount", self.amount);
    v(2, "percent", self.percent);
    v(3, "method", self.method);
    v.optional(4, "seed", self.seed);
  }
};

/// Something FROM can name. Field numbers from 20 are these common fields'.
struct Relation : Node<RelationKind> {
  Identifier alias;
  std::vector<Identifier> column_aliases;
  SampleRef sample;

  template <class Self, class V>
  static void common_fields(Self& self, V& v) {
    v(20, "alias", self.alias);
    v(21, "column_aliases", self.column_aliases);
    v.optional(22, "sample", self.sample);
  }

 protected:
  using Node::Node;
};

template <RelationKind kThisKind>
struct RelationOf : Relation {
  static constexpr RelationKind kKind = kThisKind;
  RelationOf() : Relation(kKind) {}
};

/// `name`, `schema.name`, `catalog.schema.name`, or a path or URL in quotes of either sort.
struct TableName final : RelationOf<RelationKind::kTableName> {
  QualifiedName name;
  bool is_string = false;  // written as 'text': a path, one part
  Identifier at_unit;      // AT (VERSION => 3): version or timestamp
  ExpressionRef at;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "name", self.name);
    v(2, "is_string", self.is_string);
    v(3, "at_unit", self.at_unit);
    v.optional(4, "at", self.at);
    common_fields(self, v);
  }
};

/// `range(5)`, `read_csv('a.csv', header = true)`: named arguments stand as such in the call, with
/// whichever of `=`, `:=` and `=>` they were written.
struct TableFunction final : RelationOf<RelationKind::kTableFunction> {
  ExpressionRef call;  // a FunctionCall
  bool with_ordinality = false;
  bool lateral = false;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "call", self.call);
    v(2, "with_ordinality", self.with_ordinality);
    v(3, "lateral", self.lateral);
    common_fields(self, v);
  }
};

struct SubqueryRelation final : RelationOf<RelationKind::kSubqueryRelation> {
  QueryRef query;
  bool lateral = false;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "query", self.query);
    v(2, "lateral", self.lateral);
    common_fields(self, v);
  }
};

enum class JoinKind : uint8_t {
  kInner,
  kLeft,
  kRight,
  kFull,
  kSemi,
  kAnti,
  kCross,       // also the comma
  kPositional,  // row by row
};
constexpr JoinKind last_of(JoinKind) { return JoinKind::kPositional; }

/// At most one of natural, using_columns and condition is given; cross and positional joins have
/// none. An alias stands only after a join in parentheses.
struct Join final : RelationOf<RelationKind::kJoin> {
  JoinKind join = JoinKind::kInner;
  RelationRef left;
  RelationRef right;
  bool natural = false;
  bool asof = false;
  std::vector<Identifier> using_columns;
  ExpressionRef condition;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "join", self.join);
    v(2, "left", self.left);
    v(3, "right", self.right);
    v(4, "natural", self.natural);
    v(5, "asof", self.asof);
    v(6, "using_columns", self.using_columns);
    v.optional(7, "condition", self.condition);
    common_fields(self, v);
  }
};

/// `ON a IN (1, 2 AS two)`. Several keys for one list of values means rows of values. Without
/// values every distinct value of the data is meant, with `enum_type` every label of that type,
/// with `query` every value that it gives.
struct PivotColumn {
  std::vector<ExpressionRef> keys;
  std::vector<NamedExpression> values;
  Identifier enum_type;
  QueryRef query;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "keys", self.keys);
    v(2, "values", self.values);
    v(3, "enum_type", self.enum_type);
    v.optional(4, "query", self.query);
  }
};

/// The statement PIVOT t ON … USING … GROUP BY … (a Select of * from this) and the clause
/// t PIVOT (… FOR … IN …).
struct Pivot final : RelationOf<RelationKind::kPivot> {
  RelationRef source;
  std::vector<NamedExpression> aggregates;  // empty: count(*)
  std::vector<PivotColumn> columns;
  std::vector<ExpressionRef> group_by;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "source", self.source);
    v(2, "aggregates", self.aggregates);
    v(3, "columns", self.columns);  // none: only GROUP BY
    v(4, "group_by", self.group_by);
    common_fields(self, v);
  }
};

/// UNPIVOT t ON … INTO NAME … VALUE …, and the clause t UNPIVOT (value FOR name IN (…)). An entry
/// that fills several value columns is a call of `row`.
struct Unpivot final : RelationOf<RelationKind::kUnpivot> {
  RelationRef source;
  Identifier name_column;
  std::vector<Identifier> value_columns;
  std::vector<NamedExpression> entries;
  bool include_nulls = false;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "source", self.source);
    v(2, "name_column", self.name_column);
    v.some(3, "value_columns", self.value_columns);
    v.some(4, "entries", self.entries);
    v(5, "include_nulls", self.include_nulls);
    common_fields(self, v);
  }
};

enum class Materialization : uint8_t { kDefault, kAlways, kNever };
constexpr Materialization last_of(Materialization) { return Materialization::kNever; }

struct CommonTable {
  Identifier name;
  std::vector<Identifier> columns;
  QueryRef query;
  Materialization materialization = Materialization::kDefault;
  std::vector<Identifier> using_key;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "name", self.name);
    v(2, "columns", self.columns);
    v(3, "query", self.query);
    v(4, "materialization", self.materialization);
    v(5, "using_key", self.using_key);
  }
};

struct With {
  bool recursive = false;
  std::vector<CommonTable> tables;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "recursive", self.recursive);
    v(2, "tables", self.tables);
  }
};

/// Something that yields rows. Field numbers from 20 are these common fields'.
struct Query : Node<QueryKind> {
  With with;
  std::vector<OrderItem> order_by;
  ExpressionRef limit;
  bool limit_is_percent = false;
  ExpressionRef offset;

  template <class Self, class V>
  static void common_fields(Self& self, V& v) {
    v(20, "with", self.with);
    v(21, "order_by", self.order_by);
    v.optional(22, "limit", self.limit);
    v(23, "limit_is_percent", self.limit_is_percent);
    v.optional(24, "offset", self.offset);
  }

 protected:
  using Node::Node;
};

template <QueryKind kThisKind>
struct QueryOf : Query {
  static constexpr QueryKind kKind = kThisKind;
  QueryOf() : Query(kKind) {}
};

enum class GroupingKind : uint8_t {
  kExpressions,  // (a, b), a, or (): together one grouping
  kRollup,
  kCube,
  kSets,
};
constexpr GroupingKind last_of(GroupingKind) { return GroupingKind::kSets; }

/// One element of GROUP BY. ROLLUP, CUBE and GROUPING SETS hold elements, the first two only of
/// kExpressions.
struct GroupingElement {
  GroupingKind grouping = GroupingKind::kExpressions;
  std::vector<ExpressionRef> expressions;
  std::vector<GroupingElement> elements;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "grouping", self.grouping);
    v(2, "expressions", self.expressions);
    v(3, "elements", self.elements);
  }
};

struct NamedWindow {
  Identifier name;
  WindowRef window;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "name", self.name);
    v(2, "window", self.window);
  }
};

enum class SelectDistinct : uint8_t { kAll, kDistinct, kDistinctOn };
constexpr SelectDistinct last_of(SelectDistinct) { return SelectDistinct::kDistinctOn; }

/// `FROM t` alone selects a Star.
struct Select final : QueryOf<QueryKind::kSelect> {
  SelectDistinct distinct = SelectDistinct::kAll;
  std::vector<ExpressionRef> distinct_on;
  std::vector<NamedExpression> items;
  RelationRef from;
  ExpressionRef where;
  bool group_by_all = false;
  std::vector<GroupingElement> group_by;
  ExpressionRef having;
  std::vector<NamedWindow> windows;
  ExpressionRef qualify;
  SampleRef sample;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "distinct", self.distinct);
    v(2, "distinct_on", self.distinct_on);
    v.some(3, "items", self.items);
    v.optional(4, "from", self.from);
    v.optional(5, "where", self.where);
    v(6, "group_by_all", self.group_by_all);
    v(7, "group_by", self.group_by);
    v.optional(8, "having", self.having);
    v(9, "windows", self.windows);
    v.optional(10, "qualify", self.qualify);
    v.optional(11, "sample", self.sample);
    common_fields(self, v);
  }
};

enum class SetOperator : uint8_t { kUnion, kIntersect, kExcept };
constexpr SetOperator last_of(SetOperator) { return SetOperator::kExcept; }

/// From left to right over two or more inputs; only UNION ever has more than two.
struct SetOperation final : QueryOf<QueryKind::kSetOperation> {
  SetOperator op = SetOperator::kUnion;
  bool all = false;
  bool by_name = false;
  std::vector<QueryRef> inputs;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "op", self.op);
    v(2, "all", self.all);
    v(3, "by_name", self.by_name);
    v.some(4, "inputs", self.inputs);
    common_fields(self, v);
  }
};

struct Values final : QueryOf<QueryKind::kValues> {
  std::vector<std::vector<ExpressionRef>> rows;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "rows", self.rows);
    common_fields(self, v);
  }
};

enum class DescribeKind : uint8_t {
  kDescribe,       // the columns of `query`
  kSummarize,      // statistics over the columns of `query`
  kShowTables,     // of the schema `name`, if given
  kShowAllTables,  // also DESCRIBE alone
  kShow,           // SHOW `name`: databases, schemas, variables, a setting or a table
};
constexpr DescribeKind last_of(DescribeKind) { return DescribeKind::kShow; }

/// DESCRIBE, SUMMARIZE and SHOW, as a statement or in FROM (…).
struct Describe final : QueryOf<QueryKind::kDescribe> {
  DescribeKind describe = DescribeKind::kDescribe;
  QueryRef query;
  std::vector<Identifier> name;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "describe", self.describe);
    v.optional(2, "query", self.query);
    v(3, "name", self.name);
    common_fields(self, v);
  }
};

}  // namespace doline::sql

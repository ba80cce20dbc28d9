#pragma once

#include "sql/node.h"

namespace doline::sql {

// X(tag, struct): the tag is the byte form's and never changes.
#define DOLINE_SQL_EXPRESSIONS(X) \
  X(1, Literal)                   \
  X(2, ColumnReference)           \
  X(3, PositionalReference)       \
  X(4, Parameter)                 \
  X(5, Default)                   \
  X(6, Star)                      \
  X(7, Columns)                   \
  X(8, FunctionCall)              \
  X(9, Comparison)                \
  X(10, Conjunction)              \
  X(11, Not)                      \
  X(12, IsNull)                   \
  X(13, Between)                  \
  X(14, In)                       \
  X(15, Case)                     \
  X(16, Cast)                     \
  X(17, Try)                      \
  X(18, Subquery)                 \
  X(19, Quantified)               \
  X(20, Lambda)                   \
  X(21, Subscript)                \
  X(22, Slice)                    \
  X(23, FieldAccess)              \
  X(24, Collate)

enum class ExpressionKind : uint8_t {
#define X(tag, name) k##name = tag,
  DOLINE_SQL_EXPRESSIONS(X)
#undef X
};

/// What the grammar spells in many ways is one node here, as in DuckDB: operators, list, struct,
/// map and row literals, LIKE, SIMILAR TO, EXTRACT, SUBSTRING, TRIM, POSITION, OVERLAY, AT TIME
/// ZONE, intervals with a unit and list comprehensions are calls of the functions that do them
/// (`list_value`, `struct_pack`, `map`, `row`, `~~`, `regexp_full_match`, `date_part`, `to_days`
/// …); a negated form is a `Not` around the plain one; `IS TRUE` is IS NOT DISTINCT FROM.
struct Expression : Node<ExpressionKind> {
 protected:
  using Node::Node;
};

template <ExpressionKind kThisKind>
struct ExpressionOf : Expression {
  static constexpr ExpressionKind kKind = kThisKind;
  ExpressionOf() : Expression(kKind) {}
};

enum class LiteralKind : uint8_t {
  kNull,
  kBoolean,  // "true" or "false"
  kInteger,  // decimal digits of any number, '-' before them if negative
  kDecimal,  // "1.5", ".5", "5.", '-' before it if negative
  kFloat,    // with an exponent: "1e5", "-1.5E-3"
  kString,   // the characters it stands for
  kBlob,     // pairs of upper-case hexadecimal digits
};
constexpr LiteralKind last_of(LiteralKind) { return LiteralKind::kBlob; }

/// A typed literal such as DATE '2024-01-31' is a Cast of a string.
struct Literal final : ExpressionOf<ExpressionKind::kLiteral> {
  LiteralKind literal = LiteralKind::kNull;
  std::string text;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "literal", self.literal);
    v(2, "text", self.text);
  }
};

/// `a`, `t.a`, `s.t.a` and, just as well, `a.field.inner`: only the binder can tell which parts are
/// a table's and which are a struct's. A single name that is no column may be a function that is
/// called without parentheses: see is_value_function in keywords.h.
struct ColumnReference final : ExpressionOf<ExpressionKind::kColumnReference> {
  QualifiedName names;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "names", self.names);
  }
};

/// `#2`: the second column of the FROM clause.
struct PositionalReference final : ExpressionOf<ExpressionKind::kPositionalReference> {
  uint32_t position = 1;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "position", self.position);
  }
};

/// `$name` or `$2`; a `?` is given the number of its turn.
struct Parameter final : ExpressionOf<ExpressionKind::kParameter> {
  std::string name;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "name", self.name);
  }
};

/// DEFAULT, in VALUES and SET lists.
struct Default final : ExpressionOf<ExpressionKind::kDefault> {
  template <class Self, class V>
  static void fields(Self&, V&) {}
};

/// `expression AS name`; the name may be empty.
struct NamedExpression {
  ExpressionRef expression;
  Identifier name;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "expression", self.expression);
    v(2, "name", self.name);
  }
};

struct Rename {
  QualifiedName from;
  Identifier to;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "from", self.from);
    v(2, "to", self.to);
  }
};

/// `*` or `t.*`, with EXCLUDE, REPLACE, RENAME and LIKE behind it. Also what ORDER BY ALL sorts by
/// and the argument of count(*), there without qualifier.
struct Star final : ExpressionOf<ExpressionKind::kStar> {
  std::vector<Identifier> qualifier;
  std::vector<QualifiedName> exclude;
  std::vector<NamedExpression> replace;  // each has a name
  std::vector<Rename> rename;
  /// `* LIKE p` keeps the columns for whose name this holds: a call or Not around one, in which
  /// the name stands as an unqualified Star.
  ExpressionRef filter;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "qualifier", self.qualifier);
    v(2, "exclude", self.exclude);
    v(3, "replace", self.replace);
    v(4, "rename", self.rename);
    v.optional(5, "filter", self.filter);
  }
};

/// COLUMNS(selector), *COLUMNS(selector). The selector is a Star, a string (a regular expression
/// the name must contain), a list of names, or a Lambda over the name.
struct Columns final : ExpressionOf<ExpressionKind::kColumns> {
  std::vector<Identifier> qualifier;  // t.COLUMNS('x')
  ExpressionRef selector;
  bool unpack = false;  // the star before it: the columns become arguments of the call around it

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "qualifier", self.qualifier);
    v(2, "selector", self.selector);
    v(3, "unpack", self.unpack);
  }
};

/// An argument; the name is empty unless `name := value` or `name => value` was written.
struct Argument {
  Identifier name;
  ExpressionRef value;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "name", self.name);
    v(2, "value", self.value);
  }
};

enum class SortDirection : uint8_t { kDefault, kAscending, kDescending };
constexpr SortDirection last_of(SortDirection) { return SortDirection::kDescending; }
enum class NullOrder : uint8_t { kDefault, kFirst, kLast };
constexpr NullOrder last_of(NullOrder) { return NullOrder::kLast; }

/// ORDER BY ALL is one item whose expression is an unqualified Star.
struct OrderItem {
  ExpressionRef expression;
  SortDirection direction = SortDirection::kDefault;
  NullOrder nulls = NullOrder::kDefault;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "expression", self.expression);
    v(2, "direction", self.direction);
    v(3, "nulls", self.nulls);
  }
};

enum class FrameUnit : uint8_t { kNone, kRows, kRange, kGroups };
constexpr FrameUnit last_of(FrameUnit) { return FrameUnit::kGroups; }
enum class FrameEdge : uint8_t {
  kUnboundedPreceding,
  kPreceding,
  kCurrentRow,
  kFollowing,
  kUnboundedFollowing,
};
constexpr FrameEdge last_of(FrameEdge) { return FrameEdge::kUnboundedFollowing; }
enum class FrameExclusion : uint8_t { kNone, kCurrentRow, kGroup, kTies };
constexpr FrameExclusion last_of(FrameExclusion) { return FrameExclusion::kTies; }

struct FrameBound {
  FrameEdge edge = FrameEdge::kUnboundedPreceding;
  ExpressionRef distance;  // set for kPreceding and kFollowing

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "edge", self.edge);
    v.optional(2, "distance", self.distance);
  }
};

/// What OVER and WINDOW say. `OVER w` is a specification with only a base; without a frame clause
/// the unit is kNone and the bounds mean nothing.
struct WindowSpecification {
  Identifier base;
  std::vector<ExpressionRef> partition_by;
  std::vector<OrderItem> order_by;
  FrameUnit unit = FrameUnit::kNone;
  FrameBound start;
  FrameBound end{FrameEdge::kCurrentRow, nullptr};
  FrameExclusion exclusion = FrameExclusion::kNone;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "base", self.base);
    v(2, "partition_by", self.partition_by);
    v(3, "order_by", self.order_by);
    v(4, "unit", self.unit);
    v(5, "start", self.start);
    v(6, "end", self.end);
    v(7, "exclusion", self.exclusion);
  }
};

enum class NullTreatment : uint8_t { kDefault, kIgnore, kRespect };
constexpr NullTreatment last_of(NullTreatment) { return NullTreatment::kRespect; }

/// A call of any sort. An operator is a call with `is_operator` and one or two arguments, its
/// symbol the name: + - * / // % ^ ** & | << >> ~ || ->> @> ^@ ~~ …; `->` too, unless its left side
/// could be a lambda's parameters (see Lambda). `x.upper()` is the call of x.upper, which the
/// binder reads as upper(x) when x is no schema; count(*) has a Star as its argument.
struct FunctionCall final : ExpressionOf<ExpressionKind::kFunctionCall> {
  QualifiedName name;
  std::vector<Argument> arguments;
  bool is_operator = false;
  bool distinct = false;
  std::vector<OrderItem> order_by;
  bool within_group = false;  // the order was given as WITHIN GROUP (ORDER BY …)
  ExpressionRef filter;
  NullTreatment nulls = NullTreatment::kDefault;
  WindowRef over;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "name", self.name);
    v(2, "arguments", self.arguments);
    v(3, "is_operator", self.is_operator);
    v(4, "distinct", self.distinct);
    v(5, "order_by", self.order_by);
    v(6, "within_group", self.within_group);
    v.optional(7, "filter", self.filter);
    v(8, "nulls", self.nulls);
    v.optional(9, "over", self.over);
  }
};

enum class ComparisonOperator : uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kDistinctFrom,     // IS DISTINCT FROM
  kNotDistinctFrom,  // IS NOT DISTINCT FROM
};
constexpr ComparisonOperator last_of(ComparisonOperator) {
  return ComparisonOperator::kNotDistinctFrom;
}

struct Comparison final : ExpressionOf<ExpressionKind::kComparison> {
  ComparisonOperator op = ComparisonOperator::kEqual;
  ExpressionRef left;
  ExpressionRef right;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "op", self.op);
    v(2, "left", self.left);
    v(3, "right", self.right);
  }
};

enum class ConjunctionOperator : uint8_t { kAnd, kOr };
constexpr ConjunctionOperator last_of(ConjunctionOperator) { return ConjunctionOperator::kOr; }

/// AND or OR of two or more terms. Those of inner parentheses stand among them, unless they are
/// many.
struct Conjunction final : ExpressionOf<ExpressionKind::kConjunction> {
  ConjunctionOperator op = ConjunctionOperator::kAnd;
  std::vector<ExpressionRef> terms;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "op", self.op);
    v.some(2, "terms", self.terms);
  }
};

struct Not final : ExpressionOf<ExpressionKind::kNot> {
  ExpressionRef input;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "input", self.input);
  }
};

/// IS NULL, and with `negated` IS NOT NULL.
struct IsNull final : ExpressionOf<ExpressionKind::kIsNull> {
  ExpressionRef input;
  bool negated = false;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "input", self.input);
    v(2, "negated", self.negated);
  }
};

struct Between final : ExpressionOf<ExpressionKind::kBetween> {
  ExpressionRef input;
  ExpressionRef low;
  ExpressionRef high;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "input", self.input);
    v(2, "low", self.low);
    v(3, "high", self.high);
  }
};

/// `input IN (a, b, …)`. IN (SELECT …) is a Quantified; `x IN list` is contains(list, x).
struct In final : ExpressionOf<ExpressionKind::kIn> {
  ExpressionRef input;
  std::vector<ExpressionRef> list;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "input", self.input);
    v.some(2, "list", self.list);
  }
};

struct CaseBranch {
  ExpressionRef when;
  ExpressionRef then;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "when", self.when);
    v(2, "then", self.then);
  }
};

/// With an operand each `when` is a value it is compared with, else a condition. Without ELSE there
/// is a NULL.
struct Case final : ExpressionOf<ExpressionKind::kCase> {
  ExpressionRef operand;
  std::vector<CaseBranch> branches;
  ExpressionRef otherwise;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.optional(1, "operand", self.operand);
    v.some(2, "branches", self.branches);
    v(3, "otherwise", self.otherwise);
  }
};

/// CAST, `::`, typed literals, and with `is_try` TRY_CAST.
struct Cast final : ExpressionOf<ExpressionKind::kCast> {
  ExpressionRef input;
  TypeNameRef type;
  bool is_try = false;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "input", self.input);
    v(2, "type", self.type);
    v(3, "is_try", self.is_try);
  }
};

/// TRY(expression): NULL where it fails.
struct Try final : ExpressionOf<ExpressionKind::kTry> {
  ExpressionRef input;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "input", self.input);
  }
};

enum class SubqueryKind : uint8_t { kScalar, kExists, kArray };
constexpr SubqueryKind last_of(SubqueryKind) { return SubqueryKind::kArray; }

/// `(SELECT …)`, `EXISTS (SELECT …)`, `ARRAY (SELECT …)`.
struct Subquery final : ExpressionOf<ExpressionKind::kSubquery> {
  SubqueryKind subquery = SubqueryKind::kScalar;
  QueryRef query;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "subquery", self.subquery);
    v(2, "query", self.query);
  }
};

/// `input op ANY (…)` over a query or over a list: one of the two is set. IN (SELECT …) is `= ANY`;
/// NOT IN is Not around that; `op ALL` is Not around the opposite operator with ANY.
struct Quantified final : ExpressionOf<ExpressionKind::kQuantified> {
  ComparisonOperator op = ComparisonOperator::kEqual;
  ExpressionRef input;
  QueryRef query;
  ExpressionRef list;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "op", self.op);
    v(2, "input", self.input);
    v.optional(3, "query", self.query);
    v.optional(4, "list", self.list);
  }
};

/// `lambda x, i: body`; with `is_arrow` `x -> body` or `(x, i) -> body`, which where no lambda is
/// expected means JSON extraction from the column (or row of columns) so named.
struct Lambda final : ExpressionOf<ExpressionKind::kLambda> {
  std::vector<Identifier> parameters;
  ExpressionRef body;
  bool is_arrow = false;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v.some(1, "parameters", self.parameters);
    v(2, "body", self.body);
    v(3, "is_arrow", self.is_arrow);
  }
};

/// `input[index]`: an element of a list (counted from 1, or from the end if negative), a key's
/// value in a map, a field of a struct, a character of a string.
struct Subscript final : ExpressionOf<ExpressionKind::kSubscript> {
  ExpressionRef input;
  ExpressionRef index;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "input", self.input);
    v(2, "index", self.index);
  }
};

/// `input[low:high:step]`, bounds included. A bound left out is null; a lone `-` as the upper bound
/// (`[1:-:2]`) is one left out too.
struct Slice final : ExpressionOf<ExpressionKind::kSlice> {
  ExpressionRef input;
  ExpressionRef low;
  ExpressionRef high;
  ExpressionRef step;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "input", self.input);
    v.optional(2, "low", self.low);
    v.optional(3, "high", self.high);
    v.optional(4, "step", self.step);
  }
};

/// `(input).field`, where the input is more than a name.
struct FieldAccess final : ExpressionOf<ExpressionKind::kFieldAccess> {
  ExpressionRef input;
  Identifier field;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "input", self.input);
    v.some(2, "field", self.field);
  }
};

struct Collate final : ExpressionOf<ExpressionKind::kCollate> {
  ExpressionRef input;
  QualifiedName collation;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "input", self.input);
    v.some(2, "collation", self.collation);
  }
};

}  // namespace doline::sql

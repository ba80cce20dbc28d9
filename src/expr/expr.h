#pragma once

#include <functional>
#include <memory>
#include <span>

#include "expr/node.h"
#include "function/scalar_function.h"
#include "function/session_constants.h"

namespace doline {

class AggregateFunction;
struct AggregateDeclaration;
class ProgramFunction;
class Expr;
using ExprRef = Ref<const Expr>;

/// A typed expression over the columns of one input. Immutable and shared.
class Expr : public Node {
 public:
  TypeRef type = nullptr;
  SourceSpan span;  // not part of equality; the wire form has it

  /// As EXPLAIN prints it.
  virtual std::string to_string() const = 0;
  /// Direct inputs, lambda bodies excluded.
  virtual std::vector<ExprRef> inputs() const { return {}; }
  /// This node over other inputs, in the order of inputs().
  virtual ExprRef with_inputs(std::vector<ExprRef> inputs) const = 0;
};

class ConstantExpr final : public Expr {
 public:
  static ExprRef create(Value value, SourceSpan span = {});
  /// As it stands in the query: such a number or text takes the type of its surroundings.
  static ExprRef literal(Value value, SourceSpan span);
  Value value;
  bool is_literal = false;  // not part of equality or the wire form: types are settled by then
  NodeTag tag() const override { return NodeTag::kConstant; }
  void fields(FieldVisitor& v) override { v(1, "value", value); }
  void complete() override { type = value.type(); }
  std::string to_string() const override { return value.to_literal(); }
  ExprRef with_inputs(std::vector<ExprRef>) const override { return ExprRef(this); }
};

/// Column `index` of the input.
class ColumnExpr final : public Expr {
 public:
  static ExprRef create(uint32_t index, TypeRef type, std::string name, SourceSpan span = {});
  uint32_t index = 0;
  std::string name;  // for people
  NodeTag tag() const override { return NodeTag::kColumn; }
  void fields(FieldVisitor& v) override {
    v(1, "index", index);
    v(2, "type", type);
    v(3, "name", name);
  }
  std::string to_string() const override { return name; }
  ExprRef with_inputs(std::vector<ExprRef>) const override { return ExprRef(this); }
};

/// A scalar function, resolved. Arguments already have the types the overload wants.
class CallExpr final : public Expr {
 public:
  /// Resolves `function` for the arguments' types, adding casts. Throws Error(kTypeMismatch) with
  /// the overloads as notes. Lambda arguments are LambdaExpr, bound through `bind_lambda` once
  /// their parameter types are known.
  using BindLambda =
      std::function<ExprRef(size_t argument, const std::vector<TypeRef>& parameters)>;
  static ExprRef create(const ScalarFunction& function, std::vector<ExprRef> arguments,
                        SourceSpan span, const BindLambda& bind_lambda = {},
                        std::vector<std::string> argument_names = {});
  /// By name, for rewrites and tests; the function exists.
  static ExprRef create(std::string_view name, std::vector<ExprRef> arguments,
                        SourceSpan span = {});
  /// Of a function that the program brought.
  static ExprRef create(std::shared_ptr<const ProgramFunction> function,
                        std::vector<ExprRef> arguments, SourceSpan span);
  std::vector<ExprRef> arguments;
  std::string name;
  std::vector<std::string> argument_names;
  std::string program_function;  // its id; empty: one of Doline's own
  // Derived from the above by resolution:
  std::shared_ptr<const ProgramFunction> owner;  // keeps `function` where it is not Doline's own
  const ScalarFunction* function = nullptr;
  const ScalarOverload* overload = nullptr;
  ScalarKernel kernel = nullptr;
  FunctionDataRef data;
  bool can_fail = false;

  NodeTag tag() const override { return NodeTag::kCall; }
  void fields(FieldVisitor& v) override {
    v(1, "name", name);
    v(2, "arguments", arguments);
    v(3, "argument_names", argument_names);
    v(4, "program_function", program_function);
  }
  void complete() override;
  std::string to_string() const override;
  std::vector<ExprRef> inputs() const override { return arguments; }
  ExprRef with_inputs(std::vector<ExprRef> inputs) const override;

 private:
  void resolve(const BindLambda& bind_lambda);
};

class CastExpr final : public Expr {
 public:
  /// `input` itself when it has the type already; constants are folded.
  static ExprRef create(ExprRef input, TypeRef type, bool is_try = false, SourceSpan span = {});
  ExprRef input;
  bool is_try = false;
  NodeTag tag() const override { return NodeTag::kCast; }
  void fields(FieldVisitor& v) override {
    v(1, "input", input);
    v(2, "type", type);
    v(3, "try", is_try);
  }
  void complete() override;
  std::string to_string() const override;
  std::vector<ExprRef> inputs() const override { return {input}; }
  ExprRef with_inputs(std::vector<ExprRef> inputs) const override;
};

/// CASE WHEN conditions[i] THEN results[i] … ELSE otherwise END.
class CaseExpr final : public Expr {
 public:
  static ExprRef create(std::vector<ExprRef> conditions, std::vector<ExprRef> results,
                        ExprRef otherwise, SourceSpan span = {});
  std::vector<ExprRef> conditions;
  std::vector<ExprRef> results;
  ExprRef otherwise;
  NodeTag tag() const override { return NodeTag::kCase; }
  void fields(FieldVisitor& v) override {
    v(1, "conditions", conditions);
    v(2, "results", results);
    v(3, "otherwise", otherwise);
  }
  void complete() override;
  std::string to_string() const override;
  std::vector<ExprRef> inputs() const override;
  ExprRef with_inputs(std::vector<ExprRef> inputs) const override;
};

/// Three-valued AND or OR of two or more booleans.
class ConjunctionExpr final : public Expr {
 public:
  static ExprRef create(bool is_and, std::vector<ExprRef> terms, SourceSpan span = {});
  bool is_and = true;
  std::vector<ExprRef> terms;
  NodeTag tag() const override { return NodeTag::kConjunction; }
  void fields(FieldVisitor& v) override {
    v(1, "and", is_and);
    v(2, "terms", terms);
  }
  void complete() override;
  std::string to_string() const override;
  std::vector<ExprRef> inputs() const override { return terms; }
  ExprRef with_inputs(std::vector<ExprRef> inputs) const override;
};

class IsNullExpr final : public Expr {
 public:
  static ExprRef create(ExprRef input, bool negated, SourceSpan span = {});
  ExprRef input;
  bool negated = false;
  NodeTag tag() const override { return NodeTag::kIsNull; }
  void fields(FieldVisitor& v) override {
    v(1, "input", input);
    v(2, "negated", negated);
  }
  void complete() override { type = Type::boolean(); }
  std::string to_string() const override;
  std::vector<ExprRef> inputs() const override { return {input}; }
  ExprRef with_inputs(std::vector<ExprRef> inputs) const override;
};

/// input IN (values…): constants of the input's type, NULL among them as SQL means it.
class InListExpr final : public Expr {
 public:
  static ExprRef create(ExprRef input, std::vector<Value> values, SourceSpan span = {});
  ExprRef input;
  std::vector<Value> values;
  NodeTag tag() const override { return NodeTag::kInList; }
  void fields(FieldVisitor& v) override {
    v(1, "input", input);
    v(2, "values", values);
  }
  void complete() override;
  std::string to_string() const override;
  std::vector<ExprRef> inputs() const override { return {input}; }
  ExprRef with_inputs(std::vector<ExprRef> inputs) const override;
};

class CoalesceExpr final : public Expr {
 public:
  static ExprRef create(std::vector<ExprRef> choices, SourceSpan span = {});
  std::vector<ExprRef> choices;
  NodeTag tag() const override { return NodeTag::kCoalesce; }
  void fields(FieldVisitor& v) override { v(1, "choices", choices); }
  void complete() override;
  std::string to_string() const override;
  std::vector<ExprRef> inputs() const override { return choices; }
  ExprRef with_inputs(std::vector<ExprRef> inputs) const override;
};

/// TRY(input): NULL where anything in it fails.
class TryExpr final : public Expr {
 public:
  static ExprRef create(ExprRef input, SourceSpan span = {});
  ExprRef input;
  NodeTag tag() const override { return NodeTag::kTry; }
  void fields(FieldVisitor& v) override { v(1, "input", input); }
  void complete() override { type = input->type; }
  std::string to_string() const override { return "TRY(" + input->to_string() + ")"; }
  std::vector<ExprRef> inputs() const override { return {input}; }
  ExprRef with_inputs(std::vector<ExprRef> inputs) const override {
    return create(inputs[0], span);
  }
};

/// A lambda argument. In `body`, columns [0, parameter_types.size()) are the parameters and those
/// after them the captured expressions, which are over the call's own input.
class LambdaExpr final : public Expr {
 public:
  static ExprRef create(std::vector<TypeRef> parameter_types, std::vector<ExprRef> captured,
                        ExprRef body, SourceSpan span = {});
  std::vector<TypeRef> parameter_types;
  std::vector<ExprRef> captured;
  ExprRef body;
  NodeTag tag() const override { return NodeTag::kLambda; }
  void fields(FieldVisitor& v) override {
    v(1, "parameter_types", parameter_types);
    v(2, "captured", captured);
    v(3, "body", body);
  }
  void complete() override;
  std::string to_string() const override { return "lambda: " + body->to_string(); }
  std::vector<ExprRef> inputs() const override { return captured; }
  ExprRef with_inputs(std::vector<ExprRef> inputs) const override;
};

/// `body` over a value that is computed once for a row, however often it stands there: what
/// BETWEEN, CASE and others compare again and again. A LetValueExpr in the body, but for the bodies
/// of LetExprs within it, is that value; all else is over the same input.
class LetExpr final : public Expr {
 public:
  /// The body with the value itself in the places of LetValueExpr, unless the value is volatile:
  /// programs compute what is equal once by themselves.
  static ExprRef create(ExprRef value, ExprRef body, SourceSpan span = {});
  ExprRef value;
  ExprRef body;
  NodeTag tag() const override { return NodeTag::kLet; }
  void fields(FieldVisitor& v) override {
    v(1, "value", value);
    v(2, "body", body);
  }
  void complete() override;
  std::string to_string() const override;
  std::vector<ExprRef> inputs() const override { return {value, body}; }
  ExprRef with_inputs(std::vector<ExprRef> inputs) const override;
};

/// The value of the innermost LetExpr in whose body it stands.
class LetValueExpr final : public Expr {
 public:
  static ExprRef create(TypeRef type, SourceSpan span = {});
  NodeTag tag() const override { return NodeTag::kLetValue; }
  void fields(FieldVisitor& v) override { v(1, "type", type); }
  void complete() override;
  std::string to_string() const override { return "it"; }
  ExprRef with_inputs(std::vector<ExprRef>) const override { return ExprRef(this); }
};

/// One key of ORDER BY.
class SortKey final : public Node {
 public:
  static Ref<const SortKey> create(ExprRef expr, bool descending, bool nulls_first);
  ExprRef expr;
  bool descending = false;
  bool nulls_first = false;
  NodeTag tag() const override { return NodeTag::kSortKey; }
  void fields(FieldVisitor& v) override {
    v(1, "expr", expr);
    v(2, "descending", descending);
    v(3, "nulls_first", nulls_first);
  }
  std::string to_string() const;
};
using SortKeyRef = Ref<const SortKey>;

/// An aggregate call; only in AggregationNode and WindowExpr.
class AggregateExpr final : public Expr {
 public:
  AggregateExpr();
  ~AggregateExpr() override;
  static Ref<const AggregateExpr> create(const AggregateDeclaration& declaration,
                                         std::vector<ExprRef> arguments, bool distinct,
                                         std::vector<SortKeyRef> order_by, ExprRef filter,
                                         SourceSpan span);
  std::string name;
  std::vector<ExprRef> arguments;  // as written; `kept` of them are evaluated
  bool distinct = false;
  std::vector<SortKeyRef> order_by;
  ExprRef filter;  // null: none
  // Derived:
  Ref<const AggregateFunction> function;  // DISTINCT and ORDER BY wrapped in
  /// What update() is given: the kept arguments, cast, then the sort keys.
  std::vector<ExprRef> evaluated;

  NodeTag tag() const override { return NodeTag::kAggregate; }
  void fields(FieldVisitor& v) override {
    v(1, "name", name);
    v(2, "arguments", arguments);
    v(3, "distinct", distinct);
    v(4, "order_by", order_by);
    v.optional(5, "filter", filter);
  }
  void complete() override;
  std::string to_string() const override;
  std::vector<ExprRef> inputs() const override;
  ExprRef with_inputs(std::vector<ExprRef> inputs) const override;
};
using AggregateExprRef = Ref<const AggregateExpr>;

/// Frame of a window: rows or values around the current row.
struct WindowFrame {
  enum class Unit : uint8_t { kRows, kRange, kGroups };
  enum class Bound : uint8_t {
    kUnboundedPreceding,
    kPreceding,
    kCurrentRow,
    kFollowing,
    kUnboundedFollowing
  };
  enum class Exclusion : uint8_t { kNone, kCurrentRow, kGroup, kTies };
  Unit unit = Unit::kRange;
  Bound begin = Bound::kUnboundedPreceding;
  Bound end = Bound::kCurrentRow;
  Exclusion exclusion = Exclusion::kNone;
  friend bool operator==(const WindowFrame&, const WindowFrame&) = default;
};
constexpr WindowFrame::Unit last_of(WindowFrame::Unit) { return WindowFrame::Unit::kGroups; }
constexpr WindowFrame::Bound last_of(WindowFrame::Bound) {
  return WindowFrame::Bound::kUnboundedFollowing;
}
constexpr WindowFrame::Exclusion last_of(WindowFrame::Exclusion) {
  return WindowFrame::Exclusion::kTies;
}

enum class WindowKind : uint8_t {
  kAggregate,
  kRowNumber,
  kRank,
  kDenseRank,
  kPercentRank,
  kCumeDist,
  kNtile,
  kLag,
  kLead,
  kFirstValue,
  kLastValue,
  kNthValue,
  kFill,
};
constexpr WindowKind last_of(WindowKind) { return WindowKind::kFill; }

/// A window call; only in WindowingNode, which groups calls of one partitioning.
class WindowExpr final : public Expr {
 public:
  static Ref<const WindowExpr> create(WindowExpr prototype);
  WindowExpr() = default;
  WindowExpr(const WindowExpr& other);

  WindowKind kind = WindowKind::kRowNumber;
  std::string name;
  std::vector<ExprRef> arguments;  // lag: value, offset, default; ntile, nth_value: with the number
  /// rank(ORDER BY x), first_value(v ORDER BY x) …: the frame's rows count in this order. An
  /// aggregate has its own.
  std::vector<SortKeyRef> argument_order;
  AggregateExprRef aggregate;  // kAggregate
  std::vector<ExprRef> partition_by;
  std::vector<SortKeyRef> order_by;
  WindowFrame frame;
  ExprRef frame_begin;  // distances of kPreceding / kFollowing
  ExprRef frame_end;
  /// Of RANGE with distances: what the sort key is compared with, NULL where that leaves its
  /// type's range, and the sort key, all of one type.
  ExprRef range_begin;
  ExprRef range_end;
  ExprRef range_key;
  bool ignore_nulls = false;

  /// Whether the result depends on the frame.
  bool has_frame() const;
  /// row_number, rank or dense_rank over the whole partition.
  bool is_ranking() const {
    return argument_order.empty() && (kind == WindowKind::kRowNumber || kind == WindowKind::kRank ||
                                      kind == WindowKind::kDenseRank);
  }

  NodeTag tag() const override { return NodeTag::kWindow; }
  void fields(FieldVisitor& v) override {
    v(1, "kind", kind);
    v(2, "name", name);
    v(3, "arguments", arguments);
    v.optional(4, "aggregate", aggregate);
    v(5, "partition_by", partition_by);
    v(6, "order_by", order_by);
    v(7, "unit", frame.unit);
    v(8, "begin", frame.begin);
    v(9, "end", frame.end);
    v.optional(10, "frame_begin", frame_begin);
    v.optional(11, "frame_end", frame_end);
    v(12, "ignore_nulls", ignore_nulls);
    v(13, "type", type);
    v(14, "argument_order", argument_order);
    v(15, "exclusion", frame.exclusion);
    v.optional(16, "range_begin", range_begin);
    v.optional(17, "range_end", range_end);
    v.optional(18, "range_key", range_key);
  }
  void complete() override;
  std::string to_string() const override;
  std::vector<ExprRef> inputs() const override;
  ExprRef with_inputs(std::vector<ExprRef> inputs) const override;
};
using WindowExprRef = Ref<const WindowExpr>;

/// Applies `change` bottom-up; where it returns null the node stays.
ExprRef rewrite(const ExprRef& expr, const std::function<ExprRef(const ExprRef&)>& change);
/// Applies `change` top-down, so that the largest part it knows is taken; where it returns null,
/// the inputs are looked at.
ExprRef rewrite_top_down(const ExprRef& expr, const std::function<ExprRef(const ExprRef&)>& change);
/// Calls `see` on the expression and everything below, captures of lambdas included.
void visit(const ExprRef& expr, const std::function<void(const Expr&)>& see);
/// Every ColumnExpr's index i becomes map[i] (with the new input's name kept).
ExprRef remap_columns(const ExprRef& expr, const std::vector<uint32_t>& map);
/// Adds `by` to every column index.
ExprRef shift_columns(const ExprRef& expr, int64_t by);
/// The indexes of the columns it reads, ascending.
std::vector<uint32_t> columns_of(const ExprRef& expr);
bool is_volatile(const ExprRef& expr);
/// Whether a LetValueExpr in it stands in no body of a LetExpr in it, and is of another type than
/// `but_of`.
bool reads_let_value(const ExprRef& expr, TypeRef but_of = nullptr);
/// Evaluating it on a row may fail (casts, checked arithmetic).
bool can_fail(const ExprRef& expr);
/// Evaluating it on a row takes clearly longer than to see that the row does not count.
bool is_dear(const ExprRef& expr);
bool is_constant(const ExprRef& expr);
/// Some call in it is of a function that the program brought.
bool calls_program_functions(const ExprRef& expr);
/// The AND-ed terms of a predicate; itself alone when it is no AND.
std::vector<ExprRef> conjuncts_of(const ExprRef& predicate);
/// The value of an expression without columns and volatile calls. Throws what it throws.
Value evaluate_constant(const ExprRef& expr, const SessionConstants& session);

}  // namespace doline

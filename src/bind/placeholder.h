#pragma once

// Expressions that exist only while a Select is being bound: each stands for a column that a
// relation, added to the plan at the right stage, will bring.

#include <algorithm>

#include "expr/expr.h"
#include "plan/plan_node.h"

namespace doline {

/// Base of placeholders; none of them reaches a plan.
class PlaceholderExpr : public Expr {
 public:
  NodeTag tag() const override { return NodeTag::kSingleRow; }
  std::string to_string() const override { return "(subquery)"; }
};

/// A column of the query outside, as the query inside sees it: one that SubqueryExpr::outers, or
/// what is LATERAL to it, names.
class OuterColumnExpr final : public PlaceholderExpr {
 public:
  static ExprRef create(uint32_t ordinal, const ExprRef& outer, SourceSpan span) {
    auto expr = make_ref<OuterColumnExpr>();
    expr->ordinal = ordinal;
    expr->name = outer->to_string();
    expr->type = outer->type;
    expr->span = span;
    return expr;
  }
  uint32_t ordinal = 0;
  std::string name;
  void fields(FieldVisitor& v) override { v(1, "ordinal", ordinal); }
  std::string to_string() const override { return name; }
  std::vector<ExprRef> inputs() const override { return {}; }
  ExprRef with_inputs(std::vector<ExprRef>) const override { return ExprRef(this); }
};

/// A subquery's value, or whether it has rows, or whether `keys` are among its values.
class SubqueryExpr final : public PlaceholderExpr {
 public:
  enum class Kind : uint8_t { kScalar, kExists, kMember };
  friend constexpr Kind last_of(Kind) { return Kind::kMember; }
  Kind kind = Kind::kScalar;
  PlanRef plan;                 // kScalar: one column; kMember: one a key
  std::vector<ExprRef> keys;    // kMember: input values, typed as the plan's columns
  std::vector<ExprRef> outers;  // what the plan's OuterColumnExprs are in the query outside
  void fields(FieldVisitor& v) override {
    v(1, "kind", kind);
    NodeRef node(plan);
    v(2, "plan", node);
    v(3, "keys", keys);
    v(4, "outers", outers);
  }
  std::vector<ExprRef> inputs() const override {
    std::vector<ExprRef> all = keys;
    all.insert(all.end(), outers.begin(), outers.end());
    return all;
  }
  /// Whether it is this one in another place, over equal inputs.
  bool is_same(const SubqueryExpr& other) const {
    const std::vector<ExprRef> own = inputs(), others = other.inputs();
    return kind == other.kind && plan == other.plan &&
           std::equal(own.begin(), own.end(), others.begin(), others.end(),
                      [](const ExprRef& a, const ExprRef& b) { return equal(*a, *b); });
  }
  ExprRef with_inputs(std::vector<ExprRef> inputs) const override {
    auto copy = make_ref<SubqueryExpr>();
    copy->kind = kind;
    copy->plan = plan;
    const auto behind_keys = inputs.begin() + static_cast<ptrdiff_t>(keys.size());
    copy->keys.assign(inputs.begin(), behind_keys);
    copy->outers.assign(behind_keys, inputs.end());
    copy->type = type;
    copy->span = span;
    return copy;
  }
};

/// GROUPING(a, b): which of these keys the row's grouping set leaves out, a bit each, the last the
/// lowest; without arguments, which of all keys.
class GroupingExpr final : public PlaceholderExpr {
 public:
  static ExprRef create(std::vector<ExprRef> arguments, SourceSpan span) {
    auto expr = make_ref<GroupingExpr>();
    expr->arguments = std::move(arguments);
    expr->type = Type::int64();
    expr->span = span;
    return expr;
  }
  std::vector<ExprRef> arguments;
  void fields(FieldVisitor& v) override { v(1, "arguments", arguments); }
  std::string to_string() const override { return "grouping(…)"; }
  std::vector<ExprRef> inputs() const override { return arguments; }
  ExprRef with_inputs(std::vector<ExprRef> inputs) const override {
    return create(std::move(inputs), span);
  }
};

/// A value that several places of one SELECT read, though it may be volatile: an item under its
/// alias, or a struct whose fields are items. It is computed once, in a column.
class NamedValueExpr final : public PlaceholderExpr {
 public:
  static ExprRef create(int64_t name, ExprRef value) {
    auto expr = make_ref<NamedValueExpr>();
    expr->name = name;
    expr->type = value->type;
    expr->span = value->span;
    expr->value = std::move(value);
    return expr;
  }
  int64_t name = 0;  // of the SELECT
  ExprRef value;
  void fields(FieldVisitor& v) override {
    v(1, "name", name);
    v(2, "value", value);
  }
  std::string to_string() const override { return value->to_string(); }
  std::vector<ExprRef> inputs() const override { return {value}; }
  ExprRef with_inputs(std::vector<ExprRef> inputs) const override {
    return create(name, std::move(inputs[0]));
  }
};

/// unnest(list) in a SELECT list.
class UnnestExpr final : public PlaceholderExpr {
 public:
  ExprRef list;
  void fields(FieldVisitor& v) override { v(1, "list", list); }
  std::vector<ExprRef> inputs() const override { return {list}; }
  ExprRef with_inputs(std::vector<ExprRef> inputs) const override {
    auto copy = make_ref<UnnestExpr>();
    copy->list = inputs[0];
    copy->type = type;
    copy->span = span;
    return copy;
  }
};

}  // namespace doline

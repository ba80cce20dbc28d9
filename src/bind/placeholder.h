#pragma once

// Expressions that exist only while a Select is being bound: each stands for a column that a
// relation, added to the plan at the right stage, will bring.

#include "expr/expr.h"
#include "plan/plan_node.h"

namespace doline {

/// Base of placeholders; none of them reaches a plan.
class PlaceholderExpr : public Expr {
 public:
  NodeTag tag() const override { return NodeTag::kSingleRow; }
  std::string to_string() const override { return "(subquery)"; }
};

/// A subquery's value, or whether it has rows, or whether `input` is among its values.
class SubqueryExpr final : public PlaceholderExpr {
 public:
  enum class Kind : uint8_t { kScalar, kExists, kMember };
  friend constexpr Kind last_of(Kind) { return Kind::kMember; }
  Kind kind = Kind::kScalar;
  PlanRef plan;               // kScalar: one column; kMember: one a key
  std::vector<ExprRef> keys;  // kMember: input values, typed as the plan's columns
  void fields(FieldVisitor& v) override {
    v(1, "kind", kind);
    NodeRef node(plan);
    v(2, "plan", node);
    v(3, "keys", keys);
  }
  std::vector<ExprRef> inputs() const override { return keys; }
  ExprRef with_inputs(std::vector<ExprRef> inputs) const override {
    auto copy = make_ref<SubqueryExpr>();
    copy->kind = kind;
    copy->plan = plan;
    copy->keys = std::move(inputs);
    copy->type = type;
    copy->span = span;
    return copy;
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

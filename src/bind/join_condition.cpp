#include "bind/join_condition.h"

#include <functional>

#include "bind/query_binder.h"
#include "plan/join_method.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

bool has_subquery(const ExprRef& expr) {
  bool found = false;
  visit(expr, [&](const Expr& at) { found |= dynamic_cast<const SubqueryExpr*>(&at) != nullptr; });
  return found;
}

/// Calls `see` on the subqueries that are in no other's value.
void each_subquery(const ExprRef& expr, const std::function<void(const ExprRef&)>& see) {
  if (dynamic_cast<const SubqueryExpr*>(expr.get())) return see(expr);
  for (const ExprRef& input : expr->inputs()) each_subquery(input, see);
}

/// Whether each subquery asks of one side alone, and of no other subquery.
bool asks_of_sides(const ExprRef& on, uint32_t left_width) {
  bool holds = true;
  each_subquery(on, [&](const ExprRef& subquery) {
    const std::vector<uint32_t> read = columns_of(subquery);
    holds &= read.empty() || read.back() < left_width || read.front() >= left_width;
    for (const ExprRef& input : subquery->inputs()) holds &= !has_subquery(input);
  });
  return holds;
}

/// The rows with their numbers behind their columns, to be read twice.
PlanRef numbered(const PlanRef& plan) {
  return SharedInputNode::create(WindowingNode::create(plan, {row_number_over({})}, {"number"}),
                                 "side");
}

PlanRef joined_on(const PlanRef& left, size_t left_key, const PlanRef& right, size_t right_key,
                  JoinKind kind) {
  return JoinNode::create(left, right, kind, {output_column(left, static_cast<uint32_t>(left_key))},
                          {output_column(right, static_cast<uint32_t>(right_key))});
}

/// Where `term` is `comparison` of something of the left side with something of the right one,
/// these become a pair of keys.
bool take_pair(const ExprRef& term, std::string_view comparison, uint32_t left_width,
               std::vector<ExprRef>& left_keys, std::vector<ExprRef>& right_keys) {
  const auto sides = [&](const ExprRef& expr) {
    int mask = 0;
    for (uint32_t column : columns_of(expr)) mask |= column < left_width ? 1 : 2;
    return mask;
  };
  const auto* call = dynamic_cast<const CallExpr*>(term.get());
  if (!call || call->name != comparison || call->arguments.size() != 2 || is_volatile(term))
    return false;
  const int a = sides(call->arguments[0]);
  const int b = sides(call->arguments[1]);
  if (!((a == 1 && b == 2) || (a == 2 && b == 1))) return false;
  left_keys.push_back(call->arguments[a == 1 ? 0 : 1]);
  right_keys.push_back(
      shift_columns(call->arguments[a == 1 ? 1 : 0], -static_cast<int64_t>(left_width)));
  return true;
}

/// `left` columns of the plan from `left_begin` on and `right` ones from `right_begin` on.
PlanRef two_parts(const PlanRef& plan, size_t left_begin, size_t left, size_t right_begin,
                  size_t right) {
  std::vector<ExprRef> exprs = output_columns(plan, left_begin, left);
  for (ExprRef& column : output_columns(plan, right_begin, right))
    exprs.push_back(std::move(column));
  std::vector<std::string> names;
  for (const ExprRef& expr : exprs) names.push_back(static_cast<const ColumnExpr&>(*expr).name);
  return ProjectNode::create(plan, std::move(exprs), std::move(names));
}

}  // namespace

void JoinCondition::add(const ExprRef& on, uint32_t left_width) {
  for (const ExprRef& term : conjuncts_of(on)) add_term(term, left_width);
}

void JoinCondition::add_term(const ExprRef& term, uint32_t left_width) {
  if (has_subquery(term)) {
    subqueries.push_back(term);
    return;
  }
  if (!take_pair(term, "=", left_width, left_keys, right_keys)) residual.push_back(term);
}

void JoinCondition::find_asof(uint32_t left_width, SourceSpan span) {
  std::vector<ExprRef> rest;
  for (ExprRef& term : residual) {
    const std::optional<RangeTerm> found = range_term(term, left_width);
    if (!found) {
      rest.push_back(std::move(term));
      continue;
    }
    if (asof != AsofOrder::kNone) {
      throw Error(ErrorCode::kBind, term->span,
                  "an ASOF join has one inequality between its sides; this is the second")
          .hint("ask for more in WHERE, or in a subquery of the right side");
    }
    switch (found->order) {
      case RangeTerm::Order::kLess:
        asof = AsofOrder::kLess;
        break;
      case RangeTerm::Order::kLessEqual:
        asof = AsofOrder::kLessEqual;
        break;
      case RangeTerm::Order::kGreater:
        asof = AsofOrder::kGreater;
        break;
      case RangeTerm::Order::kGreaterEqual:
        asof = AsofOrder::kGreaterEqual;
        break;
    }
    asof_left = found->left;
    asof_right = found->right;
  }
  if (asof == AsofOrder::kNone) {
    throw Error(ErrorCode::kBind, span,
                "an ASOF join has no inequality between its sides, which says what is near")
        .hint("ON a.k = b.k AND a.t >= b.t: the last b at or before each a");
  }
  residual = std::move(rest);
}

PlanRef JoinCondition::joined(const PlanRef& left, const PlanRef& right, JoinKind kind) const {
  if (subqueries.empty()) return joined_by_columns(left, right, kind);
  if (kind != JoinKind::kInner && kind != JoinKind::kCross)
    return joined_by_pairs(left, right, kind);
  PlanRef plan = joined_by_columns(left, right, kind);
  for (const ExprRef& term : subqueries) plan = filtered_by(plan, term);
  return plan;
}

PlanRef JoinCondition::joined_by_columns(const PlanRef& left, const PlanRef& right,
                                         JoinKind kind) const {
  std::vector<ExprRef> all_left = left_keys;
  std::vector<ExprRef> all_right = right_keys;
  std::vector<ExprRef> terms = residual;
  bool nulls_equal = !left_domain.empty() && !domain_never_null;
  if (nulls_equal) {
    // That is for the domain alone.
    const auto left_width = static_cast<int64_t>(left->schema.size());
    for (size_t i = 0; i < left_keys.size(); ++i)
      terms.push_back(
          CallExpr::create("=", {left_keys[i], shift_columns(right_keys[i], left_width)}));
    all_left.clear();
    all_right.clear();
  }
  all_left.insert(all_left.end(), left_domain.begin(), left_domain.end());
  all_right.insert(all_right.end(), right_domain.begin(), right_domain.end());
  if (all_left.empty()) {
    // Where nothing else has to be equal, keys may be such that NULL equals NULL.
    const auto left_width = static_cast<uint32_t>(left->schema.size());
    std::erase_if(terms, [&](const ExprRef& term) {
      return take_pair(term, "is_not_distinct_from", left_width, all_left, all_right);
    });
    nulls_equal = !all_left.empty();
  }
  if (asof == AsofOrder::kNone && (kind == JoinKind::kInner || kind == JoinKind::kCross))
    kind = all_left.empty() && terms.empty() ? JoinKind::kCross : JoinKind::kInner;
  auto node = make_ref<JoinNode>();
  node->left = left;
  node->right = right;
  node->kind = kind;
  node->left_keys = std::move(all_left);
  node->right_keys = std::move(all_right);
  if (!terms.empty()) node->residual = ConjunctionExpr::create(true, terms);
  node->nulls_equal = nulls_equal;
  node->asof = asof;
  node->asof_left = asof_left;
  node->asof_right = asof_right;
  node->complete();
  return node;
}

PlanRef JoinCondition::joined_by_pairs(const PlanRef& left, const PlanRef& right,
                                       JoinKind kind) const {
  const size_t left_width = left->schema.size();
  const size_t right_width = right->schema.size();
  const PlanRef left_rows = numbered(left);
  const PlanRef right_rows = numbered(right);
  const size_t right_begin = left_width + 1;  // of a pair: the left row's number comes before
  const size_t pair_width = right_begin + right_width + 1;

  const auto behind_number = [&](const std::vector<ExprRef>& terms) {
    std::vector<uint32_t> map(left_width + right_width);
    for (uint32_t i = 0; i < map.size(); ++i) map[i] = i < left_width ? i : i + 1;
    std::vector<ExprRef> moved;
    for (const ExprRef& term : terms) moved.push_back(remap_columns(term, map));
    return moved;
  };
  JoinCondition of_rows = *this;
  of_rows.residual = behind_number(residual);
  of_rows.subqueries = behind_number(subqueries);
  PlanRef pairs =
      first_columns(of_rows.joined(left_rows, right_rows, JoinKind::kInner), pair_width);
  if (kind == JoinKind::kFull) pairs = SharedInputNode::create(std::move(pairs), "pairs");

  if (kind == JoinKind::kSemi || kind == JoinKind::kAnti)
    return first_columns(joined_on(left_rows, left_width, pairs, left_width, kind), left_width);
  if (kind == JoinKind::kRight) {
    const PlanRef all = joined_on(pairs, pair_width - 1, right_rows, right_width, kind);
    return two_parts(all, 0, left_width, pair_width, right_width);
  }
  const PlanRef all_left = joined_on(left_rows, left_width, pairs, left_width, JoinKind::kLeft);
  PlanRef plan = two_parts(all_left, 0, left_width, right_begin + right_begin, right_width);
  if (kind == JoinKind::kLeft) return plan;
  // Of a full join, also the right rows that are in no pair.
  const PlanRef alone = joined_on(right_rows, right_width, pairs, pair_width - 1, JoinKind::kAnti);
  std::vector<ExprRef> exprs;
  for (const Field& field : left->schema)
    exprs.push_back(ConstantExpr::create(Value::null(field.type)));
  for (ExprRef& column : output_columns(alone, 0, right_width)) exprs.push_back(std::move(column));
  const PlanRef rest = ProjectNode::create(alone, std::move(exprs), names_of(plan->schema));
  return UnionNode::create({std::move(plan), rest});
}

ExprRef attach_to_sides(const ExprRef& on, PlanRef& left, PlanRef& right) {
  const auto left_width = static_cast<uint32_t>(left->schema.size());
  if (!has_subquery(on) || !asks_of_sides(on, left_width)) return on;
  struct Place {
    ExprRef subquery;
    bool on_left;
    uint32_t column;  // of that side
  };
  std::vector<Place> placed;
  each_subquery(on, [&](const ExprRef& subquery) {
    const std::vector<uint32_t> read = columns_of(subquery);
    const bool on_left = !read.empty() && read.back() < left_width;
    PlanRef& side = on_left ? left : right;
    const ExprRef value = attach_subqueries(
        on_left ? subquery : shift_columns(subquery, -static_cast<int64_t>(left_width)), side);
    placed.push_back({subquery, on_left, static_cast<uint32_t>(side->schema.size())});
    side = with_columns(side, {value}, "subquery");
  });
  const auto left_width_now = static_cast<uint32_t>(left->schema.size());
  return rewrite_top_down(on, [&](const ExprRef& at) -> ExprRef {
    for (const Place& place : placed) {
      if (place.subquery.get() != at.get()) continue;
      if (place.on_left) return output_column(left, place.column);
      return shift_columns(output_column(right, place.column), left_width_now);
    }
    const auto* column = dynamic_cast<const ColumnExpr*>(at.get());
    if (!column || column->index < left_width) return nullptr;
    return ColumnExpr::create(column->index - left_width + left_width_now, column->type,
                              column->name, column->span);
  });
}

}  // namespace doline

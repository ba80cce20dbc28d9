// Joins that read columns of the query outside, in their inputs or their condition.

#include "bind/decorrelation.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

/// The same value: equal, or where the join takes NULLs for equal both NULL.
ExprRef matches(const JoinNode& node, size_t key) {
  const auto left_width = static_cast<int64_t>(node.left->schema.size());
  return CallExpr::create(node.nulls_equal ? "is_not_distinct_from" : "=",
                          {node.left_keys[key], shift_columns(node.right_keys[key], left_width)});
}

bool key_is_correlated(const JoinNode& node, size_t key) {
  return is_correlated(node.left_keys[key]) || is_correlated(node.right_keys[key]);
}

/// An inner join, its condition's correlated terms as a filter, which may say what the domain is.
/// Null: it has none.
PlanRef with_condition_above(const JoinNode& node) {
  std::vector<ExprRef> left_keys, right_keys, above, residual;
  for (size_t i = 0; i < node.left_keys.size(); ++i) {
    if (key_is_correlated(node, i)) {
      above.push_back(matches(node, i));
    } else {
      left_keys.push_back(node.left_keys[i]);
      right_keys.push_back(node.right_keys[i]);
    }
  }
  if (node.residual) {
    for (const ExprRef& term : conjuncts_of(node.residual))
      (is_correlated(term) ? above : residual).push_back(term);
  }
  if (above.empty()) return nullptr;
  const bool is_cross = left_keys.empty() && residual.empty();
  return filtered(
      JoinNode::create(node.left, node.right, is_cross ? JoinKind::kCross : JoinKind::kInner,
                       std::move(left_keys), std::move(right_keys),
                       residual.empty() ? nullptr : ConjunctionExpr::create(true, residual), false,
                       node.nulls_equal),
      std::move(above));
}

/// A positional join as a full join by the rows' numbers.
PlanRef paired_by_number(const JoinNode& node) {
  const auto numbered = [](const PlanRef& side) {
    return WindowingNode::create(side, {row_number_over({})}, {"number"});
  };
  const PlanRef left = numbered(node.left);
  const PlanRef right = numbered(node.right);
  const size_t left_width = node.left->schema.size();
  const size_t right_width = node.right->schema.size();
  const PlanRef joined = JoinNode::create(
      left, right, JoinKind::kFull, {output_column(left, static_cast<uint32_t>(left_width))},
      {output_column(right, static_cast<uint32_t>(right_width))});
  std::vector<ExprRef> exprs = output_columns(joined, 0, left_width);
  for (ExprRef& column : output_columns(joined, left_width + 1, right_width))
    exprs.push_back(std::move(column));
  return ProjectNode::create(joined, std::move(exprs), names_of(node.schema));
}

/// A join whose left side, right side or both have the domain behind their columns now.
class PushedJoin {
 public:
  /// Null: that side stays as it was.
  PushedJoin(const JoinNode& node, std::optional<Decorrelated> left,
             std::optional<Decorrelated> right)
      : node_(node),
        left_is_pushed_(left.has_value()),
        right_is_pushed_(right.has_value()),
        left_(left ? *std::move(left) : Decorrelated{node.left}),
        right_(right ? *std::move(right) : Decorrelated{node.right}),
        left_width_(static_cast<uint32_t>(node.left->schema.size())),
        right_width_(static_cast<uint32_t>(node.right->schema.size())) {}

  Decorrelated joined() {
    const PlanRef plan = node();
    if (node_.kind == JoinKind::kSemi || node_.kind == JoinKind::kAnti)
      return {plan, left_.domain, left_.never_null};
    const size_t right_begin = left_.plan->schema.size();
    std::vector<uint32_t> own = places(0, left_width_);
    const size_t behind = node_.kind == JoinKind::kMark ? 1 : right_width_;
    for (uint32_t place : places(right_begin, behind)) own.push_back(place);
    std::vector<uint32_t> right_domain = right_.domain;
    for (uint32_t& place : right_domain) place += static_cast<uint32_t>(right_begin);
    if (node_.kind == JoinKind::kFull) return with_either_domain(plan, own, right_domain);
    // The domain of a side whose rows all come out.
    const bool by_right = !left_is_pushed_ || node_.kind == JoinKind::kRight;
    return arranged(plan, own, by_right ? right_domain : left_.domain,
                    (by_right ? right_ : left_).never_null);
  }

 private:
  PlanRef node() {
    std::vector<ExprRef> terms;  // beside the keys
    std::vector<ExprRef> left_keys, right_keys;
    for (size_t i = 0; i < node_.left_keys.size(); ++i) {
      const bool is_own = (left_is_pushed_ || !is_correlated(node_.left_keys[i])) &&
                          (right_is_pushed_ || !is_correlated(node_.right_keys[i]));
      if (is_own) {
        left_keys.push_back(replace_outers(node_.left_keys[i], left_.outside_columns()));
        right_keys.push_back(replace_outers(node_.right_keys[i], right_.outside_columns()));
      } else {
        terms.push_back(over_both(matches(node_, i)));
      }
    }
    if (node_.residual) {
      for (const ExprRef& term : conjuncts_of(node_.residual)) terms.push_back(over_both(term));
    }
    JoinKind kind = node_.kind;
    bool nulls_equal = node_.nulls_equal;
    if (left_is_pushed_ && right_is_pushed_) {
      if (kind == JoinKind::kCross) kind = JoinKind::kInner;
      if (!nulls_equal && !left_.never_null && !right_.never_null) {
        nulls_equal = true;
        keep_nulls_apart(left_keys, right_keys, terms);
      }
      for (ExprRef& column : left_.outside_columns()) left_keys.push_back(std::move(column));
      for (ExprRef& column : right_.outside_columns()) right_keys.push_back(std::move(column));
    }
    if (kind == JoinKind::kCross && !terms.empty()) kind = JoinKind::kInner;
    Ref<JoinNode> joined = node_.copy();
    joined->left = left_.plan;
    joined->right = right_.plan;
    joined->kind = kind;
    joined->left_keys = std::move(left_keys);
    joined->right_keys = std::move(right_keys);
    joined->residual = terms.empty() ? nullptr : ConjunctionExpr::create(true, terms);
    joined->nulls_equal = nulls_equal;
    if (node_.is_asof()) {
      joined->asof_left = replace_outers(node_.asof_left, left_.outside_columns());
      joined->asof_right = replace_outers(node_.asof_right, right_.outside_columns());
    }
    joined->complete();
    return joined;
  }

  /// The join is about to take NULLs for equal, for the domain's sake: its own keys do not.
  void keep_nulls_apart(std::vector<ExprRef>& left_keys, std::vector<ExprRef>& right_keys,
                        std::vector<ExprRef>& terms) {
    if (node_.kind == JoinKind::kFull) {
      // Rows whose key is NULL come out on both sides, so they cannot be filtered away.
      const auto shift = static_cast<int64_t>(left_.plan->schema.size());
      for (size_t i = 0; i < left_keys.size(); ++i)
        terms.push_back(CallExpr::create("=", {left_keys[i], shift_columns(right_keys[i], shift)}));
      left_keys.clear();
      right_keys.clear();
      return;
    }
    const bool keeps_right = node_.kind == JoinKind::kRight;
    std::vector<ExprRef> not_null;
    for (const ExprRef& key : keeps_right ? left_keys : right_keys)
      not_null.push_back(IsNullExpr::create(key, true));
    PlanRef& side = keeps_right ? left_.plan : right_.plan;
    side = filtered(std::move(side), std::move(not_null));
  }

  /// An expression over the node's sides, over these.
  ExprRef over_both(const ExprRef& expr) const {
    const auto left_width_now = static_cast<uint32_t>(left_.plan->schema.size());
    std::vector<ExprRef> domain = (left_is_pushed_ ? left_ : right_).outside_columns();
    if (!left_is_pushed_) {
      for (ExprRef& column : domain) column = shift_columns(column, left_width_now);
    }
    return rewrite(expr, [&](const ExprRef& at) -> ExprRef {
      if (const auto* outer = dynamic_cast<const OuterColumnExpr*>(at.get()))
        return domain[outer->ordinal];
      const auto* column = dynamic_cast<const ColumnExpr*>(at.get());
      if (!column || column->index < left_width_) return nullptr;
      return ColumnExpr::create(column->index - left_width_ + left_width_now, column->type,
                                column->name);
    });
  }

  /// Of a full join: either side's domain, whichever row there is.
  Decorrelated with_either_domain(const PlanRef& plan, const std::vector<uint32_t>& own,
                                  const std::vector<uint32_t>& right_domain) const {
    std::vector<ExprRef> exprs;
    std::vector<std::string> names;
    for (uint32_t place : own) {
      exprs.push_back(output_column(plan, place));
      names.push_back(plan->schema[place].name);
    }
    for (size_t i = 0; i < right_domain.size(); ++i) {
      exprs.push_back(CoalesceExpr::create(
          {output_column(plan, left_.domain[i]), output_column(plan, right_domain[i])}));
      names.emplace_back("outer");
    }
    return {ProjectNode::create(plan, std::move(exprs), std::move(names)),
            places(own.size(), right_domain.size()), left_.never_null && right_.never_null,
            std::nullopt};
  }

  const JoinNode& node_;
  const bool left_is_pushed_, right_is_pushed_;
  Decorrelated left_, right_;
  const uint32_t left_width_, right_width_;
};

}  // namespace

Decorrelated Decorrelation::join(const JoinNode& node) {
  if (node.kind == JoinKind::kPositional) return push(paired_by_number(node));
  const bool is_inner = node.is_inner();
  if (is_inner) {
    if (const PlanRef filter = with_condition_above(node)) return push(filter);
  }
  // An ASOF join picks a right row for each left row, so for each value of the domain anew.
  const bool by_left = node.is_asof() || reads_outside(node.left);
  const bool by_right =
      reads_outside(node.right) || (node.is_asof() && is_correlated(node.asof_right));
  // Unknowns are per value of the domain: see attach_subqueries.
  if (node.null_aware && by_right) {
    throw Error(
        ErrorCode::kNotSupported,
        "IN over rows of a recursive table that reads columns of the query around it is not "
        "supported yet")
        .hint("EXISTS (SELECT … WHERE …) asks the same");
  }
  // A side whose rows come out without a partner has to come out for each value of the domain.
  const bool keeps_left = !is_inner && node.kind != JoinKind::kRight;
  const bool keeps_right = node.kind == JoinKind::kRight || node.kind == JoinKind::kFull;
  std::optional<Decorrelated> left, right;
  if (by_left || keeps_left) left = push_whole(node.left);
  if (by_right || keeps_right) right = push_whole(node.right);
  return PushedJoin(node, std::move(left), std::move(right)).joined();
}

}  // namespace doline

#include <algorithm>
#include <optional>

#include "optimizer/passes.h"
#include "plan/plan_expressions.h"

namespace doline {

PlanRef mark_to_semi(const PlanRef& plan) {
  return rewrite_plan(plan, [](const PlanRef& node) -> PlanRef {
    const auto* filter = dynamic_cast<const FilterNode*>(node.get());
    const auto* mark = filter ? dynamic_cast<const JoinNode*>(filter->input.get()) : nullptr;
    if (!mark || mark->kind != JoinKind::kMark) return nullptr;
    const auto mark_column = static_cast<uint32_t>(mark->schema.size() - 1);
    const auto is_mark = [&](const ExprRef& expr) {
      const auto* column = dynamic_cast<const ColumnExpr*>(expr.get());
      return column && column->index == mark_column;
    };
    std::vector<ExprRef> rest;
    std::optional<bool> wanted;
    for (const ExprRef& term : conjuncts_of(filter->predicate)) {
      const auto* call = dynamic_cast<const CallExpr*>(term.get());
      // Where the mark is true both NULL rules agree; where it is not, it may be unknown.
      const bool is_negated =
          !mark->null_aware && call && call->name == "not" && is_mark(call->arguments[0]);
      if (!wanted && (is_mark(term) || is_negated)) {
        wanted = !is_negated;
        continue;
      }
      const std::vector<uint32_t> columns = columns_of(term);
      if (std::find(columns.begin(), columns.end(), mark_column) != columns.end()) return nullptr;
      rest.push_back(term);
    }
    if (!wanted) return nullptr;
    const PlanRef joined =
        filtered(JoinNode::create(mark->left, mark->right,
                                  *wanted ? JoinKind::kSemi : JoinKind::kAnti, mark->left_keys,
                                  mark->right_keys, mark->residual, false, mark->nulls_equal),
                 std::move(rest));
    // The column itself stays.
    return with_columns(joined, {ConstantExpr::create(Value::boolean(*wanted))}, "mark");
  });
}

}  // namespace doline

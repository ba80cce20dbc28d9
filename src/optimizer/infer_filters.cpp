#include <algorithm>

#include "expr/node_places.h"
#include "optimizer/passes.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

/// Collects the filters that read one column alone and that all rows of a plan have passed.
class KnownTerms {
 public:
  explicit KnownTerms(uint32_t as_column) : as_column_(as_column) {}

  void collect(const PlanRef& plan, uint32_t column) {
    switch (plan->tag()) {
      case NodeTag::kScan:
        is_of_scan = true;
        for (const ExprRef& filter : static_cast<const ScanNode&>(*plan).filters)
          take(filter, column);
        return;
      case NodeTag::kFilter: {
        const auto& filter = static_cast<const FilterNode&>(*plan);
        for (const ExprRef& term : conjuncts_of(filter.predicate)) take(term, column);
        return collect(filter.input, column);
      }
      case NodeTag::kProject: {
        const auto& project = static_cast<const ProjectNode&>(*plan);
        const auto* source = dynamic_cast<const ColumnExpr*>(project.exprs[column].get());
        if (source) collect(project.input, source->index);
        return;
      }
      case NodeTag::kJoin:
        return join(static_cast<const JoinNode&>(*plan), column);
      case NodeTag::kAggregation: {
        const auto& node = static_cast<const AggregationNode&>(*plan);
        if (column >= node.keys.size()) return;
        const auto* source = dynamic_cast<const ColumnExpr*>(node.keys[column].get());
        if (source) collect(node.input, source->index);
        return;
      }
      case NodeTag::kSort:
      case NodeTag::kLimit:
      case NodeTag::kSharedInput:
        return collect(plan->children()[0], column);
      case NodeTag::kUnnest:
      case NodeTag::kWindowing:
        if (column < plan->children()[0]->schema.size()) collect(plan->children()[0], column);
        return;
      case NodeTag::kUnion:
      case NodeTag::kValues:
      case NodeTag::kSingleRow:
      case NodeTag::kRecursive:
      case NodeTag::kWorkingTable:
      case NodeTag::kSample:
      case NodeTag::kWrite:
      case NodeTag::kConstant:
      case NodeTag::kColumn:
      case NodeTag::kCall:
      case NodeTag::kCast:
      case NodeTag::kCase:
      case NodeTag::kConjunction:
      case NodeTag::kIsNull:
      case NodeTag::kInList:
      case NodeTag::kCoalesce:
      case NodeTag::kTry:
      case NodeTag::kLambda:
      case NodeTag::kAggregate:
      case NodeTag::kWindow:
      case NodeTag::kSortKey:
      case NodeTag::kLet:
      case NodeTag::kLetValue:
        return;
    }
  }
  bool has(const ExprRef& term) const { return places_.find(*term).has_value(); }
  std::vector<ExprRef> terms;  // over `as_column` in the column's place
  bool is_of_scan = false;     // the column is one of a table's

 private:
  void join(const JoinNode& join, uint32_t column) {
    const auto left_width = static_cast<uint32_t>(join.left->schema.size());
    const bool keeps_left = join.keeps_left();
    const bool keeps_right = join.kind == JoinKind::kInner || join.kind == JoinKind::kCross ||
                             join.kind == JoinKind::kRight;
    if (column < left_width) {
      if (keeps_left) collect(join.left, column);
    } else if (keeps_right && column - left_width < join.right->schema.size()) {
      collect(join.right, column - left_width);
    }
  }

  void take(const ExprRef& term, uint32_t column) {
    const std::vector<uint32_t> read = columns_of(term);
    if (read.size() != 1 || read[0] != column || is_volatile(term) || can_fail(term)) return;
    std::vector<uint32_t> map(column + 1, as_column_);
    ExprRef moved = remap_columns(term, map);
    if (has(moved)) return;
    places_.add(moved, static_cast<uint32_t>(terms.size()));
    terms.push_back(std::move(moved));
  }

  const uint32_t as_column_;
  NodePlaces places_;  // of `terms`
};

/// Terms over `column` that are known of `of` and not yet of `to`. Only of a table's column it is
/// seen what is known of it.
std::vector<ExprRef> news(const PlanRef& of, uint32_t of_column, const PlanRef& to,
                          uint32_t column) {
  KnownTerms told(column);
  told.collect(of, of_column);
  if (told.terms.empty()) return {};
  KnownTerms known(column);
  known.collect(to, column);
  if (!known.is_of_scan) return {};
  std::erase_if(told.terms, [&](const ExprRef& term) {
    // A join drops NULLs by itself.
    return term->tag() == NodeTag::kIsNull || known.has(term);
  });
  return std::move(told.terms);
}

PlanRef with_inferred(const JoinNode& join) {
  const bool left_learns = join.kind == JoinKind::kInner || join.kind == JoinKind::kSemi ||
                           join.kind == JoinKind::kRight;
  const bool right_learns = join.keeps_left() && !(join.kind == JoinKind::kMark && join.null_aware);
  std::vector<ExprRef> left, right;
  for (size_t i = 0; i < join.left_keys.size(); ++i) {
    const auto* a = dynamic_cast<const ColumnExpr*>(join.left_keys[i].get());
    const auto* b = dynamic_cast<const ColumnExpr*>(join.right_keys[i].get());
    if (!a || !b || a->type != b->type || !equal_means_same(a->type)) continue;
    if (left_learns) {
      for (ExprRef& term : news(join.right, b->index, join.left, a->index))
        left.push_back(std::move(term));
    }
    if (right_learns) {
      for (ExprRef& term : news(join.left, a->index, join.right, b->index))
        right.push_back(std::move(term));
    }
  }
  if (left.empty() && right.empty()) return nullptr;
  return join.with_children(
      {left.empty() ? join.left : push_terms(join.left, std::move(left)),
       right.empty() ? join.right : push_terms(join.right, std::move(right))});
}

}  // namespace

PlanRef infer_filters(const PlanRef& plan) {
  // What one join learns, those below and above it may learn from it.
  constexpr int kMostRounds = 4;
  PlanRef result = plan;
  for (int round = 0; round < kMostRounds; ++round) {
    PlanRef next = rewrite_plan(result, [](const PlanRef& node) -> PlanRef {
      const auto* join = dynamic_cast<const JoinNode*>(node.get());
      // Of an ASOF join's right rows it matters which others there are.
      return join && !join->left_keys.empty() && !join->is_asof() ? with_inferred(*join) : nullptr;
    });
    if (next.get() == result.get()) break;
    result = std::move(next);
  }
  return result;
}

}  // namespace doline
